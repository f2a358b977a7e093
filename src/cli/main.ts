// The command `sluice`, started: reads the settings, runs what was asked for, tells whatever goes wrong as a sentence,
// and ends with the number that `exit-codes.ts` explains.
import { setMaxListeners } from "node:events";
import { resolve } from "node:path";
import { CommanderError } from "commander";
import { readConfig } from "../config.ts";
import type { CommandContext } from "./context.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { interruption } from "./interruption.ts";
import { buildProgram, type GlobalOptions } from "./program.ts";
import { sentenceOf } from "./sentence-of.ts";

// One signal reaches every request under way, and metadata alone is read in a dozen at once; Node warns from 11 listeners on.
setMaxListeners(100);

function contextOf({ json, connection, home }: GlobalOptions): CommandContext {
  const config = readConfig();
  return {
    config: home === undefined ? config : { ...config, home: resolve(home) },
    json: json === true,
    connectionFile: connection,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interruption.signal,
  };
}

async function perform(
  global: GlobalOptions,
  work: (context: CommandContext) => Promise<ExitCode>,
): Promise<void> {
  try {
    process.exitCode = await work(contextOf(global));
  } catch (error) {
    const { aborted, reason } = interruption.signal;
    const { kind, sentence, exitCode } = sentenceOf(aborted ? reason : error);
    process.stderr.write(`${sentence}\n`);
    if (global.json === true) {
      process.stdout.write(`${JSON.stringify({ error: { kind, message: sentence, exitCode } })}\n`);
    }
    process.exitCode = exitCode;
  }
}

// `sluice accounts export | head` closes the pipe early; that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.done);
});

const program = buildProgram(perform);
for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
  command.exitOverride();
}
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong; asking for help is not wrong.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

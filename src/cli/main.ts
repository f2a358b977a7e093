// The entry point of `sluice`: handles signals, parses the command line, and runs the command by
// `run-command.ts`. The exit code is one of `exit-codes.ts`. Signals are handled before anything
// slow is loaded.
// oxlint-disable-next-line import/no-unassigned-import
import "./signals.ts";
import { CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { buildProgram } from "./program.ts";

// `sluice accounts export | head` closes the pipe early, which is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  process.stderr.write(
    `Standard output cannot be written (${error.code ?? error.message}), so the result is incomplete. Check where it goes.\n`,
  );
  process.exit(exitCodes.usage);
});

const program = buildProgram(async (global, work) => {
  // It is loaded here, because neither the help nor a wrong option needs it.
  const { runCommand } = await import("./run-command.ts");
  await runCommand(global, work);
});
for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
  command.exitOverride();
}
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed what is wrong; asking for help is no error.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

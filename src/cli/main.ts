// The command `sluice`, started: hears signals, reads the command line, and has `perform.ts` run the
// command. It ends with the number that `exit-codes.ts` explains.
// Signals are heard from here on, before anything slow is loaded.
// oxlint-disable-next-line import/no-unassigned-import
import "./signals.ts";
import { CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { buildProgram } from "./program.ts";

// `sluice accounts export | head` closes the pipe early; that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.done);
});

const program = buildProgram(async (global, work) => {
  // Loaded here, because neither the help nor a wrong option needs it.
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
  // Commander has said what is wrong; asking for help is not wrong.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

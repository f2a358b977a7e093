// Runs a command: reads the settings, calls the command's function, and turns an error into a
// sentence and an exit code.
import { setMaxListeners } from "node:events";
import { resolve } from "node:path";
import { readConfig } from "../config.ts";
import type { CommandContext } from "./context.ts";
import type { GlobalOptions } from "./global-options.ts";
import { stopSignal } from "./signals.ts";
import type { RunCommand } from "./program.ts";
import { describeError } from "./error-message.ts";

// A dozen concurrent requests listen to one signal; Node warns from 11 listeners on.
setMaxListeners(100);

function contextOf({ json, connection, home }: GlobalOptions): CommandContext {
  const config = readConfig();
  return {
    config: home === undefined ? config : { ...config, home: resolve(home) },
    json: json === true,
    connectionFile: connection,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stopSignal,
  };
}

export const runCommand: RunCommand = async (global, work) => {
  try {
    process.exitCode = await work(contextOf(global));
  } catch (error) {
    const { aborted, reason } = stopSignal;
    const { kind, sentence, exitCode } = describeError(aborted ? reason : error);
    process.stderr.write(`${sentence}\n`);
    if (global.json === true) {
      process.stdout.write(`${JSON.stringify({ error: { kind, message: sentence, exitCode } })}\n`);
    }
    process.exitCode = exitCode;
  }
};

// Handles SIGINT and SIGTERM before the rest of the program is loaded. Without a handler, a signal
// would end the process at once, and process 1 of a container would ignore it.
import { exitCodes } from "./exit-codes.ts";

export const interruption = new AbortController();

// The first signal stops the command where nothing is lost; a second one ends the process at once.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  });
}

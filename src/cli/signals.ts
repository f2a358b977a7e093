// Handles SIGINT and SIGTERM before the rest of the program is loaded. Without a handler, a signal
// would end the process at once, and process 1 of a container would ignore it.
import { exitCodes } from "./exit-codes.ts";

const controller = new AbortController();

/** Aborted by the first SIGINT or SIGTERM. */
export const stopSignal = controller.signal;

// The first signal stops the command where nothing is lost; a second one ends the process at once.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopSignal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  });
}

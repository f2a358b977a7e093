// Hears SIGINT and SIGTERM before the rest of the program is loaded: a signal that came meanwhile
// would end it by force, and as process 1 of a container it would be lost.
import { exitCodes } from "./exit-codes.ts";

export const interruption = new AbortController();

// The first asks the command to stop where nothing is lost; who asks twice does not want to wait for that.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  });
}

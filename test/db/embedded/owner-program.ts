// Run by the tests of the embedded server as a process of its own: it takes the server of the given
// directory, prints one line, and stops when its standard input ends.
import { startEmbedded } from "../../../src/db/embedded/start.ts";

const directory = process.argv[2] ?? "";
const quiet = { info: () => undefined, warn: () => undefined };

try {
  const server = await startEmbedded({ directory, log: quiet, durable: false });
  console.log(`owner of ${server.version}`);
  process.stdin.resume().once("end", () => void server.stop());
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}

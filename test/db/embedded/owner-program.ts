// Started by the tests of the embedded server as a process of its own, to be killed or to be in the way:
// owns the server of the directory it is given, says so in one line, and stops when its input ends.
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

// Starts `npm run bench`, which measures what a sync costs on this machine against a floor; see
// bench/README.md. The same program, started with "measure", takes one measurement in a process
// that loads nothing else, so that its peak memory is that of the measured work alone.
import { once } from "node:events";

if (process.argv[2] === "measure") {
  const { runTask } = await import("./measure.ts");
  const [task] = await once(process, "message");
  await runTask(task);
} else if (process.argv[2] === "pages") {
  const { benchmarkPages } = await import("./pages/benchmark.ts");
  process.exitCode = await benchmarkPages(process.argv.slice(3));
} else if (process.argv[2] === "startup") {
  const { benchmarkStartup } = await import("./startup.ts");
  process.exitCode = await benchmarkStartup(process.argv.slice(3));
} else {
  const { benchmark } = await import("./benchmark.ts");
  process.exitCode = await benchmark(process.argv.slice(2));
}

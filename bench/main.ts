// `npm run bench`: what a sync costs on this machine, measured against what it cannot cost less than. See bench/README.md.
// The same program, started with "measure", is the process in which one thing is measured: nothing else is loaded there,
// so its peak memory is that thing's own.
import { once } from "node:events";

if (process.argv[2] === "measure") {
  const { runTask } = await import("./measure.ts");
  const [task] = await once(process, "message");
  await runTask(task);
} else if (process.argv[2] === "pages") {
  const { benchmarkPages } = await import("./pages/benchmark.ts");
  process.exitCode = await benchmarkPages(process.argv.slice(3));
} else {
  const { benchmark } = await import("./benchmark.ts");
  process.exitCode = await benchmark(process.argv.slice(2));
}

// Writes test/durations.json from the reports of vitest's JSON reporter: `npx tsx
// scripts/test-durations.ts REPORT...`. Only the order in which test files start depends on it
// (test/longest-first.ts), so it need not be exact.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readReport } from "../.ci/report.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LEAST_SECONDS = 2;

const files = process.argv.slice(2).flatMap((report) => {
  const [{ name = "" } = {}] = JSON.parse(readFileSync(report, "utf8")).testResults;
  return readReport(report, { root: name.slice(0, name.lastIndexOf("/test/")), exitCode: 0 }).files;
});
const long = files
  .filter(({ seconds }) => seconds >= LEAST_SECONDS)
  .map(({ file, seconds }) => [file, Math.round(seconds)] as const)
  .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
writeFileSync(`${ROOT}test/durations.json`, `${JSON.stringify(Object.fromEntries(long), undefined, 2)}\n`);

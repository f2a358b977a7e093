// Reads the reports of vitest's JSON reporter and summarises a CI run. It imports Node built-ins
// alone, since it must run even if nothing could be installed.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * @typedef {{ test: string, lines: string[] }} Failure
 * @typedef {{
 *   file: string, seconds: number, passed: number, skipped: number, failures: Failure[]
 * }} TestFile
 * @typedef {{ files: TestFile[], broken?: string }} Report
 *   `broken` says what failed outside of any file
 */

/**
 * Returns the first lines of a test's messages, without colours, stack and blank lines.
 *
 * @param {readonly string[]} messages
 */
function messageLines(messages, max = 7) {
  const lines = messages
    .join("\n")
    // oxlint-disable-next-line no-control-regex -- colours begin with this character
    .replaceAll(/\u001B\[[\d;]*m/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return lines.slice(0, max).map((line) => (line.length > 240 ? `${line.slice(0, 240)}…` : line));
}

/**
 * @param {string} path path of the report
 * @param {{ root: string, exitCode: number | null }} run the folder of the run, and its exit code
 * @returns {Report}
 */
export function readReport(path, { root, exitCode }) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { files: [], broken: `It ended with ${exitCode} and left no report.` };
  }
  const files = report.testResults.map(({ name, status, message, startTime, endTime, assertionResults }) => {
    const failures = assertionResults
      .filter((test) => test.status === "failed")
      .map(({ ancestorTitles, title, failureMessages }) => ({
        test: [...ancestorTitles.filter(Boolean), title].join(" > "),
        lines: messageLines(failureMessages),
      }));
    if (status === "failed" && failures.length === 0)
      failures.push({ test: "(the file itself)", lines: messageLines([message ?? ""]) });
    return {
      file: relative(root, name),
      seconds: (endTime - startTime) / 1000,
      passed: assertionResults.filter((test) => test.status === "passed").length,
      skipped: assertionResults.filter((test) => test.status !== "passed" && test.status !== "failed").length,
      failures,
    };
  });
  const isExplained = exitCode === 0 || files.some(({ failures }) => failures.length > 0);
  if (isExplained) return { files };
  return { files, broken: `It ended with ${exitCode} though no test failed; where it ended says why.` };
}

/**
 * Replaces the results of files that passed when they were run once more, alone.
 *
 * @param {Report} first
 * @param {readonly Report[]} retries
 */
export function mergeRetry(first, retries) {
  const passedAlone = retries
    .filter((retry) => countsOf(retry).failed === 0)
    .flatMap(({ files }) => files)
    .filter(({ file }) => first.files.some((one) => one.file === file && one.failures.length > 0));
  const files = first.files.map((file) => passedAlone.find((one) => one.file === file.file) ?? file);
  return { ...first, files, failedByChance: passedAlone.map(({ file }) => file) };
}

/**
 * @param {Report} report
 * @returns how many tests passed and failed; a failure outside of any file counts as a test
 */
export function countsOf({ files, broken }) {
  const count = { passed: 0, failed: broken ? 1 : 0 };
  for (const { passed, failures } of files) {
    count.passed += passed;
    count.failed += failures.length;
  }
  return count;
}

/**
 * @typedef {{ name: string, seconds: number, isOk: boolean, failures: number }} Step
 *   `failures` is 0 for a test run, whose failures are in its result
 * @typedef {{ name: string, result: ReturnType<typeof mergeRetry> }} TestRun
 */

/**
 * @param {readonly Step[]} steps
 * @param {readonly TestRun[]} results
 */
export function failuresOf(steps, results) {
  const ofSteps = steps.reduce((sum, { failures }) => sum + failures, 0);
  return results.reduce((sum, { result }) => sum + countsOf(result).failed, ofSteps);
}

const SLOWEST = 25;

/** @param {TestRun} run */
function slowestLines({ name, result }) {
  const files = result.files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  const lines = files.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`);
  return ["", `=== The test files that took longest: ${name}`, ...lines];
}

/** @param {TestRun} run */
function failureLines({ name, result }) {
  const ofTests = result.files.flatMap(({ file, failures }) =>
    failures.flatMap(({ test, lines }) => [
      "",
      `${name}: ${file} > ${test}`,
      ...lines.map((line) => `    ${line}`),
    ]),
  );
  return result.broken ? ["", `${name}: ${result.broken}`, ...ofTests] : ofTests;
}

/**
 * Returns the last lines of CI's log, of which only the tail is kept: slow files, failures, steps,
 * what was skipped or failed by chance, and the counts in the last line.
 *
 * @param {{
 *   steps: readonly Step[], results: readonly TestRun[], seconds: number, absent: readonly string[]
 * }} all
 */
export function summaryOf({ steps, results, seconds, absent }) {
  const failed = results.flatMap(failureLines);
  const byChance = results.flatMap(({ name, result }) =>
    result.failedByChance.map((file) => `Failed by chance, and passed alone: ${file} (${name})`),
  );
  const skipped = results.flatMap(({ name, result }) => {
    const count = result.files.reduce((sum, file) => sum + file.skipped, 0);
    return count > 0 ? [`Skipped: ${count} of the tests (${name}); the log above says why.`] : [];
  });
  const passed = results.reduce((sum, { result }) => sum + countsOf(result).passed, 0);
  return [
    ...results.flatMap(slowestLines),
    ...(failed.length > 0 ? ["", "=== What failed", ...failed] : []),
    "",
    `=== ${seconds} s in all`,
    ...steps.map(
      (step) => `${step.isOk ? "ok    " : "FAILED"} ${String(step.seconds).padStart(5)} s  ${step.name}`,
    ),
    ...absent,
    ...skipped,
    ...byChance,
    `${passed} passed, ${failuresOf(steps, results)} failed`,
  ];
}

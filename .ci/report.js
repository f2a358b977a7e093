// Reads what vitest's JSON reporter wrote of a test run. Node built-ins alone, since it must be able to say that nothing was installed.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * @typedef {{ test: string, lines: string[] }} Failure
 * @typedef {{ file: string, seconds: number, passed: number, skipped: number, failures: Failure[] }} TestFile
 * @typedef {{ files: TestFile[], broken?: string }} Report `broken` says what failed outside of any file
 */

/**
 * What a test said, without colours, stack and blank lines.
 * @param {readonly string[]} messages
 */
function sentences(messages, most = 7) {
  const lines = messages
    .join("\n")
    // oxlint-disable-next-line no-control-regex -- colours begin with this character
    .replaceAll(/\u001B\[[\d;]*m/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return lines.slice(0, most).map((line) => (line.length > 240 ? `${line.slice(0, 240)}…` : line));
}

/**
 * @param {string} path of the report
 * @param {{ root: string, exitCode: number | null }} run the folder it ran in, and how it ended
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
        lines: sentences(failureMessages),
      }));
    if (status === "failed" && failures.length === 0)
      failures.push({ test: "(the file itself)", lines: sentences([message ?? ""]) });
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
 * The first run with what a second run of each file that failed, alone, says of it.
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
 * @returns tests; what failed outside of any file is one more that failed
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
 * @typedef {{ name: string, seconds: number, isOk: boolean, failures: number }} Step `failures` of a step that is no test run
 * @typedef {{ name: string, result: ReturnType<typeof mergeRetry> }} TestRun
 */

/** @param {readonly Step[]} steps @param {readonly TestRun[]} results */
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
 * The end of CI's log, of which the tail is what is kept: what was slow, what failed, how the steps went, what was not run or failed by
 * chance, and last the line that counts.
 * @param {{ steps: readonly Step[], results: readonly TestRun[], seconds: number, absent: readonly string[] }} all
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

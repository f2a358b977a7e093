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

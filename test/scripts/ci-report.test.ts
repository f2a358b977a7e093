import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { countsOf, mergeRetry, readReport, summaryOf } from "../../.ci/report.js";

type Outcome = "passed" | "failed" | "skipped";

/** A report as vitest's JSON reporter writes it, of files in /clone. */
function reportOf(files: Readonly<Record<string, readonly Outcome[]>>, exitCode: number) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "report.json");
  const testResults = Object.entries(files).map(([name, outcomes]) => ({
    name: `/clone/${name}`,
    status: outcomes.includes("failed") || outcomes.length === 0 ? "failed" : "passed",
    message: "it cannot be read",
    startTime: 1_000,
    endTime: 3_500,
    assertionResults: outcomes.map((status, place) => ({
      status,
      title: `test ${place}`,
      ancestorTitles: ["", "group"],
      failureMessages: status === "failed" ? ["\u001B[31mExpected 1\u001B[0m\n\n    at file.ts:1"] : [],
    })),
  }));
  writeFileSync(path, JSON.stringify({ testResults }));
  return readReport(path, { root: "/clone", exitCode });
}

test("a report is read into files with seconds, counts and what failed", () => {
  const report = reportOf({ "a.test.ts": ["passed", "failed", "skipped"] }, 1);
  expect(report.files).toEqual([
    {
      file: "a.test.ts",
      seconds: 2.5,
      passed: 1,
      skipped: 1,
      failures: [{ test: "group > test 1", lines: ["Expected 1"] }],
    },
  ]);
  expect(countsOf(report)).toEqual({ passed: 1, failed: 1 });
});

test("a file that fails without a failed test counts as one failure", () => {
  expect(countsOf(reportOf({ "a.test.ts": [] }, 1))).toEqual({ passed: 0, failed: 1 });
});

test("a run that failed although no test did, or left no report, counts as one failure", () => {
  expect(countsOf(reportOf({ "a.test.ts": ["passed"] }, 1))).toEqual({ passed: 1, failed: 1 });
  expect(countsOf(readReport("/nowhere/report.json", { root: "/clone", exitCode: null }))).toEqual({
    passed: 0,
    failed: 1,
  });
});

test("a file that passes alone is told as failing by chance, one that fails twice is a failure", () => {
  const first = reportOf({ "a.test.ts": ["failed"], "b.test.ts": ["failed"], "c.test.ts": ["passed"] }, 1);
  const merged = mergeRetry(first, [
    reportOf({ "a.test.ts": ["passed", "passed"] }, 0),
    reportOf({ "b.test.ts": ["failed"] }, 1),
  ]);
  expect(merged.failedByChance).toEqual(["a.test.ts"]);
  expect(countsOf(merged)).toEqual({ passed: 3, failed: 1 });
});

test("a file that left no report when it ran alone has failed twice", () => {
  const first = reportOf({ "a.test.ts": ["failed"] }, 1);
  const merged = mergeRetry(first, [readReport("/nowhere/report.json", { root: "/clone", exitCode: 137 })]);
  expect(countsOf(merged)).toEqual({ passed: 0, failed: 1 });
});

test("a file that passes alone while something outside of it fails has failed twice", () => {
  const first = reportOf({ "a.test.ts": ["failed"] }, 1);
  const merged = mergeRetry(first, [reportOf({ "a.test.ts": ["passed"] }, 1)]);
  expect(merged.failedByChance).toEqual([]);
  expect(countsOf(merged)).toEqual({ passed: 0, failed: 1 });
});

test("what fails outside of any test is not forgiven when a file passes alone", () => {
  const first = { ...reportOf({ "a.test.ts": ["failed"] }, 1), broken: "It ended with 1." };
  const merged = mergeRetry(first, [reportOf({ "a.test.ts": ["passed"] }, 0)]);
  expect(countsOf(merged)).toEqual({ passed: 1, failed: 1 });
});

test("the last lines list the steps, what failed and why, what was skipped or failed by chance", () => {
  const first = reportOf({ "a.test.ts": ["passed", "failed", "skipped"], "b.test.ts": ["failed"] }, 1);
  const result = mergeRetry(first, [reportOf({ "b.test.ts": ["passed"] }, 0)]);
  const steps = [
    { name: "npm run check", seconds: 27, isOk: false, failures: 1 },
    { name: "npm test", seconds: 400, isOk: false, failures: 0 },
  ];

  const lines = summaryOf({
    steps,
    results: [{ name: "npm test", result }],
    seconds: 430,
    absent: ["Not run: x"],
  });

  expect(lines).toEqual([
    "",
    "=== The test files that took longest: npm test",
    "    2.5 s  a.test.ts",
    "    2.5 s  b.test.ts",
    "",
    "=== What failed",
    "",
    "npm test: a.test.ts > group > test 1",
    "    Expected 1",
    "",
    "=== 430 s in all",
    "FAILED    27 s  npm run check",
    "FAILED   400 s  npm test",
    "Not run: x",
    "Skipped: 1 of the tests (npm test); the log above says why.",
    "Failed by chance, and passed alone: b.test.ts (npm test)",
    "2 passed, 2 failed",
  ]);
});

// The page explains everything that the program reports: issue kinds, attention, sign-in errors,
// exit codes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { issueKindNames, issueKinds } from "../../src/sync/rules/issue-kinds.ts";
import { severityOf } from "../../src/sync/rules/severity.ts";
import { codeOf, proseOf, ROOT, tableRowsOf, textOf } from "./pages.ts";

const page = textOf("docs/troubleshooting.md");
const code = new Set(codeOf(page));

/**
 * Some kinds and numbers are in tables that their files do not export, so they are read from the
 * source.
 */
function kindsIn(file: string, pattern: RegExp): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))];
}

function missing(names: readonly string[]): string[] {
  return names.filter((name) => !code.has(name));
}

test("every kind of issue has its place, under the title that people see", () => {
  expect(missing(Object.keys(issueKinds))).toEqual([]);
  const titles = Object.values(issueKinds).map(({ title }) => title);
  expect(titles.filter((title) => !proseOf(page).includes(title))).toEqual([]);
});

test("each kind that is blocking or an error is named with its severity, and the others are notes", () => {
  const kindsAfter = (severity: string) => {
    const [, list = ""] = new RegExp(`\\*\\*${severity}\\*\\*[^:]*:([^.]*)\\.`, "u").exec(page) ?? [];
    return codeOf(list).filter((name) => name !== "");
  };
  expect(kindsAfter("Blocking")).toEqual(issueKindNames.filter((kind) => severityOf(kind) === "blocking"));
  expect(kindsAfter("Error")).toEqual(issueKindNames.filter((kind) => severityOf(kind) === "error"));
});

test("everything that needs attention has its place", () => {
  const folder = "src/connections";
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  const kinds = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => kindsIn(`${folder}/${file}`, /kind: "([a-z-]+)",\s+title:/g));
  expect(kinds.length).toBeGreaterThan(4);
  const approvalReasons = kindsIn("src/sync/plan/brake.ts", /"(brake-[a-z]+)"/g);
  expect(approvalReasons.length).toBeGreaterThan(1);
  expect(missing([...kinds, ...approvalReasons, "empty-selection"])).toEqual([]);
});

test("every refusal of Microsoft Entra ID that is understood has its place", () => {
  const numbers = kindsIn("src/dataverse/auth/aadsts.ts", /^ {2}"(\d+)":/gm);
  expect(numbers.length).toBeGreaterThan(40);
  expect(missing(numbers.map((number) => `AADSTS${number}`))).toEqual([]);
});

test("every exit code has its row", () => {
  const rows = new Set(tableRowsOf(page).map(([first]) => first));
  expect(Object.values(exitCodes).filter((number) => !rows.has(String(number)))).toEqual([]);
});

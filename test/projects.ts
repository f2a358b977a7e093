// Which project a test file belongs to: what it needs decides, and that is read from its name or from what it imports, so no list
// has to be kept. A file called <what>.long.test.ts, <what>.data.test.ts or <what>.postgres-15.test.ts says it by its name.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TEST = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
const ROOT = dirname(TEST);

/** A file that fits several belongs to the first. */
export const PROJECTS = ["long", "data", "postgres-15", "browser", "process", "db", "pure"] as const;
export type Project = (typeof PROJECTS)[number];

const BY_NAME = /\.(?<project>long|data|postgres-15)\.test\.ts$/;

/** What a file of test/ imports, or a file that it imports, and the project that follows from it. */
const BY_IMPORT: readonly (readonly [Project, RegExp])[] = [
  ["browser", /^playwright-core$/],
  ["process", /^node:child_process$/],
  ["db", /\/harness\/database\.ts$/],
];

/** As oxfmt lays them out, at the start of a line; types are gone when a test runs. */
const IMPORT = /^(?:import|export) (?!type )(?:[^"';]*? from )?"(?<specifier>[^"]+)";$/gm;

/** Packages, and absolute paths of files of test/. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(IMPORT)].map(({ groups }) => {
    const specifier = groups?.["specifier"] ?? "";
    return specifier.startsWith(".") ? resolve(dirname(file), specifier) : specifier;
  });
}

function importClosure(file: string, test: string, seen: Set<string> = new Set()): Set<string> {
  for (const target of importsOf(file)) {
    if (seen.has(target)) continue;
    seen.add(target);
    if (target.startsWith(`${test}/`)) importClosure(target, test, seen);
  }
  return seen;
}

/** @param file path of a test file; `test`: of the folder that holds all of them */
export function projectOf(file: string, test: string): Project {
  const named = BY_NAME.exec(file)?.groups?.["project"];
  const byName = PROJECTS.find((project) => project === named);
  if (byName) return byName;
  const imported = [...importClosure(file, test)];
  const found = BY_IMPORT.find(([, pattern]) => imported.some((target) => pattern.test(target)));
  return found?.[0] ?? "pure";
}

function testFiles(): string[] {
  const names = readdirSync(TEST, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".test.ts")).map((name) => join(TEST, name));
}

/** The one without windows first: it takes a fifth less processor time for the same pages. */
const CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"];

export function chromiumProgram(): string | undefined {
  return CHROMIUM.find((program) => existsSync(program));
}

/** Real company records, real queries and captured answers. They are not part of the project; SLUICE_TEST_DATA names their folder. */
export const OUTSIDE_DATA = resolve(ROOT, process.env["SLUICE_TEST_DATA"] ?? "../shared");

/** Where Debian's package postgresql-15 puts its programs. */
export const POSTGRES_15 = "/usr/lib/postgresql/15/bin";

/** What the machine may lack for the tests of a project. */
const UNAVAILABLE_REASONS: Partial<Record<Project, () => string | undefined>> = {
  data: () =>
    existsSync(OUTSIDE_DATA) ? undefined : "the data is not here (SLUICE_TEST_DATA names its folder)",
  "postgres-15": () =>
    existsSync(POSTGRES_15) ? undefined : "PostgreSQL 15 is not here (Debian: apt-get install postgresql-15)",
  browser: () =>
    chromiumProgram() ? undefined : "Chromium is not here (Debian: apt-get install chromium-headless-shell)",
};

export type ProjectFiles = {
  readonly project: Project;
  /** Relative to the root of the repository. */
  readonly files: readonly string[];
  /** Why they cannot run on this machine. */
  readonly unavailableReason: string | undefined;
};

/** Those that do more in a long run (harness/counts.ts). */
function importsCounts(file: string): boolean {
  return importClosure(file, TEST).has(join(TEST, "harness/counts.ts"));
}

/** @param isLong only what does more in a long run */
export function projects(isLong = false): ProjectFiles[] {
  const files = testFiles().filter((file) => !isLong || importsCounts(file));
  const all = files.map((file) => ({ file: relative(ROOT, file), project: projectOf(file, TEST) }));
  return PROJECTS.map((project) => ({
    project,
    files: all.filter((one) => one.project === project).map(({ file }) => file),
    unavailableReason: UNAVAILABLE_REASONS[project]?.(),
  }));
}

/** A line for each project that does not run on this machine. */
export function notRun(all: readonly ProjectFiles[]): string[] {
  return all
    .filter(({ unavailableReason }) => unavailableReason !== undefined)
    .map(
      ({ project, files, unavailableReason }) =>
        `Not run: ${files.length} files of the project ${project}, since ${unavailableReason}.`,
    );
}

// Assigns each test file to a vitest project by what it needs. That is read from its name
// (<what>.long.test.ts, .data.test.ts, .postgres-15.test.ts) or from its imports, so that there is
// no list to maintain.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TEST = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
const ROOT = dirname(TEST);

/** A file that fits several belongs to the first of them. */
export const PROJECTS = ["long", "data", "postgres-15", "browser", "process", "db", "pure"] as const;
export type Project = (typeof PROJECTS)[number];

const BY_NAME = /\.(?<project>long|data|postgres-15)\.test\.ts$/;

/**
 * The project that follows from an import of a test file, or of a file of test/ that it imports.
 */
const BY_IMPORT: readonly (readonly [Project, RegExp])[] = [
  ["browser", /^playwright-core$/],
  ["process", /^node:child_process$/],
  ["db", /\/harness\/database\.ts$/],
];

/**
 * Matches imports as oxfmt formats them. Imports of types do not count: they are gone at run time.
 */
const IMPORT = /^(?:import|export) (?!type )(?:[^"';]*? from )?"(?<specifier>[^"]+)";$/gm;

/** Returns the imports of a file: names of packages, and absolute paths of files. */
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

/**
 * @param file path of a test file
 * @param test path of the folder of all tests
 */
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

/** The headless shell comes first: it takes a fifth less processor time for the same pages. */
const CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"];

export function chromiumProgram(): string | undefined {
  return CHROMIUM.find((program) => existsSync(program));
}

/**
 * The folder of real company records, queries and captured answers, which are not part of the
 * project. SLUICE_TEST_DATA sets it.
 */
export const OUTSIDE_DATA = resolve(ROOT, process.env["SLUICE_TEST_DATA"] ?? "../shared");

/** The directory of the programs of Debian's package postgresql-15. */
export const POSTGRES_15 = "/usr/lib/postgresql/15/bin";

/** Returns why the tests of a project cannot run on this machine, if they cannot. */
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
  /** Why the files cannot run on this machine. */
  readonly unavailableReason: string | undefined;
};

/** Whether a test makes more tries in a long run. */
function importsCounts(file: string): boolean {
  return importClosure(file, TEST).has(join(TEST, "harness/counts.ts"));
}

/** @param isLong whether to return only the files that make more tries in a long run */
export function projects(isLong = false): ProjectFiles[] {
  const files = testFiles().filter((file) => !isLong || importsCounts(file));
  const all = files.map((file) => ({ file: relative(ROOT, file), project: projectOf(file, TEST) }));
  return PROJECTS.map((project) => ({
    project,
    files: all.filter((one) => one.project === project).map(({ file }) => file),
    unavailableReason: UNAVAILABLE_REASONS[project]?.(),
  }));
}

/** Returns a line for each project that does not run on this machine. */
export function notRun(all: readonly ProjectFiles[]): string[] {
  return all
    .filter(({ unavailableReason }) => unavailableReason !== undefined)
    .map(
      ({ project, files, unavailableReason }) =>
        `Not run: ${files.length} files of the project ${project}, since ${unavailableReason}.`,
    );
}

import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { type Setting, settings } from "../../src/config/settings.ts";
import { codeOf, commandsOf, fragmentsOf, linksOf, pagePaths, ROOT, tableRowsOf, textOf } from "./pages.ts";

const program = buildProgram(async () => undefined);
const known: readonly Setting[] = settings;

function faultOfLink(page: string, target: string): string | undefined {
  const [path = "", fragment] = target.split("#");
  const file = path === "" ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(join(ROOT, file))) return `${target}: there is no ${file}`;
  if (fragment === undefined || fragmentsOf(textOf(file)).includes(fragment)) return undefined;
  return `${target}: ${file} has no such heading`;
}

/** Options of a command, and of those above it. */
function optionsOf(command: Command): string[] {
  const own = command.options.flatMap(({ long, short }) => [long, short]).filter((name) => name != null);
  return [...own, "--help", ...(command.parent ? optionsOf(command.parent) : [])];
}

function faultOfCommand(words: readonly string[]): string | undefined {
  let command: Command = program;
  let skip = false;
  for (const word of words) {
    if (skip) skip = false;
    else if (word.startsWith("--")) {
      const [name = ""] = word.split("=");
      if (!optionsOf(command).includes(name)) return `${words.join(" ")}: no option ${name}`;
      const option = [command, program].flatMap(({ options }) => options).find(({ long }) => long === name);
      skip = option !== undefined && (option.required || option.optional) && !word.includes("=");
    } else {
      const next = command.commands.find((one) => one.name() === word);
      if (next === undefined && command.registeredArguments.length === 0)
        return `${words.join(" ")}: no command ${word}`;
      command = next ?? command;
    }
  }
  return undefined;
}

const ALLOWED = new Set([
  ...known.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])),
  // Only the tests read these.
  "SLUICE_TEST_DATA",
  "SLUICE_TEST_POSTGRES",
  "SLUICE_TEST_REQUIRE",
  "SLUICE_TEST_SCREENSHOTS",
  "SLUICE_TEST_SEED",
]);

describe.for(pagePaths())("%s", (page) => {
  const text = textOf(page);

  test("has no broken links", () => {
    expect(linksOf(text).map((target) => faultOfLink(page, target))).not.toContainEqual(expect.anything());
  });

  test("names only existing commands and options", () => {
    expect(commandsOf(text).map(faultOfCommand)).not.toContainEqual(expect.anything());
  });

  test("names only existing settings", () => {
    const named = codeOf(text).flatMap(
      (code) =>
        code.match(/\b(?:SLUICE_[A-Z_]*[A-Z](?![*\w])|(?:DATABASE|SMTP)_URL(?:_FILE)?\b|MAX_ACCOUNTS\b)/g) ??
        [],
    );
    expect(named.filter((name) => !ALLOWED.has(name))).toEqual([]);
  });
});

test("configure.md has each setting with its default, and no other", () => {
  const rows = tableRowsOf(textOf("docs/configure.md")).filter(([name = ""]) => /^[A-Z][A-Z_]+$/.test(name));
  const documented = rows.map(([name, type = "", standard]) => [name, type.startsWith("secret"), standard]);
  const expected = known.map(({ name, secret, default: standard }) => [
    name,
    secret === true,
    standard ?? "none",
  ]);
  expect(documented.toSorted()).toEqual(expected.toSorted());
});

test("the pages for operators hold commands, and the README leads to each page", () => {
  expect(commandsOf(textOf("docs/install.md")).length).toBeGreaterThan(3);
  const linked = new Set(linksOf(textOf("README.md")));
  const docs = pagePaths().filter((path) => path.startsWith("docs/"));
  expect(docs.filter((path) => !linked.has(path))).toEqual([]);
});

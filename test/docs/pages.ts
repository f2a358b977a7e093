// Parses the documentation: headings, code, commands, links, tables. Prose is not tested.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Paths from the root of all pages. */
export function pagePaths(): string[] {
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`)];
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

type Line = { readonly text: string; readonly code: boolean };

/** Fenced lines are code, and lines that are indented by four after an empty or a code line. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let fenced = false;
  for (const line of text.split("\n")) {
    const isFence = /^\s*```/.test(line);
    if (isFence) fenced = !fenced;
    const before = lines.at(-1);
    const indented = /^ {4,}\S/.test(line) && (before === undefined || before.code || before.text === "");
    lines.push({ text: line, code: fenced || isFence || indented });
  }
  return lines;
}

/** The page without code, which may look like Markdown. */
export function proseOf(text: string): string {
  return linesOf(text)
    .map(({ text: line, code }) => (code ? "" : line))
    .join("\n");
}

/** Lines of code blocks, and code spans of the rest. */
export function codeOf(text: string): string[] {
  const blocks = linesOf(text)
    .filter(({ code }) => code)
    .map(({ text: line }) => line.trim());
  // A line that ends with a backslash continues.
  const joined = blocks.join("\n").replaceAll(/\\\n\s*/g, "");
  const spans = [...proseOf(text).matchAll(/`([^`]+)`/g)].map(([, code = ""]) =>
    code.replaceAll(/\s+/g, " "),
  );
  return [...joined.split("\n"), ...spans];
}

/** The fragment of a heading, as GitHub makes it. */
function fragmentOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

export function fragmentsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const fragment = fragmentOf(heading.trim());
    const times = seen.get(fragment) ?? 0;
    seen.set(fragment, times + 1);
    return times === 0 ? fragment : `${fragment}-${times}`;
  });
}

/** Targets of links within the repository. */
export function linksOf(text: string): string[] {
  return [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What may precede the program's name where it is called. */
const CALL =
  /(?:^|\$ |&& |\| |-u \S+ |-s \S+ |compose (?:run|exec) (?:\S+ )*?|ExecStart=\S+ \S*bin\/)(?:sluice|sluice\.js|npm run sluice --)(?: (.+))?$/;

/** Every call of `sluice` in the page, as words after the program's name. */
export function commandsOf(text: string): string[][] {
  return codeOf(text).flatMap((code) => {
    const plain = code
      .replace("npm run serve --", "npm run sluice -- serve")
      .replace("sluice node bin/sluice.js", "sluice");
    const call = CALL.exec(plain);
    // A comment follows after two blanks, a pipe or a redirection.
    const words = call?.[1]?.split(/ {2,}| [#|>&;]| …/)[0]?.trim();
    return words ? [words.split(" ")] : [];
  });
}

/** Rows of the page's tables, as cells without backticks. */
export function tableRowsOf(text: string): string[][] {
  return proseOf(text)
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("`", "").replaceAll("\\|", "|")),
    );
}

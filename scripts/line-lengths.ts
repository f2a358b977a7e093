// Finds lines that are too long to be read at a glance: comments of more than 100 characters, code
// of more than 120. `npm run check` runs it; `npx tsx scripts/line-lengths.ts FOLDER...` checks
// other folders.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

/** Folders that are checked; src, web and the rest of test follow when their lines are in order. */
const FOLDERS = [
  "bench",
  "bin",
  "scripts",
  "simulator",
  "src/access",
  "src/accounts",
  "src/api",
  "src/cli",
  "src/config",
  "src/connections",
  "src/csv",
  "src/dataverse",
  "src/db",
  "src/jobs",
  "src/lib",
  "src/mail",
  "src/notify",
  "src/settings",
  "src/sync",
  "src/teammates",
  "test/access",
  "test/accounts",
  "test/api",
  "test/cli",
  "test/connections",
  "test/csv",
  "test/dataverse",
  "test/db",
  "test/docs",
  "test/jobs",
  "test/lib",
  "test/mail",
  "test/notify",
  "test/scripts",
  "test/settings",
  "test/simulator",
  "test/upgrade",
];

/** Counted from the comment's first character, because indentation makes it no harder to read. */
const MAX_COMMENT = 100;
/** Counted from the start of the line, as the formatter counts. */
const MAX_CODE = 120;

type Span = { readonly start: number; readonly end: number };
type Line = Span & { readonly number: number };
type Node = Span & { readonly type: string; readonly value?: unknown };

/** One sentence for each line of a file that is too long. */
export function lineFaults(file: string, text: string): string[] {
  const { program, comments, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) return [`${file} cannot be parsed: ${error.message}`];
  const literals = literalsIn(program, text);
  return linesOf(text).flatMap((line) => {
    const comment = comments.find(({ start, end }) => start < line.end && end > line.start);
    const commentStart = comment === undefined ? line.end : Math.max(comment.start, line.start);
    const commentText = text.slice(commentStart, Math.min(comment?.end ?? line.end, line.end)).trim();
    const code = { start: line.start, end: commentStart };
    const codeLength = lengthOf(code, text);
    const faults: string[] = [];
    if (commentText.length > MAX_COMMENT && !isOneWord(commentText))
      faults.push(fault(file, line, "comment", commentText.length, MAX_COMMENT));
    if (codeLength > MAX_CODE && !isData(code, literals, text))
      faults.push(fault(file, line, "line of code", codeLength, MAX_CODE));
    return faults;
  });
}

function fault(file: string, { number }: Line, what: string, length: number, max: number): string {
  return `${file}:${number} is a ${what} of ${length} characters. Break it at ${max}.`;
}

function linesOf(text: string): Line[] {
  let start = 0;
  return text.split("\n").map((line, index) => {
    const span = { number: index + 1, start, end: start + line.length };
    start = span.end + 1;
    return span;
  });
}

function lengthOf({ start, end }: Span, text: string): number {
  return text.slice(start, end).trimEnd().length;
}

/** A URL, for example, cannot be broken. */
function isOneWord(comment: string): boolean {
  return !/\s/.test(comment.replace(/^(?:\/\/|\/?\*+)\s*/, ""));
}

/** What may come before a literal on a line of its own: its name, `return`, an operator. */
const BEFORE =
  /^\s*(?:(?:(?:export )?const )?(?:[\w.]+|"[^"]*")\??(?:: [^=]+)?\s?[:=] ?|return |[+?:] |[[({]+)?$/;
const AFTER = /^(?:[)\]},;]| as const| \+)*$/;

/**
 * A line is data when it has nothing but one literal, which the formatter cannot break: a string, a
 * template or a part of it, a regular expression, text of a page.
 */
function isData(code: Span, literals: readonly Span[], text: string): boolean {
  return literals.some(({ start, end }) => {
    const before = text.slice(code.start, Math.max(start, code.start));
    const after = text.slice(Math.min(end, code.end), code.end).trimEnd();
    return start < code.end && end > code.start && BEFORE.test(before) && AFTER.test(after);
  });
}

const SQL = /^\s*(?:select|insert|update|delete|create|alter|drop|copy|with)\s/i;

/** Returns the literals that are data. SQL is not: it is code, and can be broken at any blank. */
function literalsIn(root: Node, text: string): Span[] {
  const found: Span[] = [];
  const visit = (node: Node): void => {
    const source = text.slice(node.start, node.end);
    if (node.type === "TaggedTemplateExpression" && !source.startsWith("String.raw")) return;
    if (isLiteral(node) && !SQL.test(source.slice(1))) found.push(node);
    else for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return found;
}

function isLiteral({ type, value }: Node): boolean {
  return (
    ["TaggedTemplateExpression", "TemplateLiteral", "JSXText"].includes(type) ||
    (type === "Literal" && (typeof value === "string" || value instanceof RegExp))
  );
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((child: unknown): child is Node => isNode(child));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

async function sourceFiles(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|js)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}

const thisFile = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && resolve(process.argv[1]) === thisFile) {
  const root = join(dirname(thisFile), "..");
  const named = process.argv.slice(2);
  for (const folder of named.length > 0 ? named : FOLDERS) {
    for (const file of await sourceFiles(root, folder)) {
      const faults = lineFaults(file, await readFile(join(root, file), "utf8"));
      for (const sentence of faults) console.error(sentence);
      if (faults.length > 0) process.exitCode = 1;
    }
  }
}

// Checks the room table: which folder may import which, so that every part has one place and no
// room depends on one that depends on it. Also finds import cycles, and readers of the environment
// outside its one file. It expects import statements at the start of a line, as oxfmt formats them.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

type Room = {
  /** Rooms it may import besides itself; "everything" for those that wire or test. */
  imports: readonly string[] | "everything";
  /** Rooms of which it may import types. */
  types?: readonly string[];
  /** Packages it may import; any, if absent. */
  packages?: readonly string[];
};

/** Keys are folders or files; the longest that fits a file is its room. */
const ROOMS: Record<string, Room> = {
  "src/lib": { imports: [] },
  "src/config": { imports: ["src/lib"] },
  "src/config.ts": { imports: ["src/config", "src/lib"] },
  "src/settings": { imports: [], packages: ["zod"] },
  "src/csv": { imports: ["src/lib"] },
  "src/db": { imports: ["src/lib"] },
  "src/dataverse": { imports: ["src/lib"] },
  "src/mail": { imports: ["src/db", "src/lib"] },
  "src/teammates": { imports: ["src/db", "src/lib"] },
  "src/accounts": { imports: ["src/teammates", "src/settings", "src/db", "src/lib"] },
  "src/sync": {
    imports: [
      "src/dataverse",
      "src/accounts",
      "src/teammates",
      "src/settings",
      "src/csv",
      "src/db",
      "src/lib",
    ],
  },
  "src/connections": {
    imports: ["src/sync", "src/accounts", "src/dataverse", "src/settings", "src/db", "src/lib"],
  },
  "src/access": { imports: ["src/teammates", "src/mail", "src/db", "src/lib"] },
  "src/inbox": { imports: ["src/accounts", "src/teammates", "src/mail", "src/db", "src/lib"] },
  "src/feed": { imports: ["src/accounts", "src/db", "src/lib"] },
  "src/notify": {
    imports: ["src/teammates", "src/mail", "src/settings", "src/db", "src/lib"],
    types: ["src/sync", "src/connections"],
  },
  "src/jobs": {
    imports: [
      "src/connections",
      "src/sync",
      "src/accounts",
      "src/teammates",
      "src/inbox",
      "src/feed",
      "src/notify",
      "src/settings",
      "src/db",
      "src/lib",
    ],
  },
  "src/api": {
    imports: [
      "src/api/contract",
      "src/jobs",
      "src/notify",
      "src/feed",
      "src/inbox",
      "src/access",
      "src/connections",
      "src/sync",
      "src/accounts",
      "src/teammates",
      "src/mail",
      "src/settings",
      "src/db",
      "src/csv",
      "src/lib",
    ],
  },
  "src/api/contract": { imports: ["src/settings"], packages: ["zod"] },
  "src/app.ts": { imports: "everything" },
  "src/open-app.ts": { imports: "everything" },
  "src/cli": { imports: "everything" },
  simulator: { imports: [] },
  web: { imports: ["src/api/contract", "src/settings"] },
  test: { imports: "everything" },
  "test/reference": { imports: ["test/harness/counts.ts"] },
  "test/harness/counts.ts": { imports: [] },
  bench: { imports: "everything" },
  scripts: { imports: "everything" },
  bin: { imports: ["src/cli"] },
  "vitest.config.ts": { imports: ["test", "test/harness/counts.ts"] },
};

type Import = { from: string; line: number; specifier: string; onlyTypes: boolean };

const NAMES = String.raw`(?:\*(?:\s+as\s+\w+)?|\w+|\{[^}]*\})`;
const STATEMENT = new RegExp(
  String.raw`^(?:import|export)\s+(?<type>type\s+)?(?:${NAMES}(?:\s*,\s*${NAMES})?\s+from\s+)?["'](?<specifier>[^"']+)["']`,
  "gm",
);
const DYNAMIC = /\bimport\(\s*["'](?<specifier>[^"']+)["']\s*\)/g;

/** The imports of one file, with the lines they begin at. */
function importsOf(from: string, text: string): Import[] {
  return [STATEMENT, DYNAMIC].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ index, groups }) => ({
      from,
      line: text.slice(0, index).split("\n").length,
      specifier: groups?.["specifier"] ?? "",
      onlyTypes: groups?.["type"] !== undefined,
    })),
  );
}

function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

/** The file a relative import names, from the root; nothing for a package or a built-in module. */
function targetOf({ from, specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : undefined;
}

function list(rooms: readonly string[]): string {
  return rooms.length === 0 ? "nothing of ours" : `only ${rooms.join(", ")}`;
}

function faultOf(one: Import): string | undefined {
  const room = roomOf(one.from);
  if (room === undefined) return undefined;
  const rule = ROOMS[room];
  if (!rule || rule.imports === "everything") return undefined;
  const target = targetOf(one);
  if (target === undefined) {
    if (!rule.packages || rule.packages.includes(one.specifier)) return undefined;
    return `${one.from}:${one.line} imports ${one.specifier}, but of packages it may import only ${rule.packages.join(", ")}.`;
  }
  const other = roomOf(target);
  if (other === room || (other !== undefined && rule.imports.includes(other))) return undefined;
  if (other !== undefined && rule.types?.includes(other)) {
    if (one.onlyTypes) return undefined;
    return `${one.from}:${one.line} imports ${target}, but ${room} may import nothing but types of ${other} (import type).`;
  }
  return `${one.from}:${one.line} imports ${target}, but ${room} may import ${list(rule.imports)}.`;
}

/**
 * Returns every import cycle once, from its alphabetically first file on. Imports of types count
 * too: they do no harm when the program runs, but neither file can be read or moved without the
 * other.
 */
function importCycles(imports: readonly Import[], files: ReadonlySet<string>): string[][] {
  const next = new Map<string, string[]>();
  for (const one of imports) {
    const target = targetOf(one);
    if (target !== undefined && files.has(target))
      next.set(one.from, [...(next.get(one.from) ?? []), target]);
  }
  const cycles = new Map<string, string[]>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      const cycle = path.slice(start);
      const first = cycle.indexOf(cycle.toSorted()[0] ?? "");
      const rotated = [...cycle.slice(first), ...cycle.slice(0, first)];
      cycles.set(rotated.join(), rotated);
    } else if (!done.has(file)) {
      for (const target of next.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    }
  };
  for (const file of [...files].toSorted()) visit(file, []);
  return [...cycles.values()];
}

type Ownership = {
  readonly pattern: RegExp;
  /** The file or folder that alone may do it. */
  readonly owner: string;
  readonly fault: string;
};

/** What one place of src alone does, whoever may import it. */
const OWNERSHIPS: readonly Ownership[] = [
  {
    pattern: /\bprocess\.env\b/,
    owner: "src/config.ts",
    fault: "reads process.env, but only src/config.ts may; take the value as an argument.",
  },
  {
    pattern: /(?:updateTable|insertInto|deleteFrom)\("runs"\)|\b(?:update|insert into|delete from) runs\b/,
    owner: "src/sync/record/",
    fault: "writes runs, but only src/sync/record may; say the event, or add what is written there.",
  },
];

/** The first line of each kind that is in a file which does not own it. */
function ownerFaults(file: string, text: string): string[] {
  if (!file.startsWith("src/")) return [];
  const lines = text.split("\n").map((line) => line.replace(/\/\/.*|^\s*\*.*/, ""));
  return OWNERSHIPS.flatMap(({ pattern, owner, fault }) => {
    const line = lines.findIndex((code) => pattern.test(code));
    return line < 0 || file.startsWith(owner) ? [] : [`${file}:${line + 1} ${fault}`];
  });
}

async function sourceFiles(root: string): Promise<string[]> {
  const tops = [...new Set(Object.keys(ROOMS).map((room) => room.split("/")[0] ?? room))];
  const found = await Promise.all(
    tops.map(async (top) => {
      if (/\.[jt]s$/.test(top)) return [top];
      const entries = await readdir(join(root, top), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return entries
        .filter((entry) => entry.isFile() && /\.(?:ts|tsx|js)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    }),
  );
  return found.flat().toSorted();
}

/** One sentence for each fault of the tree under `root`, none if all is well. */
export async function roomFaults(root: string): Promise<string[]> {
  const faults: string[] = [];
  const imports: Import[] = [];
  const files = await sourceFiles(root);
  for (const file of files) {
    const text = await readFile(join(root, file), "utf8").catch(() => "");
    if (roomOf(file) === undefined)
      faults.push(
        `${file} is in no room. Move it, or give its folder a line in the room table of scripts/rooms.ts.`,
      );
    faults.push(...ownerFaults(file, text));
    imports.push(...importsOf(file, text));
  }
  faults.push(...imports.map(faultOf).filter((fault) => fault !== undefined));
  for (const cycle of importCycles(imports, new Set(files)))
    faults.push(
      `${[...cycle, cycle[0]].join(" imports ")}: an import cycle. Move what they share into a file of its own.`,
    );
  return faults;
}

const thisFile = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && resolve(process.argv[1]) === thisFile) {
  const faults = await roomFaults(join(dirname(thisFile), ".."));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

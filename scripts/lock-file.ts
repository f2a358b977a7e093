// Says whether package-lock.json works everywhere: it names no registry, and it has an entry for
// every optional package, those for other systems included. npm leaves out what it could not look
// up when it wrote the file, and `npm ci` then refuses the whole file; `--write` puts such entries
// in, as far as a package's name tells them.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const FILE = fileURLToPath(new URL("../package-lock.json", import.meta.url));

// Records and not objects: zod would move the fields it is told of to the front.
const lockFile = z.looseObject({ packages: z.record(z.string(), z.record(z.string(), z.unknown())) });
const knownFields = z.object({
  resolved: z.string().optional(),
  dev: z.boolean().default(false),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

type Entry = Record<string, unknown>;
type Missing = { path: string; version: string; dev: boolean };

function missingIn(packages: Record<string, Entry>): Missing[] {
  return Object.entries(packages).flatMap(([path, fields]) => {
    const { optionalDependencies, dev } = knownFields.parse(fields);
    return Object.entries(optionalDependencies)
      .map(([name, version]) => ({ path: `node_modules/${name}`, version, dev }))
      .filter((one) => !(one.path in packages) && !(`${path}/${one.path}` in packages));
  });
}

/** `…/binding-linux-arm64-musl` and the like: system, processor, and for Linux the C library. */
const SYSTEM = /[/-](android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?[a-z-]*$/;

function entryOf({ path, version, dev }: Missing): Entry | undefined {
  const [, os, cpu, abi] = SYSTEM.exec(path) ?? [];
  // A range has to be looked up; every package that ships programs for systems names one version.
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return undefined;
  const libc = os === "linux" && abi !== undefined && { libc: [abi.startsWith("musl") ? "musl" : "glibc"] };
  return { version, cpu: [cpu], ...(dev && { dev }), ...libc, optional: true, os: [os] };
}

const raw: unknown = JSON.parse(await readFile(FILE, "utf8"));
const { packages } = lockFile.parse(raw);
const missing = missingIn(packages);

if (process.argv.includes("--write")) {
  for (const one of missing) {
    const filled = entryOf(one);
    if (filled) packages[one.path] = filled;
  }
  const sorted = Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lock = Object.assign({}, raw, { packages: Object.fromEntries(sorted) });
  await writeFile(FILE, `${JSON.stringify(lock, null, 2)}\n`);
} else {
  const addresses = Object.values(packages).map((fields) => knownFields.parse(fields).resolved);
  const hosts = addresses.filter((address) => address?.includes("://"));
  for (const address of hosts) console.error(`package-lock.json names ${address}.`);
  if (hosts.length > 0) console.error("Install with the .npmrc of this folder, which leaves addresses out.");
  for (const { path } of missing) console.error(`package-lock.json has no entry for ${path}.`);
  if (missing.length > 0) console.error("Run: npx tsx scripts/lock-file.ts --write");
  if (hosts.length + missing.length > 0) process.exitCode = 1;
}

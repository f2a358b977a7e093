import { randomBytes } from "node:crypto";
import { chmod, chown, lstat, mkdir, realpath, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { canEnter, isRoot, type RunAs, unprivilegedUser } from "./run-as.ts";

/** Where root keeps the data when the unprivileged user cannot enter the given directory. */
const ROOT_HOMES = "/var/lib/sluice";
const ROOT_CACHE = "/var/cache/sluice";

/**
 * The folder of one embedded server (data, password, log, socket) and the user who runs it, who
 * owns it with mode 0700.
 */
export type Home = { path: string; runAs: RunAs; binariesCache: string };

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Creates a folder that everybody may enter, whatever root's umask is. */
export async function createPublicFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}

async function createOwnedFolder(path: string, runAs: RunAs): Promise<void> {
  await mkdir(path, { mode: 0o700, recursive: true });
  if (runAs) await chown(path, runAs.uid, runAs.gid);
}

/** Data of an ordinary user keeps its owner when root starts the program. */
async function ownerOf(path: string): Promise<RunAs> {
  const { uid, gid } = await stat(path);
  return isRoot && uid !== 0 ? { uid, gid } : unprivilegedUser();
}

async function createHome(link: string, directory: string): Promise<void> {
  const runAs = unprivilegedUser();
  if (runAs && !canEnter(directory, runAs)) {
    // A link in the directory, so that deleting or moving the directory deletes or moves the data.
    const target = join(ROOT_HOMES, randomBytes(8).toString("hex"));
    await createPublicFolder(ROOT_HOMES);
    await createOwnedFolder(target, runAs);
    await symlink(target, link);
  } else await createOwnedFolder(link, runAs);
}

/**
 * Opens `<directory>/postgres`, and creates it when missing. If the program runs as root and the
 * unprivileged user cannot enter the directory (a parent has mode 0700), it is a link into
 * /var/lib/sluice.
 */
export async function openHome(directory: string): Promise<Home> {
  await mkdir(directory, { recursive: true });
  const link = join(directory, "postgres");
  if (!(await exists(link))) {
    await createHome(link, directory).catch((error: NodeJS.ErrnoException) => {
      // Another process created it meanwhile; the lock decides later who may use it.
      if (error.code !== "EEXIST") throw error;
    });
  }
  const path = await realpath(link).catch((cause: unknown) => {
    throw new Error(
      `The database's files are missing: ${link} points to a folder that is not there. Bring the folder back, or remove ${link} to start with an empty database.`,
      { cause },
    );
  });
  const runAs = await ownerOf(path);
  if (!canEnter(path, runAs)) {
    throw new Error(
      `The database's files are in ${path}, where the user that must run PostgreSQL (number ${runAs?.uid ?? "of this process"}) cannot go. Let that user pass through every folder above it (chmod o+x), or set DATABASE_URL.`,
    );
  }
  return { path, runAs, binariesCache: runAs ? ROOT_CACHE : path };
}

import { randomBytes } from "node:crypto";
import { access, chmod, chown, constants, lstat, mkdir, realpath, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../lib/system-error.ts";
import { UserError } from "../../lib/user-error.ts";
import { canEnter, isRoot, type RunAs, unprivilegedUser } from "./run-as.ts";

/** Where root keeps the data when the unprivileged user cannot enter the given directory. */
const ROOT_HOMES = "/var/lib/sluice";
const ROOT_CACHE = "/var/cache/sluice";

/**
 * The folder of one embedded server (data, password, log, socket) and the user who runs it, who
 * owns it with mode 0700.
 */
export type Home = { path: string; runAs: RunAs; binariesCache: string };

/** The operator named a directory that cannot hold the database. */
export class HomeError extends UserError {
  override readonly name = "HomeError";

  constructor(directory: string, finding: string, cause?: unknown) {
    super("home", `The directory ${directory}, which SLUICE_HOME or --home names, ${finding}.`, {
      fix: "Name a directory that this user may write to, or set DATABASE_URL.",
      cause,
    });
  }
}

/** What is wrong with the directory, by the code of the system's error. */
const FINDINGS: Readonly<Record<string, string>> = {
  EEXIST: "is a file",
  ENOTDIR: "is below something that is no directory",
  ENOENT: "is a link to a directory that is not there",
  EACCES: "may not be written by this user",
  EPERM: "may not be written by this user",
  EROFS: "is on a read-only file system",
  ELOOP: "is a link that leads to itself",
  ENAMETOOLONG: "has a name that is too long",
};

/**
 * Makes the directory, with those above it.
 * @throws HomeError
 */
async function createDirectory(directory: string): Promise<void> {
  await asHomeError(directory, async () => {
    await mkdir(directory, { recursive: true });
    if (!(await stat(directory)).isDirectory()) throw new HomeError(directory, "is a file");
  });
}

async function asHomeError<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const finding = FINDINGS[errorCode(cause) ?? ""];
    throw finding === undefined ? cause : new HomeError(directory, finding, cause);
  }
}

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
 * @throws HomeError
 */
export async function openHome(directory: string): Promise<Home> {
  await createDirectory(directory);
  const link = join(directory, "postgres");
  if (!(await exists(link))) {
    await asHomeError(directory, async () => {
      // On a read-only file system mkdir reports that something is missing.
      await access(directory, constants.W_OK);
      await createHome(link, directory).catch((error: NodeJS.ErrnoException) => {
        // Another process created it meanwhile; the lock decides later who may use it.
        if (error.code !== "EEXIST") throw error;
      });
    });
  }
  const path = await realpath(link).catch((cause: unknown) => {
    throw new Error(
      `The database's files are missing: ${link} points to a folder that is not there. Bring the folder back, or remove ${link} to start with an empty database.`,
      { cause },
    );
  });
  // PostgreSQL would refuse as well, without saying which setting names the directory.
  await asHomeError(directory, () => access(path, constants.W_OK));
  const runAs = await ownerOf(path);
  if (!canEnter(path, runAs)) {
    throw new Error(
      `The database's files are in ${path}, where the user that must run PostgreSQL (number ${runAs?.uid ?? "of this process"}) cannot go. Let that user pass through every folder above it (chmod o+x), or set DATABASE_URL.`,
    );
  }
  return { path, runAs, binariesCache: runAs ? ROOT_CACHE : path };
}

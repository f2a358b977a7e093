// Replaces the content of a small file that must not be lost: by renaming a new file over it, so
// that no reader sees half of it, or in place where that is impossible, as for a file that a
// container mounts alone.
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";

/**
 * Checks that `replaceFile` will find a way, without changing the file.
 * @throws the system's error of the last way that was tried
 */
export function assertReplaceable(path: string): void {
  // What a link points to is replaced, and the link stays.
  const target = realpathSync(path);
  if (!isMountPoint(target) && canCreateBeside(target)) return;
  closeSync(openSync(target, "r+"));
}

/** Replaces the content. Only the file's owner can read it then. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const target = realpathSync(path);
  const isRenamed = await replaceByRename(target, content).then(
    () => true,
    () => false,
  );
  if (!isRenamed) await writeInPlace(target, content);
}

async function replaceByRename(target: string, content: string): Promise<void> {
  const { uid, gid } = await stat(target);
  const temporary = temporaryName(target);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      // Only root can, and a file of another user's should stay theirs.
      await file.chown(uid, gid).catch(() => undefined);
      await writeAndSync(file, content);
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Shortens the file last, so that a process that dies before leaves the whole new content. */
async function writeInPlace(target: string, content: string): Promise<void> {
  const file = await open(target, "r+");
  try {
    await file.chmod(0o600).catch(() => undefined);
    await writeAndSync(file, content);
    await file.truncate(Buffer.byteLength(content));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAndSync(file: FileHandle, content: string): Promise<void> {
  await file.writeFile(content);
  await file.sync();
}

function temporaryName(target: string): string {
  return `${target}.${randomUUID()}`;
}

function canCreateBeside(target: string): boolean {
  const temporary = temporaryName(target);
  try {
    closeSync(openSync(temporary, "wx", 0o600));
    rmSync(temporary);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a file is a mount point, over which nothing can be renamed: the fifth value of a line of
 * /proc/self/mountinfo (proc_pid_mountinfo(5)). Systems other than Linux have no such file.
 */
function isMountPoint(target: string): boolean {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .some((line) => unescapeOctal(line.split(" ")[4] ?? "") === target);
  } catch {
    return false;
  }
}

/** Blanks and backslashes are written as octal numbers: \040. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
}

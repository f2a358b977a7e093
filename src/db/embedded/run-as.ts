import { execFileSync, spawnSync } from "node:child_process";

/** The user that PostgreSQL's processes run as; undefined: the user of this process. */
export type RunAs = { uid: number; gid: number } | undefined;

export const isRoot = process.getuid?.() === 0;

/** Spawn options. `cwd` is a folder that everybody can enter; ours may be closed to that user. */
export function asUser(runAs: RunAs): { cwd: string; uid?: number; gid?: number } {
  return { cwd: "/", ...runAs };
}

function idOf(flag: "-u" | "-g", name: string): number {
  return Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

/**
 * PostgreSQL refuses to run as root. Root runs it as `postgres` where that user exists, else as
 * `nobody`.
 */
export function unprivilegedUser(): RunAs {
  if (!isRoot) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: idOf("-u", name), gid: idOf("-g", name) };
    } catch {
      continue;
    }
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. Start Sluice as another user, or set DATABASE_URL.",
  );
}

/**
 * Asks the kernel instead of reading mode bits, so that access control lists and mounts count too.
 */
export function canEnter(folder: string, runAs: RunAs): boolean {
  return spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], asUser(runAs)).status === 0;
}

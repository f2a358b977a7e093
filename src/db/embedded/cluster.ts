import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, link, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Binaries } from "./binaries.ts";
import type { Home } from "./home.ts";
import { isRunning } from "./postmaster.ts";
import { asUser } from "./run-as.ts";
import { errorCode } from "../../lib/system-error.ts";

export const USER = "sluice";

export function dataFolder(home: Home): string {
  return join(home.path, "data");
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === "ENOENT";
}

/** The major version of the existing data, or none when there is no data. */
export async function dataMajor(home: Home): Promise<number | undefined> {
  try {
    return Number((await readFile(join(dataFolder(home), "PG_VERSION"), "utf8")).trim());
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The password of the only user, created once. It is written to a temporary file and linked, so
 * that no process reads an incomplete one.
 */
export async function readOrCreatePassword(home: Home): Promise<string> {
  const file = join(home.path, "password");
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if ((await dataMajor(home)) !== undefined) {
    throw new Error(
      `The password of the database in ${home.path} is missing. Put the file ${file} back from a backup.`,
    );
  }
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, randomBytes(24).toString("base64url"), { mode: 0o600 });
  if (home.runAs) await chown(temporary, home.runAs.uid, home.runAs.gid);
  await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(temporary);
  return readFile(file, "utf8");
}

/** PostgreSQL 18 writes page checksums by default, earlier versions do not. */
function initdbFlags(major: number, durable: boolean): string[] {
  if (!durable) return major >= 18 ? ["--no-sync", "--no-data-checksums"] : ["--no-sync"];
  return major >= 18 ? [] : ["--data-checksums"];
}

/** Removes incomplete data folders of processes that have ended. */
async function removeLeftovers(home: Home): Promise<void> {
  for (const name of await readdir(home.path)) {
    const pid = /^data\.new-(\d+)$/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) await rm(join(home.path, name), { recursive: true, force: true });
  }
}

/**
 * Creates the data folder atomically. Locale C gives the same collation on every machine and
 * version.
 */
export async function initializeCluster(home: Home, binaries: Binaries, durable: boolean): Promise<void> {
  await removeLeftovers(home);
  const temporary = `${dataFolder(home)}.new-${process.pid}`;
  const flags = [
    `--pgdata=${temporary}`,
    `--username=${USER}`,
    `--pwfile=${join(home.path, "password")}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    ...initdbFlags(binaries.major, durable),
  ];
  try {
    await promisify(execFile)(join(binaries.folder, "initdb"), flags, {
      ...asUser(home.runAs),
      env: binaries.environment,
    });
  } catch (cause) {
    const stderr = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    throw new Error(
      `PostgreSQL could not make its data folder in ${home.path}: ${stderr || "initdb did not start"}`,
      { cause },
    );
  }
  await rename(temporary, dataFolder(home)).catch(async (error: NodeJS.ErrnoException) => {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster; its data folder is used.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

// `sluice backup`: writes the whole database to one file, which every later version and every
// PostgreSQL can read. The database is not migrated, so that a backup can be made before an
// upgrade.
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import manifest from "../../../package.json" with { type: "json" };
import { writeDump } from "../../db/dump/write.ts";
import type { Database } from "../../db/pool.ts";
import { systemClock } from "../../lib/clock.ts";
import { printNote, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { pluralize } from "../output/format.ts";
import { UsageError } from "../error-message.ts";
import { withUnmigratedDatabase } from "../unmigrated-database.ts";
import { errorCode } from "../../lib/system-error.ts";

const STANDARD_OUTPUT = "-";

export async function backup(
  context: CommandContext,
  { file }: { readonly file: string },
): Promise<ExitCode> {
  validateTarget(context, file);
  return withUnmigratedDatabase(context, async (database) => {
    const rows =
      file === STANDARD_OUTPUT
        ? await writeTo(process.stdout, context, database)
        : await writeFile(file, context, database);
    const sentence = `${pluralize(rows["accounts"] ?? 0, "account")} and all else is in the backup. Secrets in it stay sealed: keep SLUICE_KEY, or the key in SLUICE_HOME, apart from it.`;
    if (file === STANDARD_OUTPUT) printNote(context, sentence);
    else printResult(context, [sentence], { file, rows });
    return exitCodes.done;
  });
}

function validateTarget({ json, stdout }: CommandContext, file: string): void {
  if (file !== STANDARD_OUTPUT) {
    if (existsSync(file)) throw new UsageError(`${file} exists already. Name a new file.`);
  } else if (json) {
    throw new UsageError(
      "With --json standard output tells of the backup. Name a file for the backup itself.",
    );
  } else if (stdout.isTTY === true) {
    throw new UsageError(
      "A backup is no text for a terminal. Name a file, such as: sluice backup sluice.backup.gz",
    );
  }
}

/**
 * Writes to a temporary name first, so that a file of the final name is always complete. Only its
 * owner may read it.
 */
async function writeFile(
  file: string,
  context: CommandContext,
  database: Database,
): Promise<Record<string, number>> {
  const unfinished = `${file}.unfinished`;
  try {
    const stream = createWriteStream(unfinished, { mode: 0o600 });
    await once(stream, "open");
    const rows = await writeTo(stream, context, database);
    const handle = await open(unfinished);
    await handle.sync();
    await handle.close();
    await rename(unfinished, file);
    return rows;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw fileErrorOf(file, error);
  }
}

/** Codes of file systems. A database's socket that is gone is ENOENT as well, of "connect". */
const FILE_CODES = /^(?:EACCES|EDQUOT|EFBIG|EIO|EISDIR|ENOENT|ENOSPC|ENOTDIR|EPERM|EROFS|ENAMETOOLONG)$/;

function isConnectError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "connect";
}

function fileErrorOf(file: string, error: unknown): unknown {
  const code = errorCode(error) ?? "";
  if (!FILE_CODES.test(code) || isConnectError(error)) return error;
  return new UsageError(
    `${file} cannot be written (${code}). Check its directory, its permissions and the space there.`,
    { cause: error },
  );
}

async function writeTo(
  target: Writable,
  { signal }: CommandContext,
  { pool }: Database,
): Promise<Record<string, number>> {
  let rows: Record<string, number> = {};
  const text = writeDump(pool, { program: manifest.version, now: systemClock.now() });
  await pipeline(
    async function* () {
      rows = yield* text;
    },
    createGzip(),
    target,
    { signal, end: target !== process.stdout },
  );
  return rows;
}

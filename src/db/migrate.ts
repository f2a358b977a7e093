// Applies missing migrations in the order of their numbers, each in one transaction with its row in
// `schema_migrations`. Merged files are frozen, which the checksum enforces; they are plain SQL, so
// that an old migration never depends on today's code. What SQL cannot compute is a step in
// TypeScript, as frozen, after the SQL of its migration and in its transaction.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Pool, PoolClient } from "pg";
import { recomputeNameKeys } from "./migrations/name-keys.ts";

const OUR_MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));

/** Steps by the name of their migration, without its number. */
const STEPS: Readonly<Record<string, (client: PoolClient) => Promise<void>>> = {
  "name-keys": recomputeNameKeys,
};

/** An arbitrary constant that no other lock of the database uses ("sluice" in ASCII). */
const LOCK_KEY = "126943930147685";

type Migration = { number: number; name: string; sql: string; checksum: string };
type AppliedMigration = { number: number; name: string; checksum: string };

/**
 * The migrations of a folder, numbered 1, 2, 3 … without gaps. A checksum is the same for LF and
 * CRLF.
 */
export async function readMigrations(folder: string = OUR_MIGRATIONS): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (file, index) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1]);
      if (number !== index + 1) {
        const expected = String(index + 1).padStart(4, "0");
        throw new Error(
          `The migration ${file} should be called ${expected}-some-name.sql: numbers run without gaps.`,
        );
      }
      const sql = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n");
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { number, name: file.replace(/\.sql$/, ""), sql, checksum };
    }),
  );
}

/**
 * The next migration to apply, or none.
 * @throws when the database is newer than the program, or an applied migration was changed
 */
function nextMigration(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration | undefined {
  for (const done of applied) {
    const migration = migrations[done.number - 1];
    if (!migration) {
      throw new Error(
        `This database is newer than this program: it has had the migration ${done.name}, and the program knows ${migrations.at(-1)?.name ?? "none"} as the last. Start the newer program, or restore a backup made before the upgrade.`,
      );
    }
    if (migration.checksum !== done.checksum) {
      throw new Error(
        `The migration ${migration.name} was changed after it had been applied to this database (as ${done.name}). Put the file back as it was and make the change in a new migration.`,
      );
    }
  }
  return migrations[applied.length];
}

/**
 * Takes the lock until this transaction ends. Take it before reading, so that of two programs that
 * start at once the second one finds the work of the first done.
 */
export async function lockMigrations(client: PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [LOCK_KEY]);
  await client.query(`create table if not exists schema_migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`);
}

async function applyNext(
  client: PoolClient,
  migrations: readonly Migration[],
): Promise<Migration | undefined> {
  await lockMigrations(client);
  const { rows } = await client.query<AppliedMigration>(
    "select number, name, checksum from schema_migrations order by number",
  );
  const migration = nextMigration(migrations, rows);
  if (!migration) return undefined;
  try {
    await client.query(migration.sql);
    await STEPS[migration.name.slice("0000-".length)]?.(client);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The migration ${migration.name} failed and was rolled back: ${reason}`, { cause });
  }
  await client.query("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", [
    migration.number,
    migration.name,
    migration.checksum,
  ]);
  return migration;
}

const CANCEL_EVERY_MS = 100;

/**
 * Cancels until it is told to stop, because a cancellation between two statements has no effect.
 */
async function cancelRepeatedly(pool: Pool, pid: number | undefined, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await pool.query("select pg_cancel_backend($1)", [pid]).catch(() => undefined);
    await delay(CANCEL_EVERY_MS);
  }
}

/** Cancels the current statement when the signal aborts: a long one, or the wait for the lock. */
async function withCancellation<T>(
  pool: Pool,
  client: PoolClient,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  let isOver = false;
  let cancelling: Promise<void> | undefined;
  const cancel = () => {
    cancelling = cancelRepeatedly(pool, rows[0]?.pid, () => isOver);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    isOver = true;
    signal.removeEventListener("abort", cancel);
    await cancelling;
  }
}

export type MigrateOptions = {
  /** The folder of migrations; default: ours. */
  folder?: string;
  signal?: AbortSignal | undefined;
};

/**
 * Applies missing migrations.
 * @returns their names
 * @throws the signal's reason; the current migration is rolled back then
 */
export async function migrate(
  pool: Pool,
  { folder = OUR_MIGRATIONS, signal }: MigrateOptions = {},
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = await pool.connect();
  try {
    return await withCancellation(pool, client, signal, () => applyAll(client, migrations, signal));
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function applyAll(
  client: PoolClient,
  migrations: readonly Migration[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const applied: string[] = [];
  for (;;) {
    signal?.throwIfAborted();
    await client.query("begin");
    const migration = await applyNext(client, migrations);
    await client.query("commit");
    if (!migration) return applied;
    applied.push(migration.name);
  }
}

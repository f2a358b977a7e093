// Brings a database to this program's schema: the files of `migrations/`, in the order of their numbers,
// each in a transaction of its own together with its line in `schema_migrations`. Frozen once merged, which
// the checksum enforces; plain SQL, so that an old step never depends on today's code.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Pool, PoolClient } from "pg";

const OUR_MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));

/** Any fixed number will do, as long as nothing else in the database locks on it ("sluice" in ASCII). */
const LOCK = "126943930147685";

type Step = { number: number; name: string; sql: string; checksum: string };
type Recorded = { number: number; name: string; checksum: string };

/** The steps of a folder, 1, 2, 3 … without a gap. A checksum is the same whether git wrote LF or CRLF. */
export async function readSteps(folder: string = OUR_MIGRATIONS): Promise<Step[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (file, index) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1]);
      if (number !== index + 1) {
        const wanted = String(index + 1).padStart(4, "0");
        throw new Error(
          `The migration ${file} should be called ${wanted}-some-name.sql: numbers run without gaps.`,
        );
      }
      const sql = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n");
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { number, name: file.replace(/\.sql$/, ""), sql, checksum };
    }),
  );
}

/** Compares what the database has with what the program has; the step to take next, or none. */
function nextStep(steps: readonly Step[], recorded: readonly Recorded[]): Step | undefined {
  for (const done of recorded) {
    const step = steps[done.number - 1];
    if (!step) {
      throw new Error(
        `This database is newer than this program: it has had the migration ${done.name}, and the program knows ${steps.at(-1)?.name ?? "none"} as the last. Start the newer program, or restore a backup made before the upgrade.`,
      );
    }
    if (step.checksum !== done.checksum) {
      throw new Error(
        `The migration ${step.name} was changed after it had been applied to this database (as ${done.name}). Put the file back as it was and make the change in a new migration.`,
      );
    }
  }
  return steps[recorded.length];
}

/**
 * Waits for whoever migrates, until this transaction ends: taken before anything is read and given back by commit, so that
 * of two programs starting at once the second finds the first one's work done.
 */
export async function beginMigrating(client: PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
  await client.query(`create table if not exists schema_migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`);
}

async function applyNext(client: PoolClient, steps: readonly Step[]): Promise<Step | undefined> {
  await beginMigrating(client);
  const { rows } = await client.query<Recorded>(
    "select number, name, checksum from schema_migrations order by number",
  );
  const step = nextStep(steps, rows);
  if (!step) return undefined;
  try {
    await client.query(step.sql);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The migration ${step.name} failed and was rolled back: ${reason}`, { cause });
  }
  await client.query("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", [
    step.number,
    step.name,
    step.checksum,
  ]);
  return step;
}

const CANCEL_EVERY_MS = 100;

/** Until it is called off: one that comes between two statements ends none. */
async function cancelAgainAndAgain(
  pool: Pool,
  pid: number | undefined,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await pool.query("select pg_cancel_backend($1)", [pid]).catch(() => undefined);
    await delay(CANCEL_EVERY_MS);
  }
}

/** Ends the statement under way when the signal comes: a long one, or the wait for another program's migrations. */
async function whileWanted<T>(
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
    cancelling = cancelAgainAndAgain(pool, rows[0]?.pid, () => isOver);
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
  /** Of the steps; default: ours. */
  folder?: string;
  signal?: AbortSignal | undefined;
};

/**
 * Applies what is missing and returns the names of the steps it took, none when the database was up to date.
 * @throws the signal's reason; the step under way is rolled back then
 */
export async function migrate(
  pool: Pool,
  { folder = OUR_MIGRATIONS, signal }: MigrateOptions = {},
): Promise<string[]> {
  const steps = await readSteps(folder);
  const client = await pool.connect();
  try {
    return await whileWanted(pool, client, signal, () => takeAll(client, steps, signal));
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function takeAll(
  client: PoolClient,
  steps: readonly Step[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    signal?.throwIfAborted();
    await client.query("begin");
    const step = await applyNext(client, steps);
    await client.query("commit");
    if (!step) return taken;
    taken.push(step.name);
  }
}

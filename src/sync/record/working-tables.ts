// The working tables of a run: its drafts, lookups, decisions and issues, in partitions that are
// dropped when it ends.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** Each with its persistence: unlogged tables are emptied by a crash of the database. */
const WORKING_TABLES = [
  ["run_drafts", "unlogged"],
  ["run_versions", "unlogged"],
  ["run_lookups", ""],
  ["run_decisions", ""],
  ["run_issues", ""],
] as const;

/**
 * Creates the partitions, or empties those that could not be dropped. They are attached, because
 * `create table … partition of` waits for all readers of the parent, such as a backup (PostgreSQL
 * manual, "CREATE TABLE", "PARTITION OF").
 */
export async function createWorkingTables(db: Kysely<Tables>, runId: number): Promise<void> {
  for (const [table, kind] of WORKING_TABLES) {
    const [parent, partition] = [sql.table(table), sql.table(`${table}_${runId}`)];
    const { rows } = await sql`select where to_regclass(${`${table}_${runId}`}) is not null`.execute(db);
    if (rows.length > 0) {
      await sql`delete from ${partition}`.execute(db);
    } else {
      await sql`create ${sql.raw(kind)} table ${partition} (like ${parent} including all)`.execute(db);
      await sql`
        alter table ${parent} attach partition ${partition}
        for values in (${sql.lit(runId)})`.execute(db);
    }
  }
}

/**
 * Drops the partitions. A drop waits for all readers of the parent, and other queries queue behind
 * it, so it waits 2 s at most: PostgreSQL cancels its own autovacuum after 1 s (deadlock_timeout).
 * The next run drops what remains (`dropOrphanedTables`).
 */
export async function dropWorkingTables(db: Kysely<Tables>, ...runIds: readonly number[]): Promise<void> {
  const tables = runIds.flatMap((id) => WORKING_TABLES.map(([table]) => sql.table(`${table}_${id}`)));
  await sql`
    do $$ declare before text := current_setting('lock_timeout'); begin
      perform set_config('lock_timeout', '2s', true);
      drop table if exists ${sql.join(tables)};
      perform set_config('lock_timeout', before, true);
    exception when lock_not_available then null; end $$`.execute(db);
}

/** The ids of runs that have working tables. */
async function runsWithWorkingTables(db: Kysely<Tables>): Promise<number[]> {
  const { rows } = await sql<{ run: number }>`
    select distinct substring(c.relname from '[0-9]+$')::bigint as run
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    join pg_class parent on parent.oid = i.inhparent
    where c.relkind = 'r' and parent.relnamespace = 'public'::regnamespace
      and parent.relname = any(${WORKING_TABLES.map(([table]) => table)}::text[])`.execute(db);
  return rows.map(({ run }) => run);
}

/** Drops tables of ended runs, which a reader such as a backup has kept from being dropped. */
export async function dropOrphanedTables(db: Kysely<Tables>): Promise<void> {
  const remaining = await runsWithWorkingTables(db);
  const needed = await db
    .selectFrom("runs")
    .select("id")
    .where("id", "in", [0, ...remaining])
    .where("status", "in", ["queued", "reading", "planning", "planned", "applying"])
    .execute();
  const ended = remaining.filter((run) => !needed.some(({ id }) => id === run));
  // In one statement: during a backup each of them would wait, so one wait is enough.
  if (ended.length > 0) await dropWorkingTables(db, ...ended);
}

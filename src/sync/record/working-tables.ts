// The working tables of a run: what it drafted, decided and found, in a partition of its own that is dropped when the run is over.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** The working tables of a run, one partition each; unlogged where a crash of the database may lose them. */
const WORKING_TABLES = [
  ["run_drafts", "unlogged"],
  ["run_versions", "unlogged"],
  ["run_decisions", ""],
  ["run_issues", ""],
] as const;

/**
 * Attached, and not made as a partition: that would wait for whoever reads the tables of any run, as a backup does from its begin
 * to its end (PostgreSQL's page on CREATE TABLE, "PARTITION OF"). What could not be dropped is emptied.
 */
export async function createWorkingTables(db: Kysely<Tables>, runId: number): Promise<void> {
  for (const [table, kind] of WORKING_TABLES) {
    const [parent, partition] = [sql.table(table), sql.table(`${table}_${runId}`)];
    const { rows } = await sql`select where to_regclass(${`${table}_${runId}`}) is not null`.execute(db);
    if (rows.length > 0) {
      await sql`delete from ${partition}`.execute(db);
    } else {
      await sql`create ${sql.raw(kind)} table ${partition} (like ${parent} including all)`.execute(db);
      await sql`alter table ${parent} attach partition ${partition} for values in (${sql.lit(runId)})`.execute(
        db,
      );
    }
  }
}

/**
 * Dropping waits for whoever reads the tables of any run, and all others then wait behind it. So it waits no longer than
 * PostgreSQL takes to send its own vacuum away (deadlock_timeout, a second); what is left, the next run drops (`dropOrphanedTables`).
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

/** Runs, ended ones too, of which some are still there. */
async function runsWithWorkingTables(db: Kysely<Tables>): Promise<number[]> {
  const { rows } = await sql<{ run: number }>`
    select distinct substring(c.relname from '[0-9]+$')::bigint as run
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class parent on parent.oid = i.inhparent
    where c.relkind = 'r' and parent.relnamespace = 'public'::regnamespace
      and parent.relname = any(${WORKING_TABLES.map(([table]) => table)}::text[])`.execute(db);
  return rows.map(({ run }) => run);
}

/** Of runs that have ended: somebody was reading them when they should have gone, as a backup does. */
export async function dropOrphanedTables(db: Kysely<Tables>): Promise<void> {
  const remaining = await runsWithWorkingTables(db);
  const needed = await db
    .selectFrom("runs")
    .select("id")
    .where("id", "in", [0, ...remaining])
    .where("status", "in", ["queued", "reading", "planning", "planned", "applying"])
    .execute();
  const ended = remaining.filter((run) => !needed.some(({ id }) => id === run));
  // All or none: under a backup one wait says that the others would wait as well.
  if (ended.length > 0) await dropWorkingTables(db, ...ended);
}

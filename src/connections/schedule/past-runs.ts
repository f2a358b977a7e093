// What the schedule needs to know about past runs.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { Schedule } from "../../settings/schedule.ts";
import { STALE_PLAN_KINDS } from "../../settings/run-explanations.ts";
import { nextRun, type DueRun, type ScheduleFacts } from "./next-run.ts";

type PastRuns = Pick<ScheduleFacts, "lastFull" | "lastDone" | "failures">;

/**
 * Counts failures since the last completed run; a cancelled run is none. A scheduled plan that an
 * admin discarded counts as a run, so the next one comes an interval later; a stale plan, which
 * nobody saw, does not. Every worker asks every few seconds, so each row is found by index: 1 ms
 * for 115,000 runs (a year of a run every five minutes), and 300 ms if all were read.
 */
async function loadPastRuns(db: Kysely<Tables>, organizationId: string): Promise<PastRuns> {
  const { rows } = await sql<{
    last_full: Date | null;
    last_done: Date | null;
    failures: number;
    last_failure: Date | null;
  }>`
    with done as (
      select id, started_at
      from runs
      where organization_id = ${organizationId} and status = 'done' and mode <> 'retry'
      order by id desc
      limit 1),
    since as (
      select status, mode, finished_at as at, error ->> 'kind' as error_kind
      from runs
      where organization_id = ${organizationId}
        and mode in ('sync', 'changes')
        and id > coalesce((select id from done), 0)),
    discarded as (
      select mode, at
      from since, done
      where status = 'discarded'
        and coalesce(error_kind <> all(${STALE_PLAN_KINDS}::text[]), true)),
    full_run as (
      select started_at
      from runs
      where organization_id = ${organizationId} and status = 'done' and mode in ('sync', 'plan')
      order by id desc
      limit 1)
    select
      greatest(
        (select started_at from full_run),
        (select max(at) from discarded where mode = 'sync')) as last_full,
      (select greatest(started_at, (select max(at) from discarded)) from done) as last_done,
      (select count(*) from since where status = 'failed')::int as failures,
      (select max(at) from since where status = 'failed') as last_failure`.execute(db);
  const { last_full: lastFull, last_done: lastDone, failures, last_failure: last } = rows[0]!;
  return { lastFull, lastDone, failures: last === null ? null : { count: failures, last } };
}

/** The next scheduled run, after the past ones; undefined before the first run is done. */
export async function loadNextRun(
  db: Kysely<Tables>,
  {
    organizationId,
    schedule,
    now,
  }: { readonly organizationId: string; readonly schedule: Readonly<Schedule>; readonly now: Date },
): Promise<DueRun | undefined> {
  return nextRun({ ...schedule, ...(await loadPastRuns(db, organizationId)) }, now);
}

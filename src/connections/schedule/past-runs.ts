// What the schedule needs to know of the runs so far.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { STALE_PLAN_KINDS } from "../../settings/run-explanations.ts";
import type { ScheduleFacts } from "./next-run.ts";

export type PastRuns = Pick<ScheduleFacts, "lastFull" | "lastDone" | "failures">;

/**
 * Failures count since the last applied run; a run that somebody stopped is none. Who discards a plan of the schedule's has
 * looked at it, so the next one comes an interval after that and not at once; nobody has looked at one that lost its worth by itself. Every worker asks every few seconds, so the
 * newest are found by index: 300 ms for 115,000 runs (a year of five minutes) when all were read, 1 ms so.
 */
export async function loadPastRuns(db: Kysely<Tables>, organizationId: string): Promise<PastRuns> {
  const { rows } = await sql<{
    last_full: Date | null;
    last_done: Date | null;
    failures: number;
    last_failure: Date | null;
  }>`
    with done as (
      select id, started_at from runs where organization_id = ${organizationId} and status = 'done' and mode <> 'retry'
      order by id desc limit 1),
    since as (
      select status, mode, finished_at as at, error ->> 'kind' as why from runs
      where organization_id = ${organizationId} and mode in ('sync', 'changes') and id > coalesce((select id from done), 0)),
    discarded as (
      select mode, at from since, done where status = 'discarded' and coalesce(why <> all(${STALE_PLAN_KINDS}::text[]), true))
    select
      greatest(
        (select started_at from runs where organization_id = ${organizationId} and status = 'done' and mode in ('sync', 'plan')
          order by id desc limit 1),
        (select max(at) from discarded where mode = 'sync')) as last_full,
      (select greatest(started_at, (select max(at) from discarded)) from done) as last_done,
      (select count(*) from since where status = 'failed')::int as failures,
      (select max(at) from since where status = 'failed') as last_failure`.execute(db);
  const { last_full: lastFull, last_done: lastDone, failures, last_failure: last } = rows[0]!;
  return { lastFull, lastDone, failures: last === null ? null : { count: failures, last } };
}

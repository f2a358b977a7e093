// Computes when an issue was last found and how often it has opened. Nothing is stored, so that a
// run on an unchanged source, which finds every issue again, writes nothing.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";

/** Identifies an issue across runs. */
export type IssueIdentity = {
  readonly kind: string;
  readonly recordId: string | null;
  readonly field: string | null;
  readonly value: string | null;
};

export type IssueLifetime = {
  /** The end of the last run in which it was open; null if only a plan has found it so far. */
  readonly lastSeenAt: Date | null;
  /** How often it has opened, including now. */
  readonly timesSeen: number;
};

/**
 * Computes lifetimes in the order of `issues`. A run of changes counts for all issues, since
 * unchanged records keep theirs; a retry counts only for those that it opened or closed.
 */
export async function issueLifetimes(
  database: Database,
  organizationId: string,
  issues: readonly IssueIdentity[],
): Promise<IssueLifetime[]> {
  const { rows } = await sql<IssueLifetime>`
    with asked as (
      select * from unnest(
        ${issues.map(({ kind }) => kind)}::text[], ${issues.map(({ recordId }) => recordId)}::uuid[],
        ${issues.map(({ field }) => field)}::text[], ${issues.map(({ value }) => value)}::text[])
        with ordinality as a (kind, record_id, field, value, place))
    select seen.finished_at as "lastSeenAt", greatest(opened.times, 1)::int as "timesSeen"
    from asked a
    cross join lateral (
      select count(*) as times, max(s.first_run) as first_run,
        case when bool_or(s.closed_run is null) then null else max(s.closed_run) end as closed_run
      from sync_issues s
      where s.organization_id = ${organizationId} and s.kind = a.kind
        -- An index supports equality and "is null", but not "is not distinct from".
        and (s.record_id = a.record_id or a.record_id is null and s.record_id is null)
        and s.field is not distinct from a.field and s.value is not distinct from a.value) opened
    left join lateral (
      select r.finished_at from runs r
      where r.organization_id = ${organizationId} and r.status = 'done' and r.id >= opened.first_run
        and (r.mode <> 'retry' or r.id = opened.first_run)
        and (opened.closed_run is null or r.id < opened.closed_run)
      order by r.id desc limit 1) seen on true
    order by a.place`.execute(database.kysely);
  return rows;
}

// Summaries of runs: what each read, planned and applied, and which issues it found.
import type { RunCounts, RunMode, RunStatus, RunUsage, StoredError } from "../tables.ts";
import type { ApprovalReason, HaltReason } from "../../settings/run-explanations.ts";
import { sql, type Kysely, type Selectable } from "kysely";
import type { StopReason } from "../../accounts/tables.ts";
import type { Tables } from "../../db/tables.ts";
import type { IssueKind } from "../rules/issue-kinds.ts";
import { countBySeverity, type SeverityCounts } from "../rules/severity.ts";
import { noSuchRun } from "./run-errors.ts";

export type RunSummary = RunCounts & {
  readonly id: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  /** Why a plan that would be applied automatically needs approval. */
  readonly approvalReason: ApprovalReason | null;
  /** Why an apply stopped before its end. */
  readonly haltReason: HaltReason | null;
  readonly error: StoredError | null;
  /**
   * Open issues by kind: those that this run found, and earlier ones of records it did not decide.
   */
  readonly issues: Partial<Record<IssueKind, number>>;
  /** How many of the links take over the account of a deleted or deactivated record. */
  readonly takeOvers: number;
  readonly issuesBySeverity: SeverityCounts;
  readonly startedAt: Date;
  readonly plannedAt: Date | null;
  readonly finishedAt: Date | null;
} & RunUsage;

export const NO_COUNTS: RunCounts = {
  read: 0,
  created: 0,
  linked: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  stopped: 0,
  merged: 0,
};

export const NO_USAGE: RunUsage = { requests: 0, retries: 0, throttled: 0, throttledMs: 0, bytes: 0 };

/** Usage between two readings of the same counters. */
export function usageBetween(before: RunUsage, now: RunUsage): RunUsage {
  return combineUsage(now, before, (later, earlier) => later - earlier);
}

export function addUsage(one: RunUsage, other: RunUsage): RunUsage {
  return combineUsage(one, other, (first, second) => first + second);
}

function combineUsage(
  one: RunUsage,
  other: RunUsage,
  combine: (one: number, other: number) => number,
): RunUsage {
  return {
    requests: combine(one.requests, other.requests),
    retries: combine(one.retries, other.retries),
    throttled: combine(one.throttled, other.throttled),
    throttledMs: combine(one.throttledMs, other.throttledMs),
    bytes: combine(one.bytes, other.bytes),
  };
}

/** Whether each record read has exactly one outcome; a run is completed only if so. */
export function countsBalance(counts: RunCounts): boolean {
  const { read, created, linked, updated, unchanged, skipped, failed } = counts;
  return read === created + linked + updated + unchanged + skipped + failed;
}

/** How many changes a plan has. */
export function changeCount({ created, linked, updated, stopped, merged }: RunCounts): number {
  return created + linked + updated + stopped + merged;
}

/** Counts the issues of a run by kind. */
export async function issueCounts(
  db: Kysely<Tables>,
  run: { id: number; organizationId: string; status: RunStatus },
): Promise<Partial<Record<IssueKind, number>>> {
  const rows = await sql<{ kind: IssueKind; count: number }>`
    select kind, count(*)::int as count from ${runIssuesQuery(run)} i group by kind order by kind`.execute(
    db,
  );
  return Object.fromEntries(rows.rows.map((row) => [row.kind, row.count]));
}

/**
 * Makes a subquery over the issues of a run: kind, record_id, name, field, value, other_account_id,
 * first_run. They are those open when the run was done; before that, those it has found so far and
 * earlier ones of records it did not decide. A retry has only those of its records and those of the
 * whole connection.
 */
export function runIssuesQuery(run: { id: number; organizationId: string; status: RunStatus }) {
  const { id, organizationId } = run;
  const isInScope = sql`(
    record_id is null
    or (select mode from runs where id = ${id}) <> 'retry'
    or record_id in (select record_id from retried_records where run_id = ${id}))`;
  if (run.status === "done") {
    return sql`(
      select kind, record_id, name, field, value, other_account_id, first_run from sync_issues
      where organization_id = ${organizationId}
        and first_run <= ${id} and (closed_run is null or closed_run > ${id})
        and ${isInScope})`;
  }
  return sql`(
    select kind, record_id, name, field, value, other_account_id, null::bigint as first_run
    from run_issues where run_id = ${id}
    union all
    select s.kind, s.record_id, s.name, s.field, s.value, s.other_account_id, s.first_run
    from sync_issues s
    where s.organization_id = ${organizationId}
      and s.first_run <= ${id} and (s.closed_run is null or s.closed_run > ${id})
      and s.record_id is not null and ${isInScope}
      and not exists (select from run_drafts d where d.run_id = ${id} and d.record_id = s.record_id)
      and not exists (select from run_decisions x where x.run_id = ${id} and x.record_id = s.record_id)
      and not exists (select from run_lookups k where k.run_id = ${id} and k.record_id = s.record_id))`;
}

/**
 * Loads the summary of a run.
 * @throws RunError when there is no such run
 */
export async function summaryOf(db: Kysely<Tables>, runId: number): Promise<RunSummary> {
  const row = await db.selectFrom("runs").selectAll().where("id", "=", runId).executeTakeFirst();
  if (!row) throw noSuchRun(runId);
  return summarize(row);
}

/** The latest runs, newest first. */
export async function recentRuns(db: Kysely<Tables>, limit: number): Promise<RunSummary[]> {
  const rows = await db.selectFrom("runs").selectAll().orderBy("id", "desc").limit(limit).execute();
  return rows.map(summarize);
}

function summarize(row: Selectable<Tables["runs"]>): RunSummary {
  return {
    id: row.id,
    organizationId: row.organization_id,
    mode: row.mode,
    status: row.status,
    approvalReason: row.approval_reason,
    haltReason: row.halt_reason,
    error: row.error,
    ...NO_COUNTS,
    ...row.counts,
    ...NO_USAGE,
    ...row.usage,
    issues: row.issues ?? {},
    takeOvers: row.actions?.["take-over"] ?? 0,
    issuesBySeverity: countBySeverity(row.issues ?? {}),
    startedAt: row.started_at,
    plannedAt: row.planned_at,
    finishedAt: row.finished_at,
  };
}

export type RunIssue = {
  readonly kind: IssueKind;
  readonly recordId: string | null;
  readonly name: string | null;
  readonly field: string | null;
  readonly value: string | null;
  readonly otherAccountId: number | null;
  /** Why the other account stopped syncing, if it has. */
  readonly otherStopReason: StopReason | null;
};

/**
 * Loads the issues of a run, ordered by kind and name.
 * @throws RunError when there is no such run
 */
export async function loadRunIssues(db: Kysely<Tables>, runId: number): Promise<RunIssue[]> {
  const run = await db
    .selectFrom("runs")
    .select(["id", "organization_id as organizationId", "status"])
    .where("id", "=", runId)
    .executeTakeFirst();
  if (!run) throw noSuchRun(runId);
  const { rows } = await sql<RunIssue>`
    select kind, i.record_id as "recordId", name, field, value, other_account_id as "otherAccountId",
      other.stop_reason as "otherStopReason"
    from ${runIssuesQuery(run)} i
    left join account_links other on other.account_id = i.other_account_id
    order by kind, name collate "C", i.record_id, field, value`.execute(db);
  return rows;
}

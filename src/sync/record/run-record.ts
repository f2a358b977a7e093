// Runs as records: what each read, planned and applied, its states, and how it is told to people.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { ChangeAction } from "../../accounts/tables.ts";
import type { Tables } from "../../db/tables.ts";
import type { RunCounts, RunMode, RunStatus, RunUsage } from "../tables.ts";
import type { IssueKind } from "../rules/issue-kinds.ts";
import { isHeld } from "./lease.ts";

export type RunSummary = RunCounts & {
  readonly id: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  /** Why a run that was to sync waits for somebody to look at its plan. */
  readonly waitsBecause: string | null;
  readonly error: { kind: string; sentence: string } | null;
  /** Open issues by kind: those of the rows this run looked at, and those that stand from before. */
  readonly issues: Partial<Record<IssueKind, number>>;
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
  left: 0,
};

export const NO_USAGE: RunUsage = { requests: 0, retries: 0, throttled: 0, throttledMs: 0, bytes: 0 };

/** What was used between two looks at the same counters. */
export function usageBetween(before: RunUsage, now: RunUsage): RunUsage {
  return {
    requests: now.requests - before.requests,
    retries: now.retries - before.retries,
    throttled: now.throttled - before.throttled,
    throttledMs: now.throttledMs - before.throttledMs,
    bytes: now.bytes - before.bytes,
  };
}

/** The run is not done as long as this does not hold. */
export function addsUp(counts: RunCounts): boolean {
  const { read, created, linked, updated, unchanged, skipped, failed } = counts;
  return read === created + linked + updated + unchanged + skipped + failed;
}

/**
 * Issues of a run: those it found itself while its working tables last, and after that those that were open when it was
 * done. `planned` says which of the two.
 */
async function issueCounts(
  db: Kysely<Tables>,
  run: { id: number; organizationId: string; status: RunStatus },
): Promise<Partial<Record<IssueKind, number>>> {
  const rows = await sql<{ kind: IssueKind; count: number }>`
    select kind, count(*)::int as count from ${issuesOfRun(run)} i group by kind order by kind`.execute(db);
  return Object.fromEntries(rows.rows.map((row) => [row.kind, row.count]));
}

/** Keeps a run's changes by action with it, as they are now: whoever watches it would count them again and again. */
export async function keepActions(db: Kysely<Tables>, runId: number): Promise<void> {
  const { rows } = await sql<{ action: ChangeAction; count: number }>`
    select action, count(*)::int as count from account_changes
    where run_id = ${runId} and outcome is null group by action`.execute(db);
  const actions = JSON.stringify(Object.fromEntries(rows.map(({ action, count }) => [action, count])));
  await db.updateTable("runs").set({ actions }).where("id", "=", runId).execute();
}

/** The same for its issues by kind, of a plan that waits or a run that is done. */
export async function keepIssues(db: Kysely<Tables>, runId: number): Promise<void> {
  const run = await db
    .selectFrom("runs")
    .select(["id", "organization_id as organizationId", "status"])
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  const issues = JSON.stringify(await issueCounts(db, run));
  await db.updateTable("runs").set({ issues }).where("id", "=", runId).execute();
}

/**
 * A subquery over a run's issues: kind, dynamics_id, name, field, value, other_account_id, first_run. Of a retry: those of the
 * records it looked at, and of the whole connection.
 */
export function issuesOfRun(run: { id: number; organizationId: string; status: RunStatus }) {
  const { id, organizationId } = run;
  const lookedAt = sql`(
    dynamics_id is null or (select mode from runs where id = ${id}) <> 'retry'
    or dynamics_id in (select dynamics_id from retried_records where run_id = ${id}))`;
  if (run.status === "done") {
    return sql`(
      select kind, dynamics_id, name, field, value, other_account_id, first_run from sync_issues
      where organization_id = ${organizationId} and first_run <= ${id} and (closed_run is null or closed_run > ${id})
        and ${lookedAt})`;
  }
  // Of a plan: what it found, and what stands from before for the rows it did not look at.
  return sql`(
    select kind, dynamics_id, name, field, value, other_account_id, null::bigint as first_run from run_issues where run_id = ${id}
    union all
    select s.kind, s.dynamics_id, s.name, s.field, s.value, s.other_account_id, s.first_run from sync_issues s
    where s.organization_id = ${organizationId} and s.first_run <= ${id} and (s.closed_run is null or s.closed_run > ${id})
      and s.dynamics_id is not null and ${lookedAt}
      and not exists (select from run_drafts d where d.run_id = ${id} and d.dynamics_id = s.dynamics_id)
      and not exists (select from run_decisions x where x.run_id = ${id} and x.dynamics_id = s.dynamics_id))`;
}

export async function summaryOf(database: Database, runId: number): Promise<RunSummary> {
  const row = await database.kysely.selectFrom("runs").selectAll().where("id", "=", runId).executeTakeFirst();
  if (!row) throw new RunError(`There is no run ${runId}. "sluice runs" lists them.`);
  return {
    id: row.id,
    organizationId: row.organization_id,
    mode: row.mode,
    status: row.status,
    waitsBecause: row.waits_because,
    error: row.error,
    ...NO_COUNTS,
    ...row.counts,
    ...NO_USAGE,
    ...row.usage,
    issues: row.issues ?? {},
    startedAt: row.started_at,
    plannedAt: row.planned_at,
    finishedAt: row.finished_at,
  };
}

/** The latest runs, newest first. */
export async function recentRuns(database: Database, limit: number): Promise<RunSummary[]> {
  const rows = await database.kysely
    .selectFrom("runs")
    .select("id")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  const summaries: RunSummary[] = [];
  for (const { id } of rows) summaries.push(await summaryOf(database, id));
  return summaries;
}

export type RunIssue = {
  readonly kind: IssueKind;
  readonly dynamicsId: string | null;
  readonly name: string | null;
  readonly field: string | null;
  readonly value: string | null;
  readonly otherAccountId: number | null;
};

/** Issues of a run, grouped by kind and then by name. */
export async function issuesOf(database: Database, runId: number): Promise<RunIssue[]> {
  const run = await database.kysely
    .selectFrom("runs")
    .select(["id", "organization_id as organizationId", "status"])
    .where("id", "=", runId)
    .executeTakeFirst();
  if (!run) throw new RunError(`There is no run ${runId}. "sluice runs" lists them.`);
  const { rows } = await sql<RunIssue>`
    select kind, dynamics_id as "dynamicsId", name, field, value, other_account_id as "otherAccountId"
    from ${issuesOfRun(run)} i order by kind, name collate "C", dynamics_id, field, value`.execute(
    database.kysely,
  );
  return rows;
}

/** Why a run stopped although nothing went wrong. While it reads or plans nothing was written; an apply goes on later. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
  readonly kind: "cancelled" | "paused" | "stopped";

  constructor(kind: RunStopped["kind"], sentence: string) {
    super(sentence);
    this.kind = kind;
  }
}

/**
 * The run that some process is carrying out right now (the newest, if one is finishing an older one first), else the one that
 * the next worker takes. Undefined: a new one may begin. `paused`: what waits until the sync is resumed is none of them.
 */
export async function runUnderWay(
  db: Kysely<Tables>,
  organizationId: string,
  { paused }: { readonly paused: boolean } = { paused: false },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select r.id from runs r left join run_leases l using (organization_id)
    where r.organization_id = ${organizationId}
      and (coalesce(${isUnderWay}, false) or ${isToBeDone} and (not ${paused}::boolean or ${goesOnPaused}))
    order by coalesce(${isUnderWay}, false) desc, r.id desc limit 1`.execute(db);
  return rows[0]?.id;
}

/** SQL over `runs r` and `run_leases l`: the run has the lease's fence, and the lease has a living holder. */
export const isUnderWay: RawBuilder<boolean> = sql`(
  r.fence = l.fence and ${isHeld}
  and (r.status in ('reading', 'planning', 'applying') or r.status = 'planned' and r.applied_by is not null))`;

/**
 * SQL over `runs r` that nobody carries out: a worker takes it by itself. It was asked for, or lost its process. Not what a
 * person stopped, nor what was given up; and who plans from the command line starts anew.
 */
export const isToBeDone: RawBuilder<boolean> = sql`(
  r.status = 'queued' or r.status = 'planned' and r.applied_by is not null
  or r.status = 'applying' and coalesce(r.waits_because in ('stopped', 'interrupted', 'paused'), true)
  or r.status in ('reading', 'planning') and (r.mode <> 'plan' or r.started_by is not null))`;

/** SQL over `runs r`: a plan that nobody has applied. It writes no account, so a pause does not concern it. */
export const isPreview: RawBuilder<boolean> = sql`(
  r.mode = 'plan' and r.applied_by is null and r.status in ('queued', 'reading', 'planning', 'planned'))`;

/**
 * SQL over `runs r` that are to be done: a worker takes it while the sync is paused, too. A run that stopped while it wrote is
 * ended before anything is planned, so until then not even a preview goes on.
 */
export const goesOnPaused: RawBuilder<boolean> = sql`(
  ${isPreview} and not exists (
    select from runs o where o.organization_id = r.organization_id and o.status = 'applying'))`;

/** Something about a run that an admin can put right; the message says how. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/** Why a plan was thrown away although nobody did: what it waited for is not settled by that. */
export class PlanWorthless extends Error {
  override readonly name = "PlanWorthless";
  readonly kind: "too-old" | "superseded";

  private constructor(kind: PlanWorthless["kind"], sentence: string) {
    super(sentence);
    this.kind = kind;
  }

  static tooOld(): PlanWorthless {
    return new PlanWorthless(
      "too-old",
      "Nobody applied this plan within a day, so accounts were read and planned anew.",
    );
  }

  /** `by`: the run that was applied instead. */
  static superseded(by: number): PlanWorthless {
    return new PlanWorthless(
      "superseded",
      `Run ${by} was applied since this plan was made, so a new one is needed.`,
    );
  }

  /** As it is kept with the run. */
  static isSaidBy({ kind }: { readonly kind: string }): boolean {
    return kind === "too-old" || kind === "superseded";
  }
}

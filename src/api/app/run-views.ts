// Runs as the contract has them. If a run's process has ended, its row keeps the old status until
// the next run recovers it; the view shows it as interrupted or queued.
import { sql, type RawBuilder } from "kysely";
import type {
  ActionCounts,
  RunCounts,
  RunMode,
  RunProgress,
  RunStatus,
  RunUsage,
} from "../../sync/tables.ts";
import { storedRun, type RunStore, type StoredRun } from "../../sync/record/run-record.ts";
import {
  PLAN_LIFETIME_MS,
  isRunnableWhilePaused,
  isRunnable,
  isActive,
} from "../../sync/record/run-state.ts";
import { planInvalidReason } from "../../sync/plan/plan-validity.ts";
import { runLanguages } from "../../sync/report/run-languages.ts";
import { changeCount, NO_COUNTS } from "../../sync/record/run-summary.ts";
import { countBySeverity } from "../../sync/rules/severity.ts";
import type { RunView } from "../contract/runs.ts";
import { ApiError } from "../implement.ts";

type RunRow = {
  id: number;
  organization_id: string;
  mode: RunMode;
  status: RunStatus;
  trigger: RunView["trigger"];
  started_by: string | null;
  applied_by: string | null;
  cancelled_by: string | null;
  counts: Partial<RunCounts>;
  issues: Record<string, number> | null;
  actions: ActionCounts | null;
  progress: RunProgress | null;
  approval_reason: RunView["approvalReason"];
  halt_reason: RunView["haltReason"];
  checkpoint: number;
  error: { kind: string; sentence: string } | null;
  usage: Partial<RunUsage>;
  started_at: Date;
  planned_at: Date | null;
  finished_at: Date | null;
  is_active: boolean;
  /** No worker executes it, and the next free one will. */
  is_runnable: boolean;
  /** No worker executes it until the sync is resumed. */
  is_paused: boolean;
};

function queryRuns({ database }: RunStore, condition: RawBuilder<unknown>, limit: number) {
  return sql<RunRow>`
    select r.id, r.organization_id, r.mode, r.status, r.trigger, r.started_by, r.applied_by,
      r.cancelled_by, r.counts, r.issues, r.actions, r.progress, r.approval_reason, r.halt_reason, r.checkpoint,
      r.error, r.usage, r.started_at, r.planned_at, r.finished_at,
      coalesce(${isActive}, false) as is_active, ${isRunnable} as is_runnable,
      (select paused from connection) and not ${isRunnableWhilePaused} as is_paused
    from runs r
    left join run_leases l using (organization_id)
    where ${condition}
    order by r.id desc
    limit ${limit}`.execute(database.kysely);
}

function noRunError(id: number): ApiError {
  return new ApiError(404, "not-found", `There is no run ${id}. Choose one from the list of runs.`);
}

/** @throws ApiError 404 */
export async function runView(store: RunStore, id: number): Promise<RunView> {
  const { rows } = await queryRuns(store, sql`r.id = ${id}`, 1);
  if (!rows[0]) throw noRunError(id);
  const view = await viewOf(store, rows[0]);
  if (view.plannedAt === null) return view;
  const { change } = await runLanguages(store.database.kysely, id);
  return { ...view, labelLanguageChange: change };
}

/** @throws ApiError 404 */
export async function requireRun(store: RunStore, id: number): Promise<StoredRun> {
  const { kysely } = store.database;
  const found = await kysely.selectFrom("runs").select("id").where("id", "=", id).executeTakeFirst();
  if (!found) throw noRunError(id);
  return storedRun(kysely, id);
}

/** Returns the runs before a run, newest first. */
export async function runsBefore(
  store: RunStore,
  before: number | undefined,
  limit: number,
): Promise<RunView[]> {
  const { rows } = await queryRuns(store, before === undefined ? sql`true` : sql`r.id < ${before}`, limit);
  return Promise.all(rows.map((row) => viewOf(store, row)));
}

async function viewOf(store: RunStore, row: RunRow): Promise<RunView> {
  const { status, is_active: active } = row;
  const { "take-over": takeOvers = 0, ...actions } = row.actions ?? {};
  const awaitsApproval = status === "planned" && !active && !row.is_runnable;
  const invalidReason = awaitsApproval
    ? await planInvalidReason(store.database.kysely, {
        organizationId: row.organization_id,
        runId: row.id,
        now: store.clock.now(),
      })
    : "It is no plan that waits.";
  const expiresAt =
    awaitsApproval && row.planned_at ? row.planned_at.getTime() + PLAN_LIFETIME_MS : undefined;
  return {
    id: row.id,
    mode: row.mode,
    ...displayedState(row),
    written: writtenChanges(row),
    trigger: row.trigger,
    startedBy: row.started_by,
    appliedBy: row.applied_by,
    cancelledBy: row.cancelled_by,
    counts: { ...NO_COUNTS, ...row.counts },
    ...(row.actions && { actions: { ...actions, skip: row.counts.skipped ?? 0 } }),
    takeOvers,
    issues: row.issues ?? {},
    issuesBySeverity: countBySeverity(row.issues ?? {}),
    progress: active ? row.progress : null,
    applicable: { yes: invalidReason === undefined, why: invalidReason ?? null },
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    requests: row.usage.requests ?? 0,
    throttled: row.usage.throttled ?? 0,
    throttledMs: row.usage.throttledMs ?? 0,
    startedAt: row.started_at.toISOString(),
    plannedAt: row.planned_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** A change is written once the checkpoint is past it. */
function writtenChanges({ status, is_active: active, checkpoint, counts }: RunRow): RunView["written"] {
  if (status !== "applying" || active) return null;
  return { done: Math.max(checkpoint, 0), total: changeCount({ ...NO_COUNTS, ...counts }) };
}

type RunState = Pick<RunView, "status" | "approvalReason" | "haltReason" | "error">;

function displayedState(row: RunRow): RunState {
  const { status, is_active: active, error, approval_reason: approvalReason, halt_reason: haltReason } = row;
  const without = { approvalReason: null, haltReason: null, error };
  // Its apply has started, and nothing is written yet.
  if (status === "planned" && active) return { ...without, status: "applying", error: null };
  if (!active && row.is_runnable) {
    if (!row.is_paused) return { ...without, status: "queued" };
    return { ...without, status: status === "applying" ? status : "queued", haltReason: "paused" };
  }
  if (!active && (status === "reading" || status === "planning")) {
    const sentence = "The process that ran it ended. Nothing was written; start it again.";
    return { ...without, status: "interrupted", error: { kind: "interrupted", sentence } };
  }
  return { status, approvalReason, haltReason, error };
}

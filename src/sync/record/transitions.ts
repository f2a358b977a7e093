// The state machine of runs: each event with its statuses before and after, and the columns it
// writes. Nothing else writes the status of a run. Each transition compares status and fence, so a
// process that lost the run to another writes nothing.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { rollbackCreatedFields } from "./created-fields.ts";
import { fenceLostError, type FencedRun } from "./lease.ts";
import type { RunCounts, RunStatus, RunUsage, StoredError } from "../tables.ts";
import type { StoredSettings } from "../rules/settings.ts";
import type { ApprovalReason, HaltReason } from "../../settings/run-explanations.ts";
import { dropWorkingTables } from "./working-tables.ts";

/** Event → status before → status after. A transition that is not listed does not compile. */
export const TRANSITIONS = {
  // A process claims the run under a new fence, to start over or to continue with its stored plan.
  claim: { queued: "reading", reading: "reading", planning: "reading" },
  claimApprovedPlan: { planned: "planned" },
  claimPlan: { planned: "planned" },
  takeOverApply: { applying: "applying" },
  // The run proceeds.
  prepare: { reading: "reading" },
  startPlanning: { reading: "planning" },
  awaitApproval: { planning: "planned" },
  applyAtOnce: { planning: "applying" },
  approve: { planned: "planned" },
  startApply: { planned: "applying" },
  recordCheckpoint: { applying: "applying" },
  replan: { applying: "applying" },
  complete: { applying: "done" },
  // Its execution ends early, and a process claims it later.
  requeue: { reading: "queued", planning: "queued" },
  keepApproved: { planned: "planned" },
  scheduleRetry: { applying: "applying" },
  // It waits for a person or the next sync.
  revertToPlanned: { planned: "planned" },
  halt: { applying: "applying" },
  // It ends without effect.
  fail: { reading: "failed", planning: "failed" },
  interrupt: { queued: "interrupted", reading: "interrupted", planning: "interrupted" },
  discard: { planned: "discarded" },
} as const satisfies Record<string, { readonly [From in RunStatus]?: RunStatus }>;

type Transitions = typeof TRANSITIONS;
export type EventType = keyof Transitions;

/** Statuses of a run that has no plan yet. */
export type UnplannedStatus = "queued" | "reading" | "planning";

type PlanFigures = {
  readonly counts: RunCounts;
  readonly usage: RunUsage;
  /** Only runs wrote to the store since the last run, and the settings are the same. */
  readonly storeUnchanged: boolean;
  /** The store is unchanged, and so is the source. */
  readonly noChanges: boolean;
  readonly plannedRevision: number;
  /** The last run that was done when this one was planned. */
  readonly plannedAfter: number | null;
  readonly now: Date;
};

/** The data of each event. */
type Payloads = {
  claim: { readonly fence: number; readonly now: Date };
  claimApprovedPlan: { readonly fence: number };
  claimPlan: { readonly fence: number };
  takeOverApply: { readonly fence: number };
  prepare: { readonly settings: StoredSettings; readonly settingsHash: string };
  startPlanning: object;
  awaitApproval: PlanFigures & { readonly reason: ApprovalReason | null };
  applyAtOnce: PlanFigures;
  approve: { readonly by: { readonly id: number; readonly name: string }; readonly now: Date };
  startApply: object;
  recordCheckpoint: {
    readonly checkpoint: number;
    readonly plannedRevision: number;
    readonly noConcurrentEdits: boolean;
  };
  replan: { readonly plannedRevision: number; readonly counts: Partial<RunCounts> };
  complete: { readonly counts: RunCounts; readonly settledRevision: number | null; readonly now: Date };
  /** `retryAt` is null if the run was stopped on purpose; then its attempts are reset. */
  requeue: { readonly retryAt: Date | null };
  keepApproved: { readonly countsAsAttempt: boolean };
  scheduleRetry: { readonly retryAt: Date; readonly error: StoredError };
  revertToPlanned: { readonly error: StoredError } | { readonly cancelledBy: string };
  halt: { readonly reason: HaltReason; readonly error?: StoredError; readonly cancelledBy?: string };
  fail: { readonly error: StoredError; readonly now: Date };
  interrupt: { readonly error?: StoredError; readonly cancelledBy?: string; readonly now: Date };
  discard: { readonly error?: StoredError; readonly now: Date };
};

/** The events that are possible in all of these statuses. */
export type EventFrom<From extends RunStatus> = {
  [Type in EventType]: [From] extends [keyof Transitions[Type]]
    ? { readonly type: Type } & Payloads[Type]
    : never;
}[EventType];

type AnyEvent = EventOf<EventType>;
type EventOf<Type extends EventType> = { [Each in Type]: { readonly type: Each } & Payloads[Each] }[Type];
type Columns = Readonly<Partial<Record<keyof Tables["runs"], unknown>>>;

/** A claim clears what the previous holder recorded. */
const CLAIMED: Columns = { retry_at: null, progress: null, error: null, halt_reason: null };
const NOT_APPROVED: Columns = { approved_at: null, applied_by: null };

function planColumns(plan: PlanFigures): Columns {
  return {
    counts: JSON.stringify(plan.counts),
    usage: JSON.stringify(plan.usage),
    store_unchanged: plan.storeUnchanged,
    no_changes: plan.noChanges,
    planned_revision: plan.plannedRevision,
    planned_after: plan.plannedAfter,
    planned_at: plan.now,
  };
}

function endColumns({ error, now }: { readonly error?: StoredError; readonly now: Date }): Columns {
  return {
    finished_at: now,
    progress: null,
    approval_reason: null,
    retry_at: null,
    ...(error && { error: JSON.stringify(error) }),
  };
}

/** The columns that an event writes besides the status. */
const COLUMNS: { readonly [Type in EventType]: (event: EventOf<Type>) => Columns } = {
  claim: ({ fence, now }) => ({ ...CLAIMED, fence, attempts: sql`attempts + 1`, started_at: now }),
  claimApprovedPlan: ({ fence }) => ({ ...CLAIMED, fence, attempts: sql`attempts + 1` }),
  // Not approved: if this process dies, no worker claims the plan, and it can be applied again.
  claimPlan: ({ fence }) => ({ ...CLAIMED, ...NOT_APPROVED, fence, applied_by_id: null, cancelled_by: null }),
  takeOverApply: ({ fence }) => ({ ...CLAIMED, fence, attempts: sql`attempts + 1`, cancelled_by: null }),
  prepare: ({ settings, settingsHash }) => ({
    settings: JSON.stringify(settings),
    settings_hash: settingsHash,
  }),
  startPlanning: () => ({}),
  awaitApproval: ({ reason, ...plan }) => ({ ...planColumns(plan), approval_reason: reason }),
  applyAtOnce: planColumns,
  approve: ({ by, now }) => ({
    approved_at: now,
    applied_by: by.name,
    applied_by_id: by.id,
    error: null,
    cancelled_by: null,
    attempts: 0,
    retry_at: null,
    // A failure of this attempt is notified again.
    notified_state: null,
  }),
  startApply: () => ({ approval_reason: null, approved_at: null }),
  recordCheckpoint: ({ checkpoint, plannedRevision, noConcurrentEdits }) => ({
    checkpoint,
    planned_revision: plannedRevision,
    no_concurrent_edits: noConcurrentEdits,
    attempts: 0,
  }),
  replan: ({ plannedRevision, counts }) => ({
    planned_revision: plannedRevision,
    counts: sql`counts || ${JSON.stringify(counts)}::jsonb`,
  }),
  complete: ({ counts, settledRevision, now }) => ({
    counts: JSON.stringify(counts),
    settled_revision: settledRevision,
    finished_at: now,
  }),
  requeue: ({ retryAt }) => ({ progress: null, ...(retryAt ? { retry_at: retryAt } : { attempts: 0 }) }),
  keepApproved: ({ countsAsAttempt }) => ({ progress: null, ...(!countsAsAttempt && { attempts: 0 }) }),
  scheduleRetry: ({ retryAt, error }) => ({
    progress: null,
    retry_at: retryAt,
    attempts: sql`greatest(attempts, 1)`,
    halt_reason: "interrupted",
    error: JSON.stringify(error),
  }),
  revertToPlanned: (event) =>
    "error" in event
      ? { ...NOT_APPROVED, progress: null, attempts: 0, error: JSON.stringify(event.error) }
      : { ...NOT_APPROVED, applied_by_id: null, cancelled_by: event.cancelledBy },
  halt: ({ reason, error, cancelledBy }) => ({
    halt_reason: reason,
    progress: null,
    // After a failure the attempts stay exhausted, so the next holder has one attempt.
    ...(reason !== "failed" && { attempts: 0 }),
    ...(error && { error: JSON.stringify(error) }),
    ...(cancelledBy !== undefined && { cancelled_by: cancelledBy }),
  }),
  fail: endColumns,
  interrupt: ({ cancelledBy, ...end }) => ({
    ...endColumns(end),
    ...(cancelledBy !== undefined && { cancelled_by: cancelledBy }),
  }),
  discard: endColumns,
};

function columnsOf<Type extends EventType>(event: EventOf<Type>): Columns {
  return COLUMNS[event.type](event);
}

/** Statuses of a run that ended without effect. */
const WITHOUT_EFFECT: ReadonlySet<RunStatus> = new Set(["failed", "interrupted", "discarded"]);

/**
 * Applies an event to a run that has this status and this fence. A run that ends without effect
 * loses its working tables and the fields it created.
 * @returns false if the run has another status or fence
 */
export async function tryTransition<From extends RunStatus>(
  trx: Kysely<Tables>,
  { runId, lease }: FencedRun,
  from: From,
  event: EventFrom<From>,
): Promise<boolean> {
  const to = (TRANSITIONS[event.type] as { readonly [Each in RunStatus]?: RunStatus })[from];
  if (to === undefined) return false;
  const set = Object.entries({ status: to, ...columnsOf(event) }).map(
    ([column, value]) => sql`${sql.ref(column)} = ${value}`,
  );
  const updated = await sql`
    update runs set ${sql.join(set)}
    where id = ${runId} and status = ${from} and fence = ${lease.fence} and ${guardOf(event)}`.execute(trx);
  if (updated.numAffectedRows !== 1n) return false;
  if (WITHOUT_EFFECT.has(to)) await removeRunData(trx, runId);
  return true;
}

/**
 * Applies an event to a run whose lease this process holds.
 * @throws LeaseError when another process has taken the run over
 */
export async function transition<From extends RunStatus>(
  trx: Kysely<Tables>,
  run: FencedRun,
  from: From,
  event: EventFrom<From>,
): Promise<void> {
  if (!(await tryTransition(trx, run, from, event))) throw fenceLostError(run.runId);
}

/** Makes the condition of a claim: fences only grow, so an outdated lease claims nothing. */
function guardOf(event: AnyEvent): RawBuilder<unknown> {
  return "fence" in event ? sql`fence < ${event.fence}` : sql`true`;
}

async function removeRunData(trx: Kysely<Tables>, runId: number): Promise<void> {
  await dropWorkingTables(trx, runId);
  await rollbackCreatedFields(trx, runId);
}

// The life of a run as data: which event moves a run from which status to which, and what it writes. Nothing else writes the
// status of a run. Every write compares the run's status and fence first, so whoever lost the run to another process writes nothing.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { rollbackCreatedFields } from "./created-fields.ts";
import { fenceLostError, type Lease } from "./lease.ts";
import type { StoredError } from "./run-errors.ts";
import type { RunCounts, RunStatus, RunUsage } from "../tables.ts";
import type { StoredSettings } from "../rules/settings.ts";
import type { ApprovalReason, HaltReason } from "../../settings/run-explanations.ts";
import { dropWorkingTables } from "./working-tables.ts";

/** Event → status before → status after. What is not in it cannot happen, and does not compile. */
export const TRANSITIONS = {
  // A process claims the run under a new fence: to start over, or to go on with a plan that is stored.
  claim: { queued: "reading", reading: "reading", planning: "reading" },
  claimApprovedPlan: { planned: "planned" },
  claimPlan: { planned: "planned" },
  takeOverApply: { applying: "applying" },
  // The way of a run that nothing stops.
  prepare: { reading: "reading" },
  startPlanning: { reading: "planning" },
  awaitApproval: { planning: "planned" },
  applyAtOnce: { planning: "applying" },
  approve: { planned: "planned" },
  startApply: { planned: "applying" },
  recordCheckpoint: { applying: "applying" },
  replan: { applying: "applying" },
  complete: { applying: "done" },
  // It breaks off, and a process claims it later.
  requeue: { reading: "queued", planning: "queued" },
  keepApproved: { planned: "planned" },
  scheduleRetry: { applying: "applying" },
  // It stops until a person does something.
  revertToPlanned: { planned: "planned" },
  halt: { applying: "applying" },
  // It ends, and nothing was written.
  fail: { reading: "failed", planning: "failed" },
  interrupt: { queued: "interrupted", reading: "interrupted", planning: "interrupted" },
  discard: { planned: "discarded" },
} as const satisfies Record<string, { readonly [From in RunStatus]?: RunStatus }>;

type Transitions = typeof TRANSITIONS;
export type EventType = keyof Transitions;

/** Statuses in which a plan was not made yet. */
export type UnplannedStatus = "queued" | "reading" | "planning";

type PlanFigures = {
  readonly counts: RunCounts;
  readonly usage: RunUsage;
  /** Nobody but runs wrote since the run before, and under the same settings. */
  readonly storeUnchanged: boolean;
  /** Nothing changed at the source either. */
  readonly noChanges: boolean;
  readonly plannedRevision: number;
  /** The run applied last when this one was planned. */
  readonly plannedAfter: number | null;
  readonly now: Date;
};

/** What each event carries. */
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
  /** `retryAt`: null if it broke off because somebody wanted it to; then its attempts do not count. */
  requeue: { readonly retryAt: Date | null };
  keepApproved: { readonly countsAsAttempt: boolean };
  scheduleRetry: { readonly retryAt: Date; readonly error: StoredError };
  revertToPlanned: { readonly error: StoredError } | { readonly cancelledBy: string };
  halt: { readonly reason: HaltReason; readonly error?: StoredError; readonly cancelledBy?: string };
  fail: { readonly error: StoredError; readonly now: Date };
  interrupt: { readonly error?: StoredError; readonly cancelledBy?: string; readonly now: Date };
  discard: { readonly error?: StoredError; readonly now: Date };
};

/** Events that a run in one of these statuses can meet. */
export type EventFrom<From extends RunStatus> = {
  [Type in EventType]: [From] extends [keyof Transitions[Type]]
    ? { readonly type: Type } & Payloads[Type]
    : never;
}[EventType];

/** A run, and the fence under which it was last claimed. */
export type FencedRun = { readonly runId: number; readonly lease: Pick<Lease, "fence"> };

type AnyEvent = EventOf<EventType>;
type EventOf<Type extends EventType> = { [Each in Type]: { readonly type: Each } & Payloads[Each] }[Type];
type Columns = Readonly<Record<string, unknown>>;

/** Of whoever had it before, nothing is shown any more. */
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

/** What an event writes besides the status. */
const COLUMNS: { readonly [Type in EventType]: (event: EventOf<Type>) => Columns } = {
  claim: ({ fence, now }) => ({ ...CLAIMED, fence, attempts: sql`attempts + 1`, started_at: now }),
  claimApprovedPlan: ({ fence }) => ({ ...CLAIMED, fence, attempts: sql`attempts + 1` }),
  // Nobody goes on with it if this process dies: a person who applies it from the command line does so again.
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
    // People are notified of another failure again.
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
    // Whoever goes on with what failed has one attempt.
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

/** Statuses of a run that came to nothing. */
const WITHOUT_EFFECT: ReadonlySet<RunStatus> = new Set(["failed", "interrupted", "discarded"]);

/**
 * Moves a run on, if it still has this status and this fence. What comes to nothing leaves nothing behind but its row.
 * @returns whether it had
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

/** The same for whoever has the lease. @throws LeaseError when another process has taken the run over */
export async function transition<From extends RunStatus>(
  trx: Kysely<Tables>,
  run: FencedRun,
  from: From,
  event: EventFrom<From>,
): Promise<void> {
  if (!(await tryTransition(trx, run, from, event))) throw fenceLostError(run.runId);
}

/** Fences only grow, so whoever has lost the lease since claims nothing. */
function guardOf(event: AnyEvent): RawBuilder<unknown> {
  return "fence" in event ? sql`fence < ${event.fence}` : sql`true`;
}

async function removeRunData(trx: Kysely<Tables>, runId: number): Promise<void> {
  await dropWorkingTables(trx, runId);
  await rollbackCreatedFields(trx, runId);
}

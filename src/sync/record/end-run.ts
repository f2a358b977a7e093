// Ends or suspends a run that is not done. The cause (an error, a cancellation, a shutdown) and the
// status of the run decide which event is recorded.
import type { RunStatus, StoredError } from "../tables.ts";
import { sql, type Kysely } from "kysely";
import { isDatabaseUnavailable } from "../../db/errors.ts";
import type { Tables } from "../../db/tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import { LeaseError, type FencedRun } from "./lease.ts";
import type { LeasedRun } from "./run-context.ts";
import { RunError, RunStopped, serializeError } from "./run-errors.ts";
import type { RunStore } from "./run-record.ts";
import { isRunnable } from "./run-state.ts";
import { transition, tryTransition, type EventFrom, type UnplannedStatus } from "./transitions.ts";

/** Maximum consecutive failed attempts before a run is not retried automatically. */
export const MAX_ATTEMPTS = 5;
/** Delay before the second attempt. It doubles with each, so five attempts take about a minute. */
const FIRST_RETRY_DELAY_MS = 5_000;

function retryTime(now: Date, attempts: number): Date {
  return new Date(now.getTime() + FIRST_RETRY_DELAY_MS * 2 ** Math.max(attempts - 1, 0));
}

/** Why the execution of a run ended early. */
export type Failure = {
  readonly reason: unknown;
  /** The run's signal was aborted by a cancellation, a shutdown or a lost lease. */
  readonly isAborted: boolean;
};

/**
 * Describes why a run ended early.
 * @param signal of the run, if it was opened; its abort reason takes precedence over the error,
 * which is only a consequence of the abort
 */
export function failureOf(error: unknown, signal: AbortSignal | undefined): Failure {
  const isAborted = signal?.aborted ?? false;
  return { reason: isAborted ? signal?.reason : error, isAborted };
}

/** The part of a run that recording its failure needs. */
type FailedRun = FencedRun & Pick<LeasedRun, "requeues" | "onFailure">;

type LockedRun = { readonly status: RunStatus; readonly attempts: number };

/**
 * Records a failure according to the status of the run. Nothing is recorded when another process
 * has taken the run over, or when the database cannot be reached: the next process that claims the
 * run then finds it as it was.
 */
export async function recordFailure(store: RunStore, run: FailedRun, failure: Failure): Promise<void> {
  const { onFailure } = run;
  const record = () =>
    inTransaction(store.database, async ({ kysely: trx }) => {
      const locked = await lockRun(trx, run);
      if (locked) await recordFailureIn(trx, run, locked, { ...failure, now: store.clock.now() });
    });
  try {
    await (onFailure ? onFailure(failure.reason, record) : record());
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
  }
}

async function lockRun(trx: Kysely<Tables>, { runId, lease }: FencedRun): Promise<LockedRun | undefined> {
  const { rows } = await sql<LockedRun>`
    select status, attempts from runs where id = ${runId} and fence = ${lease.fence}
    for update`.execute(trx);
  return rows[0];
}

async function recordFailureIn(
  trx: Kysely<Tables>,
  run: FailedRun,
  { status, attempts }: LockedRun,
  failure: Failure & { readonly now: Date },
): Promise<void> {
  const { requeues } = run;
  if (status === "reading" || status === "planning")
    await transition(trx, run, status, unplannedFailureEvent(failure, { attempts, requeues }));
  else if (status === "planned") await transition(trx, run, status, planFailureEvent(failure, { requeues }));
  else if (status === "applying")
    await transition(trx, run, status, await applyFailureEvent(trx, run, { ...failure, attempts }));
}

/** Ends a run without a plan, or requeues it when it was stopped or the failure is transient. */
function unplannedFailureEvent(
  { reason, isAborted, now }: Failure & { readonly now: Date },
  { attempts, requeues = false }: { readonly attempts: number; readonly requeues?: boolean | undefined },
): EventFrom<"reading" | "planning"> {
  const error = serializeError(reason);
  const isStop = reason instanceof RunStopped;
  if (requeues && isStop && reason.kind !== "cancelled") return { type: "requeue", retryAt: null };
  const isTransient = isDatabaseUnavailable(reason) || reason instanceof LeaseError;
  if (requeues && isTransient && attempts < MAX_ATTEMPTS)
    return { type: "requeue", retryAt: retryTime(now, attempts) };
  return isStop || isAborted || reason instanceof LeaseError
    ? { type: "interrupt", error, now }
    : { type: "fail", error, now };
}

/**
 * Keeps a plan that could not be applied. It stays approved when the sync was paused, the process
 * stopped or the database was lost, and otherwise needs another approval.
 */
function planFailureEvent(
  { reason }: Failure,
  { requeues = false }: { readonly requeues?: boolean | undefined },
): EventFrom<"planned"> {
  if (requeues && isDatabaseUnavailable(reason)) return { type: "keepApproved", countsAsAttempt: true };
  if (requeues && reason instanceof RunStopped && reason.kind !== "cancelled")
    return { type: "keepApproved", countsAsAttempt: false };
  return { type: "revertToPlanned", error: serializeError(reason) };
}

type WrittenChanges = { readonly written: number; readonly total: number };

/**
 * Halts an apply or schedules its retry from the checkpoint. After the maximum attempts without a
 * checkpoint it waits for the next sync, and its error says how much is written.
 */
async function applyFailureEvent(
  trx: Kysely<Tables>,
  { runId }: FencedRun,
  { reason, isAborted, now, attempts }: Failure & { readonly now: Date; readonly attempts: number },
): Promise<EventFrom<"applying">> {
  if (isAborted && !isDatabaseUnavailable(reason))
    return { type: "halt", reason: reason instanceof RunStopped ? reason.kind : "interrupted" };
  const { kind, sentence } = serializeError(reason);
  const { written, total } = await countWrittenChanges(trx, runId);
  const error = { kind, sentence: `${sentence} (${written} of ${total} changes are written.)` };
  return attempts >= MAX_ATTEMPTS
    ? { type: "halt", reason: "failed", error }
    : { type: "scheduleRetry", retryAt: retryTime(now, attempts), error };
}

async function countWrittenChanges(trx: Kysely<Tables>, runId: number): Promise<WrittenChanges> {
  const { rows } = await sql<WrittenChanges>`
    select count(*) filter (where seq <= r.checkpoint)::int as written, count(*)::int as total
    from runs r join account_changes c on c.run_id = r.id
    where r.id = ${runId}`.execute(trx);
  return rows[0]!;
}

/** Ends a run whose process died repeatedly, since the next process would most likely die too. */
export async function failAfterMaxAttempts(store: RunStore, run: FencedRun): Promise<void> {
  const error = serializeError(
    new RunError(
      `Run ${run.runId} lost its process ${MAX_ATTEMPTS} times without getting further. Look into the log and the memory of the workers, then sync again.`,
    ),
  );
  await inTransaction(store.database, async ({ kysely: trx }) => {
    const status = (await lockRun(trx, run))?.status;
    const now = store.clock.now();
    if (status === "reading" || status === "planning")
      await transition(trx, run, status, { type: "fail", error, now });
    else if (status === "planned") await transition(trx, run, status, { type: "revertToPlanned", error });
    else if (status === "applying")
      await transition(trx, run, status, { type: "halt", reason: "failed", error });
  });
}

/**
 * Cancels a run that no process has claimed.
 * @returns whether the run could be cancelled
 */
export async function cancelUnclaimed(
  trx: Kysely<Tables>,
  { runId, by, now }: { readonly runId: number; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ status: RunStatus; fence: number }>`
    select status, fence from runs r where id = ${runId} and ${isRunnable} for update`.execute(trx);
  const [found] = rows;
  if (!found) return false;
  const { status } = found;
  const run = { runId, lease: found };
  if (status === "planned")
    return tryTransition(trx, run, status, { type: "revertToPlanned", cancelledBy: by });
  if (status === "applying")
    return tryTransition(trx, run, status, { type: "halt", reason: "cancelled", cancelledBy: by });
  if (status !== "queued" && status !== "reading" && status !== "planning") return false;
  const error = serializeError(new RunStopped("cancelled", `Cancelled by ${by}.`));
  return tryTransition(trx, run, status, { type: "interrupt", cancelledBy: by, error, now });
}

/** A run without a plan that no process has claimed. */
export type UnplannedRun = FencedRun & { readonly status: UnplannedStatus };

/** Ends a run whose process is dead. */
export function interruptRun(
  { database, clock }: RunStore,
  { status, ...run }: UnplannedRun,
  error?: StoredError,
): Promise<boolean> {
  return inTransaction(database, ({ kysely: trx }) =>
    tryTransition(trx, run, status, { type: "interrupt", now: clock.now(), ...(error && { error }) }),
  );
}

/** Discards plans that are no longer valid. */
export async function discardPlans(
  { database, clock }: RunStore,
  plans: readonly FencedRun[],
  error: StoredError,
): Promise<void> {
  for (const plan of plans) {
    await inTransaction(database, ({ kysely: trx }) =>
      tryTransition(trx, plan, "planned", { type: "discard", error, now: clock.now() }),
    );
  }
}

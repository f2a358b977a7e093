// A run, from the source to the store: read → draft → match → plan → apply → finish. Preview is "plan and stop"; approval
// is "apply this plan"; a run that was cut off while applying goes on from its checkpoint, any other starts over.
import { setMaxListeners } from "node:events";
import type { Kysely } from "kysely";
import { DataverseError } from "../dataverse/errors.ts";
import type { Tables } from "../db/tables.ts";
import { inTransaction } from "../db/transaction.ts";
import { applyToTheEnd } from "./apply/apply-run.ts";
import {
  beginApply,
  beginRun,
  rememberPrepared,
  storedRun,
  takeUp,
  type BegunRun,
  type RunStore,
} from "./record/start-run.ts";
import {
  closeRun,
  dropLeftTables,
  endOrPutBack,
  keepPlanned,
  startOver,
  toldOrLost,
} from "./record/end-run.ts";
import { LeaseError, takenOver } from "./record/lease.ts";
import { PLAN_LIFETIME_MS, whyNotApply } from "./plan/plan-validity.ts";
import { prepareRun } from "./read/prepare.ts";
import { loadKnown, readSelection } from "./read/read-selection.ts";
import type { RunContext, Running } from "./record/run-context.ts";
import { PlanWorthless, RunError, RunStopped, summaryOf, type RunSummary } from "./record/run-record.ts";
import { storePlan } from "./plan/store-plan.ts";
import type { RunStatus } from "./tables.ts";

/** How often reading may start over because a column vanished while it was read. */
const READ_ATTEMPTS = 3;

/**
 * Runs a full sync; with mode "changes" reads what changed alone, with mode "plan" stops when the plan is stored. A selection without any account is planned and
 * waits for somebody to apply that plan. Finishes a run that was cut off while applying first.
 * @throws LeaseError, AttentionError, TooManyAccountsError, DataverseError, SignInError: then no account was written.
 */
export async function runSync(context: RunContext, mode: "sync" | "changes" | "plan"): Promise<RunSummary> {
  const { organizationId } = await context.client.whoAmI(context.signal);
  const begun = await beginRun(context, { organizationId, mode, settings: context.settings });
  context.onBegun?.(begun);
  return carryOut(context, begun, async () => context);
}

/** Applies a stored plan exactly. @throws RunError when the plan is no longer worth anything; the sentence says why. */
export async function applyRun(context: RunContext, runId: number): Promise<RunSummary> {
  const { organizationId } = await context.client.whoAmI(context.signal);
  const begun = await beginApply(context, { organizationId, runId });
  context.onBegun?.(begun);
  return carryOutApply(context, begun, async () => context);
}

/** Makes what a run is given. Its row is there by then, so that one that cannot reach its source says so. */
export type OpenContext = () => Promise<RunContext>;

/** Everything after the run's row is there; gives the lease back however it ends. @throws what `runSync` does. */
export async function carryOut(store: RunStore, begun: BegunRun, open: OpenContext): Promise<RunSummary> {
  const { runId, lease } = begun;
  try {
    const running = await planOrClose(store, begun, open);
    const { status } = await storedRun(store.database, runId);
    if (status !== "planned") await applyToTheEnd(running, runId);
    return await summaryOf(store.database, runId);
  } finally {
    await lease.release();
  }
}

async function planOrClose(store: RunStore, begun: BegunRun, open: OpenContext): Promise<Running> {
  let running: Running | undefined;
  try {
    running = runningOf(begun, await open());
    await settleOldRuns(running);
    await planRun(running);
    return running;
  } catch (error) {
    const reason: unknown = running?.signal.aborted ? running.signal.reason : error;
    const stopped =
      reason instanceof LeaseError || reason instanceof RunStopped || running?.signal.aborted === true;
    await toldOrLost(begun, reason, () => endOrPutBack(store, begun, { reason, stopped }));
    throw error;
  }
}

/** The same for a stored plan. @throws RunError */
export async function carryOutApply(
  store: RunStore,
  begun: BegunRun,
  open: OpenContext,
): Promise<RunSummary> {
  const { runId, lease } = begun;
  try {
    const running = await approvedOrKept(store, begun, open);
    await applyToTheEnd(running, runId);
    return await summaryOf(store.database, runId);
  } finally {
    await lease.release();
  }
}

async function approvedOrKept(store: RunStore, begun: BegunRun, open: OpenContext): Promise<Running> {
  let running: Running | undefined;
  try {
    const context = await open();
    const approved = runningOf(begun, context);
    running = approved;
    await settleOldRuns(approved);
    const prepared = await prepareRun(context, approved.signal);
    const refusal = await whyNotApply(store, { ...begun, settingsHash: prepared.settingsHash });
    if (refusal !== undefined) throw new RunError(refusal);
    await inTransaction(context.database, async ({ kysely: trx }) => {
      await context.onApply?.(trx);
      await moveRun(approved, trx, { from: "planned", to: "applying" });
    });
    return approved;
  } catch (error) {
    const reason: unknown = running?.signal.aborted ? running.signal.reason : error;
    await toldOrLost(begun, reason, () => keepPlanned(store, begun, reason));
    throw error;
  }
}

/** Goes on with a run that was cut off while applying, and does nothing else. */
export async function carryOn(store: RunStore, begun: BegunRun, open: OpenContext): Promise<RunSummary> {
  try {
    await applyToTheEnd(runningOf(begun, await open()), begun.runId);
    return await summaryOf(store.database, begun.runId);
  } finally {
    await begun.lease.release();
  }
}

function runningOf(begun: BegunRun, context: RunContext): Running {
  const { lease, runId } = begun;
  const signal = context.signal ? AbortSignal.any([lease.signal, context.signal]) : lease.signal;
  // A dozen metadata requests listen at once; Node takes more than ten for a leak.
  setMaxListeners(100, signal);
  const progress: Running["progress"] = (now, id = runId) => context.onProgress?.(now, id);
  progress({ stage: "connect" });
  return { ...begun, context, signal, progress, usageBefore: { ...context.client.usage } };
}

/** Goes on with a run that was cut off while applying; clears up after those cut off earlier and after plans too old to apply. */
async function settleOldRuns(running: Running): Promise<void> {
  const { database, clock } = running.context;
  const { fence } = running.lease;
  const old = await database.kysely
    .selectFrom("runs")
    .select(["id", "status", "planned_at"])
    .where("organization_id", "=", running.organizationId)
    .where("status", "in", ["reading", "planning", "applying", "planned"])
    .where("id", "<>", running.runId)
    .orderBy("id")
    .execute();
  const tooOld = clock.now().getTime() - PLAN_LIFETIME_MS;
  for (const { id, status, planned_at } of old) {
    if (status === "applying") {
      await takeUp(running.context, running.lease, id);
      await applyToTheEnd(running, id);
    } else if (status !== "planned") await closeRun(running.context, id, "interrupted", { fence });
    else if (planned_at && planned_at.getTime() < tooOld)
      await closeRun(running.context, id, "discarded", { fence, error: PlanWorthless.tooOld() });
  }
  await dropLeftTables(database.kysely);
}

/** Read to the end, then plan in one transaction. */
async function planRun(running: Running): Promise<void> {
  const { context } = running;
  const { database, settings } = context;
  for (let attempt = 1; ; attempt++) {
    // Takes the database as long as Dynamics takes to say what there is to read. If it fails, that is thrown where it is read.
    const loading = loadKnown(running);
    loading.catch(() => undefined);
    const prepared = await prepareRun(context, running.signal);
    try {
      await rememberPrepared(context, running, { settings, prepared });
      const read = await readSelection(running, prepared, loading);
      running.signal.throwIfAborted();
      running.progress({ stage: "plan" });
      await moveRun(running, database.kysely, { from: "reading", to: "planning" });
      await inTransaction(database, (open) => storePlan(open, running, prepared, read));
      return;
    } catch (error) {
      // A column that went away after the metadata was read: look again, and go on without it (rule 13).
      const columnGone =
        error instanceof DataverseError &&
        (error.kind === "column-not-found" || error.kind === "view-broken");
      if (!columnGone || attempt === READ_ATTEMPTS) throw error;
      await startOver(context, running);
    }
  }
}

/** Moves a run on by compare-and-set. @throws LeaseError when somebody has taken it over. */
async function moveRun(
  { lease, runId }: Running,
  db: Kysely<Tables>,
  { from, to }: { readonly from: RunStatus; readonly to: RunStatus },
): Promise<void> {
  const moved = await db
    .updateTable("runs")
    .set({ status: to, waits_because: null })
    .where("id", "=", runId)
    .where("fence", "=", lease.fence)
    .where("status", "=", from)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n) throw takenOver(runId);
}

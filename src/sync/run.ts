// A run, from the source to the store: read → draft → match → plan → apply → finish. Preview is "plan and stop"; approval
// is "apply this plan"; a run that was interrupted while applying goes on from its checkpoint, any other starts over.
import { applyPlan } from "./apply/apply-plan.ts";
import { finishRun } from "./apply/finish.ts";
import { startApply } from "./plan/plan-validity.ts";
import { storePlan } from "./plan/store-plan.ts";
import { discardRead, prepareRun, savePreparedSettings, type Prepared } from "./read/prepare.ts";
import { loadKnown, readSelection } from "./read/read-selection.ts";
import type { ReadResult } from "./read/stage-rows.ts";
import { failureOf, recordFailure } from "./record/end-run.ts";
import { recoverInterruptedRuns } from "./record/recover-runs.ts";
import { activeRun, type ActiveRun, type LeasedRun, type RunContext } from "./record/run-context.ts";
import type { RunStore } from "./record/run-record.ts";
import { summaryOf, type RunSummary } from "./record/run-summary.ts";
import { claimPlan, startRun } from "./record/start-run.ts";

/** How often reading may start over because a column vanished while it was read. */
const READ_ATTEMPTS = 3;

/**
 * Runs a full sync; with mode "changes" reads what changed alone, with mode "plan" stops when the plan is stored. A selection without any account is planned and
 * waits for a person to apply that plan. A sync resumes a run that was interrupted while applying first.
 * @throws LeaseError, AttentionError, TooManyAccountsError, DataverseError, SignInError: then no account was written.
 */
export async function runSync(context: RunContext, mode: "sync" | "changes" | "plan"): Promise<RunSummary> {
  const { organizationId } = await context.source.identity(context.signal);
  const { settings, source } = context;
  const run = await startRun(context, {
    organizationId,
    origin: source.origin,
    mode,
    settings,
    trigger: "command-line",
  });
  context.onStarted?.(run);
  return executeRun(context, run, async () => context);
}

/** Applies a stored plan exactly. @throws RunError when the plan is not valid any more; the sentence says why. */
export async function applyRun(context: RunContext, runId: number): Promise<RunSummary> {
  const { organizationId } = await context.source.identity(context.signal);
  const run = await claimPlan(context, { organizationId, runId });
  context.onStarted?.(run);
  return executeApply(context, run, async () => context);
}

/** Makes what a run is given. Its row is there by then, so that one that cannot reach its source says so. */
export type OpenContext = () => Promise<RunContext>;

/** Everything after the run's row is there; releases the lease however it ends. @throws what `runSync` does. */
export function executeRun(store: RunStore, leased: LeasedRun, open: OpenContext): Promise<RunSummary> {
  return execute(store, leased, open, async (run) => {
    await recoverInterruptedRuns(run, run.mode === "plan" ? undefined : applyAndFinish);
    const { prepared, read } = await readSource(run);
    const next = await storePlan(run, prepared, read);
    if (next === "applying") await applyAndFinish(run);
  });
}

/** The same for a stored plan. @throws RunError */
export function executeApply(store: RunStore, leased: LeasedRun, open: OpenContext): Promise<RunSummary> {
  return execute(store, leased, open, async (run) => {
    await recoverInterruptedRuns(run, applyAndFinish);
    await startApply(run);
    await applyAndFinish(run);
  });
}

/** Goes on with a run that was interrupted while applying, and does nothing else. */
export function resumeApply(store: RunStore, leased: LeasedRun, open: OpenContext): Promise<RunSummary> {
  return execute(store, leased, open, applyAndFinish);
}

async function execute(
  store: RunStore,
  leased: LeasedRun,
  open: OpenContext,
  steps: (run: ActiveRun) => Promise<void>,
): Promise<RunSummary> {
  let run: ActiveRun | undefined;
  try {
    run = activeRun(leased, await open());
    run.reportProgress({ stage: "connect" });
    await steps(run);
  } catch (error) {
    await recordFailure(store, leased, failureOf(error, run?.signal));
    throw error;
  } finally {
    await leased.lease.release();
  }
  return summaryOf(store.database.kysely, leased.runId);
}

async function applyAndFinish(run: ActiveRun): Promise<void> {
  await applyPlan(run);
  await finishRun(run);
}

/** Reads to the end. A column that went away after the metadata was read: it is read again, without it (rule 13). */
async function readSource(run: ActiveRun): Promise<{ prepared: Prepared; read: ReadResult }> {
  for (let attempt = 1; ; attempt++) {
    // Takes the database as long as the source takes to say what there is to read. If it fails, that is thrown where it is read.
    const loading = loadKnown(run);
    loading.catch(() => undefined);
    const prepared = await prepareRun(run);
    await savePreparedSettings(run, prepared);
    try {
      return { prepared, read: await readSelection(run, prepared, loading) };
    } catch (error) {
      if (!run.context.source.isColumnGone(error) || attempt === READ_ATTEMPTS) throw error;
      await discardRead(run);
    }
  }
}

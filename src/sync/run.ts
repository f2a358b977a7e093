// Executes a run: read → draft → match → plan → apply → finish. A preview stops after the plan, an
// approval applies a stored plan. An interrupted apply resumes at its checkpoint, every other
// interrupted run starts over.
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

/**
 * Maximum attempts at reading, each after the first because a column was deleted during the read.
 */
const READ_ATTEMPTS = 3;

/**
 * Runs a full sync; mode "changes" reads only what changed, mode "plan" stops when the plan is
 * stored. A plan for an empty selection awaits approval. A sync first resumes an interrupted apply.
 * @throws LeaseError, AttentionError, TooManyAccountsError, DataverseError, SignInError
 * when no account was written.
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

/**
 * Applies a stored plan exactly.
 * @throws RunError that says why the plan is no longer valid
 */
export async function applyRun(context: RunContext, runId: number): Promise<RunSummary> {
  const { organizationId } = await context.source.identity(context.signal);
  const run = await claimPlan(context, { organizationId, runId });
  context.onStarted?.(run);
  return executeApply(context, run, async () => context);
}

/**
 * Opens the context of a run, such as its client. It is called when the run is already stored, so
 * that a failure to reach the source is recorded with the run.
 */
export type OpenContext = () => Promise<RunContext>;

/**
 * Executes a claimed run and releases its lease.
 * @throws what `runSync` throws
 */
export function executeRun(store: RunStore, leased: LeasedRun, open: OpenContext): Promise<RunSummary> {
  return execute(store, leased, open, async (run) => {
    await recoverInterruptedRuns(run, run.mode === "plan" ? undefined : applyAndFinish);
    const { prepared, read } = await readSource(run);
    const next = await storePlan(run, prepared, read);
    if (next === "applying") await applyAndFinish(run);
  });
}

/**
 * Applies the stored plan of a claimed run and releases its lease.
 * @throws RunError that says why the plan is no longer valid
 */
export function executeApply(store: RunStore, leased: LeasedRun, open: OpenContext): Promise<RunSummary> {
  return execute(store, leased, open, async (run) => {
    await recoverInterruptedRuns(run, applyAndFinish);
    await startApply(run);
    await applyAndFinish(run);
  });
}

/** Resumes an interrupted apply at its checkpoint and releases the lease. */
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

/**
 * Reads the whole selection. When a column is deleted after the metadata was read, everything is
 * read again without it (rule 13).
 */
async function readSource(run: ActiveRun): Promise<{ prepared: Prepared; read: ReadResult }> {
  for (let attempt = 1; ; attempt++) {
    // Loading takes about as long as the metadata requests, so both run at once. A failure to load
    // is thrown where the promise is awaited.
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

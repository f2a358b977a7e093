// Stops a run of the command line when somebody clicks Cancel or Pause in the app, and reports what
// was written. Such a run is not requeued, because a worker may have other settings; it has to be
// started again here.
import { loadConnection } from "../connections/connection.ts";
import type { Database } from "../db/pool.ts";
import { watchForCancellation, type CancellationWatch } from "../jobs/cancellation-watch.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import { RunError, RunStopped } from "../sync/record/run-errors.ts";
import type { RunContext } from "../sync/record/run-context.ts";
import { applyProgress } from "../sync/report/planned-changes.ts";
import { formatCount, pluralize } from "./output/format.ts";

const APP_LOCATION = "in the app, under Contacts, Dynamics 365";

/**
 * As in the app, nothing that writes accounts starts until the sync is resumed.
 * @throws RunError
 */
export async function assertNotPaused({ kysely }: Database): Promise<void> {
  const { environment, paused } = await loadConnection(kysely);
  if (environment !== null && paused)
    throw new RunError(`The sync is paused. Resume it ${APP_LOCATION}; then start this again.`);
}

/** @throws RunStopped that says what was written, if somebody stopped the run */
export async function withRemoteCancel<T>(
  database: Database,
  signal: AbortSignal,
  work: (hooks: Pick<RunContext, "onStarted" | "checkCancellation" | "signal">) => Promise<T>,
): Promise<T> {
  const cancel = new AbortController();
  let started: { readonly run: LeasedRun; readonly watch: CancellationWatch } | undefined;
  try {
    return await work({
      signal: AbortSignal.any([signal, cancel.signal]),
      checkCancellation: async () => started?.watch.check(),
      onStarted(run) {
        started = { run, watch: watchForCancellation(database, run, (reason) => cancel.abort(reason)) };
      },
    });
  } catch (error) {
    const reason: unknown = cancel.signal.reason;
    if (started === undefined || !(reason instanceof RunStopped)) throw error;
    throw new RunStopped(reason.kind, await stoppedSentence(database, started.run, reason));
  } finally {
    started?.watch.close();
  }
}

/** The run is this one, or an interrupted one that it had to complete first. */
async function stoppedSentence(
  { kysely }: Database,
  { organizationId, lease, runId }: LeasedRun,
  { kind, message }: RunStopped,
): Promise<string> {
  const run = await applyProgress(kysely, organizationId, lease.fence);
  const [cause, continuation, restart] =
    kind === "paused"
      ? [
          "The sync was paused.",
          `Resume it ${APP_LOCATION}; a worker, or "sluice sync", then continues from there.`,
          `Resume it ${APP_LOCATION}; then start this again.`,
        ]
      : [
          message,
          'The next run, or "sluice sync", continues from there.',
          "Start it again when it is wanted.",
        ];
  if (run)
    return `${cause} Run ${run.id} has stopped with ${pluralize(run.written, "change")} written and ${formatCount(run.remaining)} left. ${continuation}`;
  return `${cause} Run ${runId} has stopped; nothing was written. ${restart}`;
}

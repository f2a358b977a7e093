// A run of the command line stops like one of a worker when somebody clicks Cancel or Pause in the app, and tells what is
// written by then. It is not put back for a worker, whose settings may be others: what was not written yet is started again here.
import { sql } from "kysely";
import { loadConnection } from "../connections/connection.ts";
import type { Database } from "../db/pool.ts";
import { watchForStop, type StopWatch } from "../jobs/cancellation-watch.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import { RunError, RunStopped } from "../sync/record/run-errors.ts";
import type { RunContext } from "../sync/record/run-context.ts";
import { count, counted } from "./output/format.ts";

const WHERE = "in the app, under Accounts, Sync from Dynamics 365";

/** As in the app, nothing that writes accounts starts until somebody resumes. @throws RunError */
export async function refuseWhilePaused({ kysely }: Database): Promise<void> {
  const { environment, paused } = await loadConnection(kysely);
  if (environment !== null && paused)
    throw new RunError(`The sync is paused. Resume it ${WHERE}; then start this again.`);
}

/** @throws RunStopped that says what is written, if somebody wanted the run to stop */
export async function stoppableInApp<T>(
  database: Database,
  interruption: AbortSignal,
  work: (hooks: Pick<RunContext, "onStarted" | "checkCancellation" | "signal">) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let watched: { readonly begun: LeasedRun; readonly watch: StopWatch } | undefined;
  try {
    return await work({
      signal: AbortSignal.any([interruption, stop.signal]),
      checkCancellation: async () => watched?.watch.look(),
      onStarted(begun) {
        watched = { begun, watch: watchForStop(database, begun, (reason) => stop.abort(reason)) };
      },
    });
  } catch (error) {
    const reason: unknown = stop.signal.reason;
    if (watched === undefined || !(reason instanceof RunStopped)) throw error;
    throw new RunStopped(reason.kind, await stoppedSentence(database, watched.begun, reason));
  } finally {
    watched?.watch.end();
  }
}

/** The run itself, or one that was cut off earlier and that it was finishing first. */
async function stoppedSentence(
  { kysely }: Database,
  { organizationId, lease, runId }: LeasedRun,
  { kind, message }: RunStopped,
): Promise<string> {
  const { rows } = await sql<{ id: number; written: number; left: number }>`
    select r.id, count(c.seq) filter (where c.seq <= r.checkpoint)::int as written,
      count(c.seq) filter (where c.seq > r.checkpoint)::int as left
    from runs r left join account_changes c on c.run_id = r.id
    where r.organization_id = ${organizationId} and r.fence = ${lease.fence} and r.status = 'applying'
    group by r.id limit 1`.execute(kysely);
  const [run] = rows;
  const [why, goesOn, startAgain] =
    kind === "paused"
      ? [
          "The sync was paused.",
          `Resume it ${WHERE}; a worker, or "sluice sync", then goes on from there.`,
          `Resume it ${WHERE}; then start this again.`,
        ]
      : [message, 'The next run, or "sluice sync", goes on from there.', "Start it again when it is wanted."];
  if (run)
    return `${why} Run ${run.id} has stopped with ${counted(run.written, "change")} written and ${count(run.left)} left. ${goesOn}`;
  return `${why} Run ${runId} has stopped; nothing was written. ${startAgain}`;
}

// Watches whether a run that this process executes has to stop: it was cancelled or the sync was
// paused, in any process.
import { sql } from "kysely";
import type { Database } from "../db/pool.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import { isPreview } from "../sync/record/run-state.ts";
import { pauseMessages } from "../settings/run-explanations.ts";
import { RunStopped } from "../sync/record/run-errors.ts";

const POLL_INTERVAL_MS = 1_000;

/**
 * A pause stops runs that write accounts: a preview continues, unless it completes an interrupted
 * apply first. A run from a connection file is not paused, because nobody could resume it in the
 * app.
 */
async function findStopReason(
  database: Database,
  { organizationId, lease, requeues }: LeasedRun,
): Promise<RunStopped | undefined> {
  const { rows } = await sql<{ paused: boolean; cancelled_by: string | null }>`
    select r.cancelled_by, c.paused and c.sign_in is not null and exists (
        select from runs r where r.organization_id = ${organizationId} and r.fence = ${lease.fence}
          and r.finished_at is null and not ${isPreview}) as paused
    from connection c
    left join runs r on r.organization_id = ${organizationId} and r.fence = ${lease.fence}
      and r.cancelled_by is not null
    limit 1`.execute(database.kysely);
  const row = rows[0];
  if (row?.cancelled_by) return new RunStopped("cancelled", `Cancelled by ${row.cancelled_by}.`);
  if (row?.paused) return new RunStopped("paused", pauseMessages[requeues ? "requeued" : "stopped"]);
  return undefined;
}

export type CancellationWatch = {
  /** Checks now instead of at the next poll. */
  check(): Promise<void>;
  close(): void;
};

/**
 * Polls once a second of machine time. A failed poll is ignored: the database may be back for the
 * next one.
 */
export function watchForCancellation(
  database: Database,
  run: LeasedRun,
  stop: (reason: RunStopped) => void,
): CancellationWatch {
  const check = async (): Promise<void> => {
    const reason = await findStopReason(database, run).catch(() => undefined);
    if (reason) stop(reason);
  };
  const timer = setInterval(() => void check(), POLL_INTERVAL_MS);
  timer.unref();
  return { check, close: () => clearInterval(timer) };
}

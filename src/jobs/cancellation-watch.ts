// Whether somebody, in whatever process, wants a run to stop: it was cancelled, or the connection was paused.
import { sql } from "kysely";
import type { Database } from "../db/pool.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import { isPreview } from "../sync/record/run-state.ts";
import { RunStopped } from "../sync/record/run-errors.ts";

const LOOK_EVERY_MS = 1_000;

const PAUSED = {
  goesOn: "The sync was paused; it goes on when it is resumed.",
  ends: "The sync was paused. Resume it, then start this again.",
};

/**
 * A pause concerns what writes accounts: not a preview, but a run that was stopped while it wrote and that the preview ends first.
 * It is the connection's: without one nobody could resume, so what goes by a connection file of its own is not held.
 */
async function wishToStop(
  database: Database,
  { organizationId, lease, requeues }: LeasedRun,
): Promise<RunStopped | undefined> {
  const { rows } = await sql<{ paused: boolean; cancelled_by: string | null }>`
    select r.cancelled_by, c.paused and c.sign_in is not null and exists (
        select from runs r where r.organization_id = ${organizationId} and r.fence = ${lease.fence}
          and r.finished_at is null and not ${isPreview}) as paused
    from connection c
    left join runs r on r.organization_id = ${organizationId} and r.fence = ${lease.fence} and r.cancelled_by is not null
    limit 1`.execute(database.kysely);
  const wish = rows[0];
  if (wish?.cancelled_by) return new RunStopped("cancelled", `Cancelled by ${wish.cancelled_by}.`);
  if (wish?.paused) return new RunStopped("paused", requeues ? PAUSED.goesOn : PAUSED.ends);
  return undefined;
}

export type StopWatch = {
  /** Does not wait for the next second. */
  look(): Promise<void>;
  end(): void;
};

/** Looks once a second, by the machine's clock. A look that fails is not the end: the database may be back for the next one. */
export function watchForStop(
  database: Database,
  begun: LeasedRun,
  stop: (reason: RunStopped) => void,
): StopWatch {
  const look = async (): Promise<void> => {
    const wish = await wishToStop(database, begun).catch(() => undefined);
    if (wish) stop(wish);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return { look, end: () => clearInterval(timer) };
}

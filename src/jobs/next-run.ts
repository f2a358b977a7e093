// Selects the next run to claim: a queued one, or one whose process died.
import { sql } from "kysely";
import type { Database } from "../db/pool.ts";
import type { QueuedRun } from "../sync/record/start-run.ts";
import { isLeased } from "../sync/record/lease.ts";
import { isRunnableWhilePaused, isRunnable } from "../sync/record/run-state.ts";

/**
 * Retry delays are shorter (src/sync/record/end-run.ts): a later time was written by a clock that
 * has been set back since.
 */
const MAX_RETRY_DELAY_MS = 10 * 60_000;

/**
 * Undefined while a run is leased. An interrupted apply comes first, because every later plan
 * builds on it. While the sync is paused, only previews are runnable.
 */
export async function nextRunnableRun(
  database: Database,
  organizationId: string | null,
  { now, paused }: { readonly now: Date; readonly paused: boolean },
): Promise<(QueuedRun & { readonly startedAt: Date }) | undefined> {
  const { rows } = await sql<QueuedRun & { startedAt: Date }>`
    select r.id, r.organization_id as "organizationId", r.mode, r.status, r.fence, r.attempts,
      r.started_at as "startedAt"
    from runs r
    where ${isRunnable} and (${organizationId}::uuid is null or r.organization_id = ${organizationId})
      and (not ${paused}::boolean or ${isRunnableWhilePaused})
      and (r.retry_at is null or r.retry_at <= ${now} or r.retry_at > ${new Date(now.getTime() + MAX_RETRY_DELAY_MS)})
      and not exists (select from run_leases l where l.organization_id = r.organization_id and ${isLeased})
    order by r.status = 'applying' desc, r.id limit 1`.execute(database.kysely);
  return rows[0];
}

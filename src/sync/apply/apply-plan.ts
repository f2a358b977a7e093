// Apply: a stored plan goes into the store in chunks, each one transaction with its checkpoint and a look at the fence.
// Before the first chunk every domain that the plan takes away is taken, so that accounts can swap domains.
import { sql } from "kysely";
import { applyChanges, markChangedSincePlan, type ApplyOptions } from "../../accounts/apply-changes.ts";
import { takeDomains } from "../../accounts/domains.ts";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import { takenOver } from "../record/lease.ts";

/** Changes in one transaction. Larger ones are hardly faster and make edits by hand wait longer (about half a second). */
const CHUNK = 10_000;

export type ApplyRun = { readonly runId: number; readonly fence: number };

/**
 * Moves the run's checkpoint and says whether anybody but this run wrote since the plan. The update is the fence: it holds the
 * run's row until commit, and finds none when another process has taken the run over.
 */
async function advance(
  open: OpenTransaction,
  run: ApplyRun,
  from: number,
  to: number,
): Promise<{ alone: boolean }> {
  const edits = await sql<{
    edits: number;
  }>`update store_edits set edits = edits + 1 returning edits`.execute(open.kysely);
  const now = edits.rows[0]!.edits;
  const moved = await sql<{ alone: boolean }>`
    update runs r set checkpoint = ${to}, tries = 0,
      planned_edits = case when r.planned_edits = ${now - 1} then ${now}::bigint else r.planned_edits end,
      alone = r.alone and r.planned_edits = ${now - 1}
    where id = ${run.runId} and fence = ${run.fence} and status = 'applying' and checkpoint = ${from}
    returning planned_edits = ${now} as alone`.execute(open.kysely);
  const row = moved.rows[0];
  if (!row) throw takenOver(run.runId);
  return row;
}

/** Applies what is left of the plan after the run's checkpoint. Can be called again after any interruption. */
export async function applyPlan(
  database: Database,
  run: ApplyRun,
  options: ApplyOptions,
  progress: {
    signal: AbortSignal;
    lookForStop: () => Promise<void>;
    onChunk: (applied: number, total: number) => void;
  },
): Promise<void> {
  const { rows } = await sql<{ checkpoint: number; last: number }>`
    select r.checkpoint, coalesce((select max(seq) from account_changes where run_id = r.id), 0)::int as last
    from runs r where id = ${run.runId}`.execute(database.kysely);
  let { checkpoint } = rows[0]!;
  const { last } = rows[0]!;
  if (checkpoint < last) progress.onChunk(Math.max(checkpoint, 0), last);
  if (checkpoint < 0) {
    progress.signal.throwIfAborted();
    await inTransaction(database, async (open) => {
      await advance(open, run, checkpoint, 0);
      await takeDomains(open.kysely, run.runId);
    });
    checkpoint = 0;
  }
  while (checkpoint < last) {
    await progress.lookForStop();
    progress.signal.throwIfAborted();
    const range = { runId: run.runId, from: checkpoint, to: Math.min(checkpoint + CHUNK, last) };
    await inTransaction(database, async (open) => {
      const { alone } = await advance(open, run, range.from, range.to);
      if (!alone) await markChangedSincePlan(open.kysely, range, options);
      await applyChanges(open.kysely, range, options);
    });
    checkpoint = range.to;
    progress.onChunk(checkpoint, last);
  }
}

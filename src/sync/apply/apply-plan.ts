// Apply: writes a stored plan to the store in chunks, each in one transaction with its checkpoint.
// All domains are released before the first chunk, so that accounts can swap them. Accounts that
// changed since the plan are planned again.
import { sql } from "kysely";
import { applyChanges, markChangedSincePlan, type ApplyOptions } from "../../accounts/apply-changes.ts";
import { releaseDomains } from "../../accounts/domains/account-domains.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import { matchOptions } from "../plan/match.ts";
import { replan } from "../plan/store-plan.ts";
import { fenceLostError } from "../record/lease.ts";
import type { ActiveRun } from "../record/run-context.ts";
import { storedRun } from "../record/run-record.ts";
import { transition } from "../record/transitions.ts";

/**
 * Changes per transaction. Larger ones are hardly faster, and block manual edits for over 0.5 s.
 */
const CHUNK_SIZE = 10_000;
/** How often an account that changes during an automatic run is planned in total. */
const PLANNING_ATTEMPTS = 3;

/** Applies the plan after the run's checkpoint. It can be called again after any interruption. */
export async function applyPlan(run: ActiveRun): Promise<void> {
  const { context, runId, organizationId } = run;
  const { origin, settings: stored } = await storedRun(context.database.kysely, runId);
  const { settings, fieldIds, descriptionMapped } = stored;
  const options: ApplyOptions = {
    organizationId,
    origin,
    allowDuplicateNames: settings.options.allowDuplicateNames,
    now: context.clock.now(),
  };
  for (let attempt = 2; ; attempt++) {
    await applyChunks(run, options);
    const scope = { runId, organizationId, origin, fieldIds, descriptionMapped, attempt };
    if (attempt > PLANNING_ATTEMPTS || !(await replan(run, scope, matchOptions(settings)))) return;
  }
}

async function applyChunks(run: ActiveRun, options: ApplyOptions): Promise<void> {
  const { runId, reportProgress } = run;
  let { checkpoint, lastSeq } = await loadCheckpoint(run);
  if (checkpoint < lastSeq) reportProgress({ stage: "apply", done: Math.max(checkpoint, 0), total: lastSeq });
  if (checkpoint < 0) {
    await stopIfCancelled(run);
    await run.transaction(async (trx) => {
      await recordCheckpoint(trx, run, { from: checkpoint, to: 0 });
      await releaseDomains(trx.kysely, runId);
    });
    checkpoint = 0;
  }
  while (checkpoint < lastSeq) {
    await stopIfCancelled(run);
    const range = { runId, from: checkpoint, to: Math.min(checkpoint + CHUNK_SIZE, lastSeq) };
    await run.transaction(async (trx) => {
      const noConcurrentEdits = await recordCheckpoint(trx, run, range);
      if (!noConcurrentEdits) await markChangedSincePlan(trx.kysely, range, options);
      await applyChanges(trx.kysely, range, options);
    });
    checkpoint = range.to;
    reportProgress({ stage: "apply", done: checkpoint, total: lastSeq });
  }
}

async function loadCheckpoint({
  context,
  runId,
}: ActiveRun): Promise<{ checkpoint: number; lastSeq: number }> {
  const { rows } = await sql<{ checkpoint: number; lastSeq: number }>`
    select r.checkpoint,
      coalesce((select max(seq) from account_changes where run_id = r.id), 0)::int as "lastSeq"
    from runs r where id = ${runId}`.execute(context.database.kysely);
  return rows[0]!;
}

/** Called before each transaction: a run is cancelled between two of them. */
async function stopIfCancelled({ context, signal }: ActiveRun): Promise<void> {
  await context.checkCancellation?.();
  signal.throwIfAborted();
}

/**
 * Moves the checkpoint of the run.
 * @returns whether only this run has written to the store since its plan
 */
async function recordCheckpoint(
  { kysely: trx }: OpenTransaction,
  run: ActiveRun,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<boolean> {
  const { revision } = await trx
    .updateTable("store_revision")
    .set((eb) => ({ revision: eb("revision", "+", 1) }))
    .returning("revision")
    .executeTakeFirstOrThrow();
  const found = await trx
    .selectFrom("runs")
    .select(["planned_revision as plannedRevision", "no_concurrent_edits as noConcurrentEdits"])
    .where("id", "=", run.runId)
    .where("checkpoint", "=", from)
    .forUpdate()
    .executeTakeFirst();
  if (!found || found.plannedRevision === null) throw fenceLostError(run.runId);
  const noConcurrentEdits = found.plannedRevision === revision - 1;
  await transition(trx, run, "applying", {
    type: "recordCheckpoint",
    checkpoint: to,
    plannedRevision: noConcurrentEdits ? revision : found.plannedRevision,
    noConcurrentEdits: found.noConcurrentEdits && noConcurrentEdits,
  });
  return noConcurrentEdits;
}

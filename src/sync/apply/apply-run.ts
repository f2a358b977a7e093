// What is left of a plan goes into the store, what moved meanwhile is planned again, and the run is finished. One that breaks
// off says why and goes on from its checkpoint later.
import { sql } from "kysely";
import type { ApplyOptions } from "../../accounts/apply-changes.ts";
import { isDatabaseAway } from "../../db/away.ts";
import type { RunCounts } from "../tables.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import { applyPlan } from "./apply-plan.ts";
import { closeRun, noteBrokenOff, noteStopped, toldOrLost } from "../record/end-run.ts";
import { finishRun } from "./finish.ts";
import { dropWorkingTables } from "../read/stage-rows.ts";
import type { Running } from "../record/run-context.ts";
import { keepActions, keepIssues, NO_COUNTS, PlanWorthless } from "../record/run-record.ts";
import { matchOptions, planAgain, storedScope } from "../plan/store-plan.ts";

/** How often a row that changed under an automatic run is planned, in all. */
const ATTEMPTS = 3;

/** Applies what is left of a run and finishes it; one that breaks off says why, and goes on from its checkpoint later. */
export async function applyToTheEnd(running: Running, runId: number): Promise<void> {
  const { context, lease, signal } = running;
  try {
    await applyAndFinish(running, runId);
  } catch (error) {
    const held = { runId, lease };
    const reason: unknown = signal.aborted ? signal.reason : error;
    const note = signal.aborted && !isDatabaseAway(reason) ? noteStopped : noteBrokenOff;
    await toldOrLost(running, reason, () => note(context, held, reason));
    throw error;
  }
  await discardPlans(running, runId);
  await dropWorkingTables(context.database.kysely, runId);
}

async function applyAndFinish(running: Running, runId: number): Promise<void> {
  const { context, organizationId, lease, signal, progress } = running;
  const { database, clock } = context;
  const { scope, settings } = await storedScope(database, runId);
  const options: ApplyOptions = {
    organizationId,
    allowDuplicateNames: settings.options.allowDuplicateNames,
    now: clock.now(),
  };
  const run = { runId, fence: lease.fence };
  for (let attempt = 2; ; attempt++) {
    await applyPlan(database, run, options, {
      signal,
      lookForStop: async () => context.lookForStop?.(),
      onChunk: (done, total) => progress({ stage: "apply", done, total }, runId),
    });
    if (attempt > ATTEMPTS || !(await planAgain(running, { ...scope, attempt }, matchOptions(settings))))
      break;
  }
  progress({ stage: "finish" }, runId);
  await inTransaction(database, async (open) => {
    if (runId === running.runId) await context.onDone?.(open.kysely, { id: runId, mode: running.mode });
    const counts = await finalCounts(open, runId);
    await finishRun(open, { runId, organizationId, fence: lease.fence, now: clock.now() }, counts);
    await keepActions(open.kysely, runId);
    await keepIssues(open.kysely, runId);
  });
}

/** Plans made before a run was applied are worth nothing any more. */
async function discardPlans({ context, organizationId, lease }: Running, appliedRun: number): Promise<void> {
  const useless = await context.database.kysely
    .selectFrom("runs")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("status", "=", "planned")
    .execute();
  const error = PlanWorthless.superseded(appliedRun);
  for (const { id } of useless) await closeRun(context, id, "discarded", { fence: lease.fence, error });
}

/** What was really applied, from the changes themselves; the rest was counted when it was planned. */
async function finalCounts(open: OpenTransaction, runId: number): Promise<RunCounts> {
  const { rows } = await sql<Pick<RunCounts, "created" | "linked" | "updated" | "failed" | "left">>`
    select count(*) filter (where outcome is null and action = 'create')::int as created,
      count(*) filter (where outcome is null and action = 'link')::int as linked,
      count(*) filter (where outcome is null and action in ('update', 'return'))::int as updated,
      count(*) filter (where outcome = 'changed' and action <> 'leave')::int as failed,
      count(*) filter (where outcome is null and action = 'leave')::int as left
    from account_changes where run_id = ${runId}`.execute(open.kysely);
  await sql`
    insert into run_issues (run_id, dynamics_id, kind, name)
    select run_id, dynamics_id, 'changed-since-plan', name from account_changes
    where run_id = ${runId} and outcome = 'changed' and action <> 'leave'`.execute(open.kysely);
  const run = await open.kysely
    .selectFrom("runs")
    .select("counts")
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  return { ...NO_COUNTS, ...run.counts, ...rows[0]! };
}

// A plan is stored in the transaction that makes it, and says whether somebody must look at it first. Rows that changed under an
// automatic run are planned again, and the plan says so.
import { sql } from "kysely";
import { takeDomains } from "../../accounts/domains.ts";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import { mappedFieldIds, storedRun } from "../record/start-run.ts";
import { brakeFacts, brakeReason } from "./brake.ts";
import { takenOver } from "../record/lease.ts";
import type { MatchOptions } from "./match.ts";
import { planDrafts, planLeaves, type PlanCounts, type PlanScope } from "./plan-changes.ts";
import type { Prepared } from "../read/prepare.ts";
import type { ReadResult } from "../read/stage-rows.ts";
import type { Running } from "../record/run-context.ts";
import { keepActions, keepIssues, NO_COUNTS, RunError, usageBetween } from "../record/run-record.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import type { RunCounts, RunStatus } from "../tables.ts";

export function matchOptions(settings: SyncSettings): MatchOptions {
  return { ...settings.options, domainsMapped: settings.mapping.domains.length > 0 };
}

/** Why the plan of a run that would go on by itself waits for somebody to look at it; null if it need not. */
async function whyWait(
  open: OpenTransaction,
  { context, mode, runId, organizationId }: Running,
  { read }: RunCounts,
): Promise<string | null> {
  if (mode === "retry") return null;
  if (read === 0) return "empty-selection";
  if (mode === "plan" || context.brake === undefined) return null;
  return brakeReason(await brakeFacts(open, { runId, organizationId, read }), context.brake) ?? null;
}

/** What a stored plan was made for, as it was then. */
export async function storedScope(
  database: Database,
  runId: number,
): Promise<{ scope: Omit<PlanScope, "attempt">; settings: SyncSettings }> {
  const { organizationId, settings: stored } = await storedRun(database, runId);
  const { settings, fieldIds, descriptionMapped } = stored;
  return { scope: { runId, organizationId, fieldIds, descriptionMapped }, settings };
}

/** Plans what was read. @throws RunError, LeaseError: then nothing of it is kept */
export async function storePlan(
  open: OpenTransaction,
  running: Running,
  prepared: Prepared,
  read: ReadResult,
): Promise<void> {
  const { context, organizationId, runId, lease, mode } = running;
  const { settings, clock, client } = context;
  const before = await sql<{ last: number | null }>`
    select max(id) as last from runs where organization_id = ${organizationId} and status = 'done'`.execute(
    open.kysely,
  );
  const scope: PlanScope = {
    runId,
    organizationId,
    attempt: 1,
    fieldIds: mappedFieldIds(prepared),
    descriptionMapped:
      settings.mapping.description !== undefined && prepared.rules.columns.has(settings.mapping.description),
  };
  for (const { kind, value } of prepared.runIssues) {
    await open.kysely
      .insertInto("run_issues")
      .values({
        run_id: runId,
        kind,
        value: value ?? null,
        dynamics_id: null,
        name: null,
        field: null,
        other_account_id: null,
      })
      .execute();
  }
  const left = await planLeaves(open, scope);
  const plan = await planDrafts(open, scope, matchOptions(settings));
  if (plan.drafts !== read.staged) {
    throw new RunError(
      `${read.staged} accounts were staged and ${plan.drafts} planned; nothing is applied. Please report this.`,
    );
  }
  const counts: RunCounts = {
    ...NO_COUNTS,
    read: read.unchanged + read.refused + read.staged,
    created: plan.created,
    linked: plan.linked,
    updated: plan.updated,
    unchanged: read.unchanged + plan.unchanged,
    skipped: read.refused + plan.skipped,
    left,
  };
  const waits = await whyWait(open, running, counts);
  const status: RunStatus = mode === "plan" || waits !== null ? "planned" : "applying";
  // A plan that nobody has to look at is applied from this commit on, whoever does it.
  const planned = await sql`
    update runs set status = ${status}, counts = ${JSON.stringify(counts)}, usage = ${JSON.stringify(usageBetween(running.usageBefore, client.usage))},
      settled = ${read.settled}, calm = ${read.calm}, planned_edits = ${read.edits}, planned_after = ${before.rows[0]!.last}, planned_at = ${clock.now()},
      waits_because = ${waits}
    where id = ${runId} and fence = ${lease.fence} and status = 'planning'`.execute(open.kysely);
  if (planned.numAffectedRows !== 1n) throw takenOver(runId);
  await keepActions(open.kysely, runId);
  // What is applied at once has its issues counted when it is done: at 250,000 accounts a twentieth of a changes-only run.
  if (status === "planned") await keepIssues(open.kysely, runId);
}

/**
 * Plans the rows again that changed under an automatic run. A plan that a person approved is not touched up: its rows are
 * left and counted. @returns whether there is something more to apply.
 */
export async function planAgain(running: Running, scope: PlanScope, options: MatchOptions): Promise<boolean> {
  const { runId, attempt } = scope;
  return inTransaction(running.context.database, async (open) => {
    const changed = await sql<{ any: boolean }>`
      select exists (select from account_changes where run_id = ${runId} and outcome = 'changed') as any`.execute(
      open.kysely,
    );
    if (!changed.rows[0]!.any) return false;
    const moved = await sql`
      update run_drafts d set try = ${attempt} from account_changes c, runs r
      where d.run_id = ${runId} and c.run_id = d.run_id and c.dynamics_id = d.dynamics_id and c.outcome = 'changed'
        and r.id = d.run_id and r.mode <> 'plan'`.execute(open.kysely);
    if (moved.numAffectedRows === 0n) return false;
    const again = sql`select dynamics_id from run_drafts where run_id = ${runId} and try = ${attempt}`;
    await sql`update account_changes set outcome = 'planned-again' where run_id = ${runId} and outcome = 'changed' and dynamics_id in (${again})`.execute(
      open.kysely,
    );
    await sql`delete from run_decisions where run_id = ${runId} and dynamics_id in (${again})`.execute(
      open.kysely,
    );
    await sql`delete from run_issues where run_id = ${runId} and dynamics_id in (${again})`.execute(
      open.kysely,
    );
    const edits = await sql<{ edits: number }>`select edits from store_edits`.execute(open.kysely);
    const plan = await planDrafts(open, scope, options);
    await takeDomains(open.kysely, runId);
    const kept = await sql`
      update runs set planned_edits = ${edits.rows[0]!.edits}, counts = counts || ${JSON.stringify(await addedCounts(open, runId, plan))}::jsonb
      where id = ${runId} and fence = ${running.lease.fence} and status = 'applying'`.execute(open.kysely);
    if (kept.numAffectedRows !== 1n) throw takenOver(runId);
    return true;
  });
}

/** Rows planned again may turn out unchanged or skipped; created, linked and updated are counted from the plan at the end. */
async function addedCounts(
  open: OpenTransaction,
  runId: number,
  plan: PlanCounts,
): Promise<Partial<RunCounts>> {
  const run = await open.kysely
    .selectFrom("runs")
    .select("counts")
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  const counts = { ...NO_COUNTS, ...run.counts };
  return { unchanged: counts.unchanged + plan.unchanged, skipped: counts.skipped + plan.skipped };
}

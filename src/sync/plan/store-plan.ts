// Stores a plan and decides whether it needs approval, in one transaction. Plans accounts again
// that changed during an automatic run.
import { sql, type Kysely } from "kysely";
import { releaseDomains } from "../../accounts/domains/account-domains.ts";
import type { Tables } from "../../db/tables.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import type { Prepared } from "../read/prepare.ts";
import type { ReadResult } from "../read/stage-rows.ts";
import type { ActiveRun } from "../record/run-context.ts";
import { RunError } from "../record/run-errors.ts";
import { NO_COUNTS, usageBetween } from "../record/run-summary.ts";
import { cacheActionCounts, cacheIssueCounts } from "../record/run-updates.ts";
import { transition } from "../record/transitions.ts";
import type { RunCounts } from "../tables.ts";
import type { ApprovalReason } from "../../settings/run-explanations.ts";
import { brakeFacts, brakeReason } from "./brake.ts";
import { matchOptions, type MatchOptions } from "./match.ts";
import { planDrafts, planUnread, type PlanCounts, type PlanScope } from "./plan-changes.ts";

/** @returns why a plan needs approval; null if it is applied at once or is a preview */
async function approvalReason(
  trx: OpenTransaction,
  { context, mode, runId, organizationId }: ActiveRun,
  { read }: RunCounts,
): Promise<ApprovalReason | null> {
  if (mode === "retry") return null;
  if (read === 0) return "empty-selection";
  if (mode === "plan" || context.brake === undefined) return null;
  return brakeReason(await brakeFacts(trx, { runId, organizationId, read }), context.brake) ?? null;
}

/**
 * Plans what was read.
 * @returns "applying" if the plan is applied at once, "planned" if it awaits approval
 * @throws RunError, LeaseError; then nothing is stored
 */
export async function storePlan(
  run: ActiveRun,
  prepared: Prepared,
  read: ReadResult,
): Promise<"planned" | "applying"> {
  run.signal.throwIfAborted();
  run.reportProgress({ stage: "plan" });
  await run.transaction(({ kysely: trx }) => transition(trx, run, "reading", { type: "startPlanning" }));
  return run.transaction(async (trx) => {
    const plannedAfter = await lastAppliedRun(trx.kysely);
    const counts = await planChanges(trx, run, prepared, read);
    const reason = await approvalReason(trx, run, counts);
    const figures = {
      counts,
      usage: usageBetween(run.usageAtStart, run.context.source.usage),
      storeUnchanged: read.storeUnchanged,
      noChanges: read.noChanges,
      plannedRevision: read.storeRevision,
      plannedAfter,
      now: run.context.clock.now(),
    };
    const isApproved = run.mode !== "plan" && reason === null;
    await transition(
      trx.kysely,
      run,
      "planning",
      isApproved ? { type: "applyAtOnce", ...figures } : { type: "awaitApproval", reason, ...figures },
    );
    await cacheActionCounts(trx.kysely, run.runId);
    // A plan that is applied at once has its issues counted when it is done; counting twice takes 5 %
    // of a changes-only run at 250,000 accounts.
    if (!isApproved) await cacheIssueCounts(trx.kysely, run.runId);
    return isApproved ? "applying" : "planned";
  });
}

/** The last run of any source that was applied: a plan that was made before it is not valid. */
export async function lastAppliedRun(trx: Kysely<Tables>): Promise<number | null> {
  const { rows } = await sql<{ last: number | null }>`
    select max(id) as last from runs where status = 'done'`.execute(trx);
  return rows[0]!.last;
}

/**
 * Stores the planned changes.
 * @returns the counts of the plan, with the records that were read and not staged
 */
async function planChanges(
  trx: OpenTransaction,
  run: ActiveRun,
  prepared: Prepared,
  read: ReadResult,
): Promise<RunCounts> {
  const scope: PlanScope = {
    runId: run.runId,
    organizationId: run.organizationId,
    origin: run.context.source.origin,
    attempt: 1,
    fieldIds: prepared.fieldIds,
    descriptionMapped: prepared.descriptionMapped,
  };
  await insertRunIssues(trx.kysely, run.runId, prepared);
  const unread = await planUnread(trx, scope);
  const plan = await planDrafts(trx, scope, matchOptions(run.context.settings));
  if (plan.drafts !== read.staged) {
    throw new RunError(
      `${read.staged} accounts were staged and ${plan.drafts} planned; nothing is applied. Please report this.`,
    );
  }
  return {
    ...NO_COUNTS,
    read: read.unchanged + read.skipped + read.staged,
    created: plan.created,
    linked: plan.linked,
    updated: plan.updated,
    unchanged: read.unchanged + plan.unchanged,
    skipped: read.skipped + plan.skipped,
    ...unread,
  };
}

/** Stores the issues of the whole connection, which belong to no record. */
async function insertRunIssues(trx: Kysely<Tables>, runId: number, { runIssues }: Prepared): Promise<void> {
  const NONE = { record_id: null, name: null, field: null, other_account_id: null };
  for (const { kind, value } of runIssues) {
    await trx
      .insertInto("run_issues")
      .values({ ...NONE, run_id: runId, kind, value: value ?? null })
      .execute();
  }
}

/**
 * Plans accounts again that changed since the plan of an automatic run. A plan that a person
 * approved is never altered: such accounts are counted as failed.
 * @returns whether there are further changes to apply
 */
export async function replan(run: ActiveRun, scope: PlanScope, options: MatchOptions): Promise<boolean> {
  const { runId, attempt } = scope;
  return run.transaction(async (trx) => {
    const { kysely } = trx;
    const changed = await sql<{ any: boolean }>`
      select exists (
        select from account_changes where run_id = ${runId} and outcome = 'changed') as any`.execute(kysely);
    if (!changed.rows[0]!.any) return false;
    const restaged = await sql`
      update run_drafts d set attempt = ${attempt} from account_changes c, runs r
      where d.run_id = ${runId} and c.run_id = d.run_id and c.record_id = d.record_id and c.outcome = 'changed'
        and r.id = d.run_id and r.mode <> 'plan'`.execute(kysely);
    if (restaged.numAffectedRows === 0n) return false;
    await discardDecisions(kysely, scope);
    const { revision } = await kysely
      .selectFrom("store_revision")
      .select("revision")
      .executeTakeFirstOrThrow();
    const plan = await planDrafts(trx, scope, options);
    await releaseDomains(kysely, runId);
    const counts = await addedCounts(kysely, runId, plan);
    await transition(kysely, run, "applying", { type: "replan", plannedRevision: revision, counts });
    return true;
  });
}

/** Discards the earlier decisions on the drafts of this attempt. */
async function discardDecisions(trx: Kysely<Tables>, { runId, attempt }: PlanScope): Promise<void> {
  const again = sql`select record_id from run_drafts where run_id = ${runId} and attempt = ${attempt}`;
  await sql`
    update account_changes set outcome = 'planned-again'
    where run_id = ${runId} and outcome = 'changed' and record_id in (${again})`.execute(trx);
  await sql`delete from run_decisions where run_id = ${runId} and record_id in (${again})`.execute(trx);
  await sql`delete from run_issues where run_id = ${runId} and record_id in (${again})`.execute(trx);
}

/** Adds unchanged and skipped records; `finishRun` counts the others from the applied changes. */
async function addedCounts(
  trx: Kysely<Tables>,
  runId: number,
  plan: PlanCounts,
): Promise<Partial<RunCounts>> {
  const run = await trx.selectFrom("runs").select("counts").where("id", "=", runId).executeTakeFirstOrThrow();
  const counts = { ...NO_COUNTS, ...run.counts };
  return { unchanged: counts.unchanged + plan.unchanged, skipped: counts.skipped + plan.skipped };
}

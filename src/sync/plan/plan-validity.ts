// Checks whether a stored plan is still valid (rule 15), and says why if it is not.
import type { RunStatus, StoredError } from "../tables.ts";
import { sql, type Kysely } from "kysely";
import type { ApprovalReason } from "../../settings/run-explanations.ts";
import type { Tables } from "../../db/tables.ts";
import { prepareRun } from "../read/prepare.ts";
import type { ActiveRun } from "../record/run-context.ts";
import { StalePlan, RunError } from "../record/run-errors.ts";
import { PLAN_LIFETIME_MS } from "../record/run-state.ts";
import { transition } from "../record/transitions.ts";
import { lastAppliedRun } from "./store-plan.ts";

const PLAN_AGAIN = '"sluice plan" shows what would change now.';

/** Why a run in this status is not a plan that can be applied, and what to do instead. */
const NOT_PLANNED_REASONS: Readonly<Record<Exclude<RunStatus, "planned">, (run: string) => string>> = {
  queued: (run) => `${run} has no plan yet. Wait until a worker has planned it.`,
  reading: (run) => `${run} has no plan: it is still reading, or was interrupted. ${PLAN_AGAIN}`,
  planning: (run) => `${run} has no plan: it is still planning, or was interrupted. ${PLAN_AGAIN}`,
  applying: (run) =>
    `${run} is being applied already. If it was interrupted, the next "sluice sync" resumes it.`,
  done: (run) => `${run} is applied already. ${PLAN_AGAIN}`,
  failed: (run) => `${run} failed, so there is no plan of it. ${PLAN_AGAIN}`,
  interrupted: (run) => `${run} was interrupted, so there is no plan of it. ${PLAN_AGAIN}`,
  discarded: (run) => `${run} was discarded in the app. ${PLAN_AGAIN}`,
};

function notPlannedReason({
  id,
  status,
  error,
}: {
  id: number;
  status: Exclude<RunStatus, "planned">;
  error: StoredError | null;
}): string {
  const run = `Run ${id}`;
  if (status === "discarded" && error !== null && StalePlan.matches(error))
    return `${run} cannot be applied any more. ${error.sentence} ${PLAN_AGAIN}`;
  return NOT_PLANNED_REASONS[status](run);
}

/**
 * Checks a plan. Without a `settingsHash` the settings are not compared, since their hash takes
 * requests to Dynamics.
 * @returns a sentence, or undefined if the plan can be applied
 */
export async function planInvalidReason(
  db: Kysely<Tables>,
  {
    organizationId,
    runId,
    now,
    settingsHash,
  }: { organizationId: string; runId: number; now: Date; settingsHash?: string | undefined },
): Promise<string | undefined> {
  const run = await db.selectFrom("runs").selectAll().where("id", "=", runId).executeTakeFirst();
  if (!run || run.organization_id !== organizationId)
    return `There is no run ${runId} of this organisation. "sluice runs" lists them.`;
  const { status } = run;
  if (status !== "planned") return notPlannedReason({ ...run, status });
  if (settingsHash !== undefined && run.settings_hash !== settingsHash)
    return `Mapping, selection, options or fields changed since run ${runId} was planned, or Sluice was upgraded. Plan again.`;
  if ((await lastAppliedRun(db)) !== run.planned_after)
    return `Another run was applied since run ${runId} was planned. Plan again.`;
  if (now.getTime() - run.planned_at!.getTime() > PLAN_LIFETIME_MS)
    return `Run ${runId} was planned more than 24 hours ago. Plan again.`;
  return undefined;
}

/**
 * Starts the apply of a stored plan.
 * @throws RunError that says why the plan is no longer valid
 */
export async function startApply(run: ActiveRun): Promise<void> {
  const { context, runId, organizationId } = run;
  const { settingsHash } = await prepareRun(run);
  const now = context.clock.now();
  const { kysely: db } = context.database;
  const reason = await planInvalidReason(db, { organizationId, runId, now, settingsHash });
  if (reason !== undefined) throw new RunError(reason);
  await run.transaction(async ({ kysely: trx }) => {
    await context.onApply?.(trx);
    await transition(trx, run, "planned", { type: "startApply" });
  });
}

/** A plan that can be applied, and why it needs approval; null for a preview. */
export type PlanAwaitingApproval = {
  readonly id: number;
  readonly approvalReason: ApprovalReason | null;
};

/**
 * Finds the newest plan that can be applied, but prefers one of an automatic run, which nobody has
 * seen yet. A plan older than a day has expired (rule 15).
 */
export async function planAwaitingApproval(
  db: Kysely<Tables>,
  organizationId: string,
  now: Date,
): Promise<PlanAwaitingApproval | undefined> {
  const { rows } = await sql<PlanAwaitingApproval>`
    select id, approval_reason as "approvalReason" from runs
    where organization_id = ${organizationId} and status = 'planned' and approved_at is null
      and planned_at >= ${new Date(now.getTime() - PLAN_LIFETIME_MS)}
      and id > (select coalesce(max(id), 0) from runs where status = 'done')
    order by approval_reason is null, id desc limit 1`.execute(db);
  return rows[0];
}

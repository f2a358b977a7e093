// What a run finds of those before it: an apply that was interrupted is resumed, what had no plan yet is ended, and plans that
// are too old are discarded.
import type { RunMode, RunStatus } from "../tables.ts";
import { discardPlans, failureOf, interruptRun, recordFailure } from "./end-run.ts";
import { fenceLostError } from "./lease.ts";
import { underSameLease, type ActiveRun } from "./run-context.ts";
import { PlanWorthless, RunError, serializeError } from "./run-errors.ts";
import { PLAN_LIFETIME_MS } from "./run-state.ts";
import { tryTransition, type FencedRun } from "./transitions.ts";
import { dropOrphanedTables } from "./working-tables.ts";

type OldRun = FencedRun & {
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly plannedAt: Date | null;
};

/**
 * @param resume applies what is left of a run and finishes it; undefined for a preview, which writes nothing
 * @throws RunError when a preview finds a run that was interrupted while applying
 */
export async function recoverInterruptedRuns(
  run: ActiveRun,
  resume: ((interrupted: ActiveRun) => Promise<void>) | undefined,
): Promise<void> {
  const { context } = run;
  const tooOld = context.clock.now().getTime() - PLAN_LIFETIME_MS;
  const error = serializeError(PlanWorthless.tooOld());
  for (const { status, mode, plannedAt, ...old } of await loadOldRuns(run)) {
    if (status === "applying") await resumeInterrupted(run, { ...old, mode }, resume);
    else if (status === "planned") {
      if (plannedAt !== null && plannedAt.getTime() < tooOld) await discardPlans(context, [old], error);
    } else if (status === "reading" || status === "planning") await interruptRun(context, { ...old, status });
  }
  await dropOrphanedTables(context.database.kysely);
}

async function loadOldRuns({ context, organizationId, runId }: ActiveRun): Promise<OldRun[]> {
  const rows = await context.database.kysely
    .selectFrom("runs")
    .select(["id", "mode", "status", "fence", "planned_at"])
    .where("organization_id", "=", organizationId)
    .where("status", "in", ["reading", "planning", "applying", "planned"])
    .where("id", "<>", runId)
    .orderBy("id")
    .execute();
  return rows.map(({ id, mode, status, fence, planned_at }) => ({
    runId: id,
    lease: { fence },
    mode,
    status,
    plannedAt: planned_at,
  }));
}

async function resumeInterrupted(
  run: ActiveRun,
  { mode, ...old }: FencedRun & Pick<OldRun, "mode">,
  resume: ((interrupted: ActiveRun) => Promise<void>) | undefined,
): Promise<void> {
  const { context, lease } = run;
  if (!resume) throw unfinishedApply(old.runId);
  const claimed = await tryTransition(context.database.kysely, old, "applying", {
    type: "takeOverApply",
    fence: lease.fence,
  });
  if (!claimed) throw fenceLostError(run.runId);
  const interrupted = underSameLease(run, { runId: old.runId, mode });
  try {
    await resume(interrupted);
  } catch (error) {
    await recordFailure(context, interrupted, failureOf(error, interrupted.signal));
    throw error;
  }
}

/** For whoever wants a preview, which has to wait until what was being written is written. */
export function unfinishedApply(runId: number, { paused } = { paused: false }): RunError {
  return new RunError(
    `Run ${runId} stopped before all of its plan was written. ${paused ? "Resume the sync" : "Sync"} to finish it; a preview can be made after that.`,
  );
}

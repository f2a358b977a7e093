// Cleans up earlier runs of an organisation before a run reads: an interrupted apply is resumed, a
// run without a plan is ended, and expired plans are discarded.
import type { RunMode, RunStatus } from "../tables.ts";
import { discardPlans, failureOf, interruptRun, recordFailure } from "./end-run.ts";
import { fenceLostError } from "./lease.ts";
import { underSameLease, type ActiveRun } from "./run-context.ts";
import { StalePlan, RunError, serializeError } from "./run-errors.ts";
import { PLAN_LIFETIME_MS } from "./run-state.ts";
import type { FencedRun } from "./lease.ts";
import { tryTransition } from "./transitions.ts";
import { dropOrphanedTables } from "./working-tables.ts";

type EarlierRun = FencedRun & {
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly plannedAt: Date | null;
};

/**
 * Resumes, ends or discards the earlier runs of the organisation.
 * @param resume finishes an interrupted apply; undefined for a preview, which writes nothing
 * @throws RunError when a preview finds an interrupted apply
 */
export async function recoverInterruptedRuns(
  run: ActiveRun,
  resume: ((interrupted: ActiveRun) => Promise<void>) | undefined,
): Promise<void> {
  const { context } = run;
  const expiry = context.clock.now().getTime() - PLAN_LIFETIME_MS;
  const error = serializeError(StalePlan.tooOld());
  for (const { status, mode, plannedAt, ...earlier } of await loadEarlierRuns(run)) {
    if (status === "applying") await resumeInterrupted(run, { ...earlier, mode }, resume);
    else if (status === "planned") {
      const isExpired = plannedAt !== null && plannedAt.getTime() < expiry;
      if (isExpired) await discardPlans(context, [earlier], error);
    } else if (status === "reading" || status === "planning")
      await interruptRun(context, { ...earlier, status });
  }
  await dropOrphanedTables(context.database.kysely);
}

async function loadEarlierRuns({ context, organizationId, runId }: ActiveRun): Promise<EarlierRun[]> {
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
  { mode, ...earlier }: FencedRun & Pick<EarlierRun, "mode">,
  resume: ((interrupted: ActiveRun) => Promise<void>) | undefined,
): Promise<void> {
  const { context, lease } = run;
  if (!resume) throw unfinishedApplyError(earlier.runId);
  const claimed = await tryTransition(context.database.kysely, earlier, "applying", {
    type: "takeOverApply",
    fence: lease.fence,
  });
  if (!claimed) throw fenceLostError(run.runId);
  const interrupted = underSameLease(run, { runId: earlier.runId, mode });
  try {
    await resume(interrupted);
  } catch (error) {
    await recordFailure(context, interrupted, failureOf(error, interrupted.signal));
    throw error;
  }
}

/** Makes the error of a preview, which is impossible while another plan is partly written. */
export function unfinishedApplyError(runId: number, { paused } = { paused: false }): RunError {
  return new RunError(
    `Run ${runId} stopped before all of its plan was written. ${paused ? "Resume the sync" : "Sync"} to finish it; a preview can be made after that.`,
  );
}

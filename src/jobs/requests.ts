// Requests for runs by people and the schedule. Each updates a row and wakes the workers, so any
// process accepts them and a worker executes the run (runner.ts). A request while a run is active
// returns that run.
import { sql, type Kysely } from "kysely";
import { loadConnection, setPaused, type Connection } from "../connections/connection.ts";
import type { OpenConnection, OpenOptions } from "../connections/sign-in/open-client.ts";
import type { Tables } from "../db/tables.ts";
import { inTransaction } from "../db/transaction.ts";
import { queueRun, type NewRun, type RetriedIssues, type RunStarter } from "../sync/record/start-run.ts";
import { storedRun, type RunStore } from "../sync/record/run-record.ts";
import { cancelUnclaimed } from "../sync/record/end-run.ts";
import { unfinishedApplyError } from "../sync/record/recover-runs.ts";
import { clearRetryDelay, requestCancellation } from "../sync/record/run-updates.ts";
import { transition } from "../sync/record/transitions.ts";
import { planInvalidReason } from "../sync/plan/plan-validity.ts";
import { activeRunId } from "../sync/record/run-state.ts";
import { RunError } from "../sync/record/run-errors.ts";
import type { ChosenSettings, SyncSettings } from "../settings/sync-settings.ts";
import { pauseMessages } from "../settings/run-explanations.ts";
import { buildSyncSettings } from "./run-settings.ts";
import { wakeWorkers } from "./wakeup.ts";

export type RequestDeps = RunStore & {
  /** Opens the stored connection. */
  readonly open: (options: OpenOptions) => Promise<OpenConnection>;
};

/** Who requests it; undefined for the schedule. */
type RequestedBy = RunStarter | undefined;

export type RunRequests = {
  /**
   * Plans with these settings without applying, also while the sync is paused.
   * @returns the id of the new or the active run
   */
  startPlan(settings: ChosenSettings, by: RequestedBy): Promise<number>;
  /**
   * Syncs with the saved settings.
   * @returns the id of the new or the active run
   */
  startSync(by: RequestedBy): Promise<number>;
  /**
   * A scheduled run with the saved settings.
   * @returns the id of the new or the active run
   */
  startScheduled(mode: "sync" | "changes"): Promise<number>;
  /**
   * Processes only the records of these open issues again.
   * @returns the id of the new or the active run
   */
  retry(issues: RetriedIssues, by: RequestedBy): Promise<number>;
  /**
   * Applies exactly this plan and saves its settings.
   * @param options `resume`: resumes a paused sync in the same transaction, because a run that is due
   * could otherwise start first and make the plan stale
   * @throws RunError when it cannot be applied (any more); then a paused sync stays paused
   */
  apply(runId: number, by: RunStarter, options?: { readonly resume?: boolean }): Promise<number>;
  /**
   * Discards a plan.
   * @throws RunError
   */
  discard(runId: number): Promise<void>;
  /**
   * Requests that a run stops, whichever process executes it.
   * @throws RunError when it has ended
   */
  cancel(runId: number, by: string): Promise<void>;
  /** Makes every worker poll now, because the sync was paused or resumed. */
  wakeWorkers(): Promise<void>;
};

/** Origin of the records that the connection reads. */
const ORIGIN = "dynamics";

export function createRequests(deps: RequestDeps): RunRequests {
  const { database } = deps;
  return {
    async startPlan(chosen, by) {
      const { organizationId } = await requireConnection(deps);
      const settings = await buildSyncSettings(database.kysely, chosen);
      return startOrJoin(deps, { organizationId, origin: ORIGIN, mode: "plan", settings, ...triggerOf(by) });
    },
    startSync: (by) => startWithSavedSettings(deps, by, { mode: "sync" }),
    startScheduled: (mode) => startWithSavedSettings(deps, undefined, { mode }),
    retry: (issues, by) => startWithSavedSettings(deps, by, { mode: "retry", issues }),
    apply: (runId, by, options) => approvePlan(deps, runId, by, options),
    discard: (runId) => discardPlan(deps, runId),
    cancel: (runId, by) => cancelRun(deps, runId, by),
    wakeWorkers: () => wakeWorkers(database.kysely),
  };
}

type ConnectedOrganization = { connection: Connection; organizationId: string };

/**
 * The connection and its organisation.
 * @throws RunError when the sync is paused
 */
async function requireUnpaused(deps: RequestDeps): Promise<ConnectedOrganization> {
  const target = await requireConnection(deps);
  if (target.connection.paused) throw new RunError(pauseMessages.refused);
  return target;
}

async function requireConnection(deps: RequestDeps): Promise<ConnectedOrganization> {
  const connection = await loadConnection(deps.database.kysely);
  if (connection.environment === null)
    throw new RunError("Dynamics 365 is not connected. Connect it under Accounts, Import, Dynamics 365.");
  const known = connection.environment.organizationId;
  return { connection, organizationId: known ?? (await fetchOrganizationId(deps)) };
}

/** The organisation of a connection file is unknown before its first sign-in. */
async function fetchOrganizationId(deps: RequestDeps): Promise<string> {
  const open = await deps.open({});
  try {
    return (await open.client.whoAmI()).organizationId;
  } finally {
    await open.close();
  }
}

/** Serialises requests, so that of two concurrent ones the second finds the run of the first. */
async function withConnectionLock<T>(
  { database }: RequestDeps,
  work: (trx: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return inTransaction(database, async ({ kysely: trx }) => {
    await sql`select from connection for update`.execute(trx);
    const result = await work(trx);
    await wakeWorkers(trx);
    return result;
  });
}

function startOrJoin(deps: RequestDeps, run: NewRun): Promise<number> {
  return withConnectionLock(deps, async (trx) => {
    const { paused } = await loadConnection(trx);
    if (paused && run.mode !== "plan") throw new RunError(pauseMessages.refused);
    const activeId = await activeRunId(trx, run.organizationId, { paused });
    if (activeId === undefined) {
      if (run.mode === "plan") await requireNoUnfinishedApply(trx, run.organizationId, paused);
      return queueRun(trx, run, deps.clock.now());
    }
    if (run.mode === "plan" && !(await isPreviewWith(trx, activeId, run.settings)))
      throw new RunError(
        `Run ${activeId} is under way. Wait until it has ended, or cancel it; ` +
          "then look at what other settings would change.",
      );
    await clearRetryDelay(trx, activeId);
    return activeId;
  });
}

async function startWithSavedSettings(
  deps: RequestDeps,
  by: RequestedBy,
  run: { mode: "sync" | "changes" } | { mode: "retry"; issues: RetriedIssues },
): Promise<number> {
  const { organizationId, connection } = await requireUnpaused(deps);
  if (connection.settings === null)
    throw new RunError("Nothing is chosen yet. Choose accounts and fields, and look at a plan first.");
  const settings = await buildSyncSettings(deps.database.kysely, connection.settings);
  return startOrJoin(deps, { ...run, organizationId, origin: ORIGIN, settings, ...triggerOf(by) });
}

async function approvePlan(
  deps: RequestDeps,
  runId: number,
  by: RunStarter,
  { resume = false }: { readonly resume?: boolean } = {},
): Promise<number> {
  const { organizationId } = await (resume ? requireConnection(deps) : requireUnpaused(deps));
  return withConnectionLock(deps, async (trx) => {
    if (resume) await setPaused(trx, false);
    await lockRun(trx, runId);
    const activeId = await activeRunId(trx, organizationId);
    if (activeId === runId) return runId;
    if (activeId !== undefined)
      throw new RunError(`Run ${activeId} is under way. Wait until it has ended, or cancel it.`);
    const now = deps.clock.now();
    const reason = await planInvalidReason(trx, { organizationId, runId, now });
    if (reason !== undefined) throw new RunError(reason);
    const { fence } = await storedRun(trx, runId);
    await transition(trx, { runId, lease: { fence } }, "planned", { type: "approve", by, now });
    return runId;
  });
}

async function discardPlan({ database, clock }: RequestDeps, runId: number): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    await lockRun(trx, runId);
    const { status, organizationId, fence } = await storedRun(trx, runId);
    if (status !== "planned" || (await activeRunId(trx, organizationId)) === runId)
      throw new RunError(`Run ${runId} is ${status}; only a plan that was not applied can be discarded.`);
    await transition(trx, { runId, lease: { fence } }, "planned", { type: "discard", now: clock.now() });
  });
}

async function cancelRun({ database, clock }: RequestDeps, runId: number, by: string): Promise<void> {
  const { status } = await storedRun(database.kysely, runId);
  await inTransaction(database, async ({ kysely: trx }) => {
    await lockRun(trx, runId);
    const isCancelled =
      (await requestCancellation(trx, runId, by)) ||
      (await cancelUnclaimed(trx, { runId, by, now: clock.now() }));
    if (!isCancelled)
      throw new RunError(`Run ${runId} is ${status} and not under way; there is nothing to cancel.`);
    await wakeWorkers(trx);
  });
}

/** A concurrent claim or request waits for the lock, and then sees the new state. */
async function lockRun(trx: Kysely<Tables>, runId: number): Promise<void> {
  await sql`select from runs where id = ${runId} for update`.execute(trx);
}

/**
 * @throws RunError when an apply was interrupted, since a preview cannot be made before it is
 * complete
 */
async function requireNoUnfinishedApply(
  trx: Kysely<Tables>,
  organizationId: string,
  paused: boolean,
): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select id from runs where organization_id = ${organizationId} and status = 'applying'
    order by id limit 1`.execute(trx);
  if (rows[0]) throw unfinishedApplyError(rows[0].id, { paused });
}

function triggerOf(by: RequestedBy): Pick<NewRun, "trigger" | "startedBy"> {
  return by ? { trigger: "person", startedBy: by } : { trigger: "schedule" };
}

/** Whether this run is a preview with the same settings. */
async function isPreviewWith(trx: Kysely<Tables>, runId: number, settings: SyncSettings): Promise<boolean> {
  const { rows } = await sql`
    select from runs
    where id = ${runId} and mode = 'plan'
      and settings -> 'settings' = ${JSON.stringify(settings)}::jsonb`.execute(trx);
  return rows.length > 0;
}

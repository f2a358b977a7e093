// What people and the schedule ask of runs. Each is a change of a row and a nudge, so any process may be asked: a worker, here
// or elsewhere, takes the row and carries it out (runner.ts). Asked again while a run is under way, the answer is that run.
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
import { buildSyncSettings } from "./run-settings.ts";
import { wakeWorkers } from "./wakeup.ts";

export type RequestDeps = RunStore & {
  /** Opens what an admin connected. */
  readonly open: (options: OpenOptions) => Promise<OpenConnection>;
};

/** Who asks; undefined for the schedule. */
type RequestedBy = RunStarter | undefined;

export type RunRequests = {
  /** Plans with these settings and stops, also while the sync is paused. @returns the run's id, or that of the run under way. */
  startPlan(settings: ChosenSettings, by: RequestedBy): Promise<number>;
  /** Syncs with the saved settings. @returns the run's id, or that of the run under way. */
  startSync(by: RequestedBy): Promise<number>;
  /** What the schedule starts, with the saved settings; nobody is named. @returns the run's id, or that of the run under way. */
  startScheduled(mode: "sync" | "changes"): Promise<number>;
  /** Looks at the records of these open issues again, and at nothing else. @returns the run's id, or that of the run under way. */
  retry(issues: RetriedIssues, by: RequestedBy): Promise<number>;
  /**
   * Applies exactly this plan and makes its settings the saved ones. `resume`: a paused sync is resumed with it, in one step, or
   * what is due meanwhile would come first and leave the plan without worth.
   * @throws RunError when it cannot be applied (any more); then a paused sync stays paused
   */
  apply(runId: number, by: RunStarter, options?: { readonly resume?: boolean }): Promise<number>;
  /** Throws a plan away. @throws RunError */
  discard(runId: number): Promise<void>;
  /** Asks a run to stop, wherever it is carried out. @throws RunError when it is over. */
  cancel(runId: number, by: string): Promise<void>;
  /** Tells every worker that something has changed: the sync was paused, or resumed. */
  wakeWorkers(): Promise<void>;
};

/** Of what the connection brings. */
const ORIGIN = "dynamics";

const PAUSED_MESSAGE = "The sync is paused. Resume it first.";

export function createRequests(deps: RequestDeps): RunRequests {
  const { database, clock } = deps;
  const db = database.kysely;

  type ConnectedOrganization = { connection: Connection; organizationId: string };

  /** The connection, if a run may start that writes accounts; and its organisation. */
  async function requireUnpaused(): Promise<ConnectedOrganization> {
    const target = await requireConnection();
    if (target.connection.paused) throw new RunError(PAUSED_MESSAGE);
    return target;
  }

  async function requireConnection(): Promise<ConnectedOrganization> {
    const connection = await loadConnection(db);
    if (connection.environment === null)
      throw new RunError("Dynamics 365 is not connected. Connect it under Accounts, Sync from Dynamics 365.");
    const known = connection.environment.organizationId;
    return { connection, organizationId: known ?? (await fetchOrganizationId()) };
  }

  /** Of a connection file nobody knows the organisation before it was asked once. */
  async function fetchOrganizationId(): Promise<string> {
    const open = await deps.open({});
    try {
      return (await open.client.whoAmI()).organizationId;
    } finally {
      await open.close();
    }
  }

  /** One after the other, so that of two clicks at once the second finds the run of the first. */
  async function withConnectionLock<T>(work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
    return inTransaction(database, async ({ kysely: trx }) => {
      await sql`select from connection for update`.execute(trx);
      const result = await work(trx);
      await wakeWorkers(trx);
      return result;
    });
  }

  function startOrJoin(run: NewRun): Promise<number> {
    return withConnectionLock(async (trx) => {
      const { paused } = await loadConnection(trx);
      if (paused && run.mode !== "plan") throw new RunError(PAUSED_MESSAGE);
      const activeId = await activeRunId(trx, run.organizationId, { paused });
      if (activeId === undefined) {
        if (run.mode === "plan") await requireNoUnfinishedApply(trx, run.organizationId, paused);
        return queueRun(trx, run, clock.now());
      }
      if (run.mode === "plan" && !(await isPreviewWith(trx, activeId, run.settings)))
        throw new RunError(
          `Run ${activeId} is under way. Wait until it has ended, or cancel it; then look at what other settings would change.`,
        );
      await clearRetryDelay(trx, activeId);
      return activeId;
    });
  }

  async function startPlan(chosen: ChosenSettings, by: RequestedBy): Promise<number> {
    const { organizationId } = await requireConnection();
    const settings = await buildSyncSettings(db, chosen);
    return startOrJoin({ organizationId, origin: ORIGIN, mode: "plan", settings, ...triggerOf(by) });
  }

  async function startWithSavedSettings(
    by: RequestedBy,
    run: { mode: "sync" | "changes" } | { mode: "retry"; issues: RetriedIssues },
  ): Promise<number> {
    const { organizationId, connection } = await requireUnpaused();
    if (connection.settings === null)
      throw new RunError("Nothing is chosen yet. Choose accounts and fields, and look at a plan first.");
    const settings = await buildSyncSettings(db, connection.settings);
    return startOrJoin({ ...run, organizationId, origin: ORIGIN, settings, ...triggerOf(by) });
  }

  async function apply(runId: number, by: RunStarter, { resume = false } = {}): Promise<number> {
    const { organizationId } = await (resume ? requireConnection() : requireUnpaused());
    return withConnectionLock(async (trx) => {
      if (resume) await setPaused(trx, false);
      await lockRun(trx, runId);
      const activeId = await activeRunId(trx, organizationId);
      if (activeId === runId) return runId;
      if (activeId !== undefined)
        throw new RunError(`Run ${activeId} is under way. Wait until it has ended, or cancel it.`);
      const now = clock.now();
      const reason = await planInvalidReason(trx, { organizationId, runId, now });
      if (reason !== undefined) throw new RunError(reason);
      const { fence } = await storedRun(trx, runId);
      await transition(trx, { runId, lease: { fence } }, "planned", { type: "approve", by, now });
      return runId;
    });
  }

  async function discard(runId: number): Promise<void> {
    await inTransaction(database, async ({ kysely: trx }) => {
      await lockRun(trx, runId);
      const { status, organizationId, fence } = await storedRun(trx, runId);
      if (status !== "planned" || (await activeRunId(trx, organizationId)) === runId)
        throw new RunError(`Run ${runId} is ${status}; only a plan that waits can be discarded.`);
      await transition(trx, { runId, lease: { fence } }, "planned", { type: "discard", now: clock.now() });
    });
  }

  async function cancel(runId: number, by: string): Promise<void> {
    const { status } = await storedRun(db, runId);
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

  return {
    startPlan,
    startSync: (by) => startWithSavedSettings(by, { mode: "sync" }),
    startScheduled: (mode) => startWithSavedSettings(undefined, { mode }),
    retry: (issues, by) => startWithSavedSettings(by, { mode: "retry", issues }),
    apply,
    discard,
    cancel,
    wakeWorkers: () => wakeWorkers(db),
  };
}

/** Whoever takes it right now, or asks something else of it, has to wait, and then finds what became of it. */
async function lockRun(trx: Kysely<Tables>, runId: number): Promise<void> {
  await sql`select from runs where id = ${runId} for update`.execute(trx);
}

/** @throws RunError when a run stopped while it wrote, which no preview can be made beside */
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

/** Whether this run is asked for by the same click. */
async function isPreviewWith(trx: Kysely<Tables>, runId: number, settings: SyncSettings): Promise<boolean> {
  const { rows } = await sql`
    select from runs where id = ${runId} and mode = 'plan' and settings -> 'settings' = ${JSON.stringify(settings)}::jsonb`.execute(
    trx,
  );
  return rows.length > 0;
}

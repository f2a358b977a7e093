// Claims runnable runs and executes them in this process, one at a time. Any process can watch or
// stop them; when this process dies, another one claims what it leaves.
import type { Kysely } from "kysely";
import { loadConnection, saveSettings } from "../connections/connection.ts";
import type { Tables } from "../db/tables.ts";
import { claimRun, type QueuedRun } from "../sync/record/start-run.ts";
import { storedRun } from "../sync/record/run-record.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import { failAfterMaxAttempts, MAX_ATTEMPTS } from "../sync/record/end-run.ts";
import { resumeApply, executeRun, executeApply } from "../sync/run.ts";
import { RunStopped } from "../sync/record/run-errors.ts";
import { LeaseError } from "../sync/record/lease.ts";
import {
  startExecution,
  type RunExecution,
  type ExecutionDeps,
  type ExecutionParams,
} from "./execute-run.ts";
import { chosenSettingsOf, buildSyncSettings } from "./run-settings.ts";
import { wakeWorkers } from "./wakeup.ts";
import { createRequests, type RunRequests } from "./requests.ts";
import { nextRunnableRun } from "./next-run.ts";

/** A process that executes runs also accepts requests for them. */
export type Runner = RunRequests & {
  /**
   * Claims the next run, unless this process is busy or another one was faster.
   * @returns the run's id, if any
   */
  claimNext(): Promise<number | undefined>;
  /** Checks now whether a run of this process has to stop. */
  checkCancellation(): Promise<void>;
  /** Claims runs until none is runnable, and resolves when this process executes none. */
  waitUntilIdle(): Promise<void>;
  /** Stops active runs after the current chunk, and waits for them. */
  close(): Promise<void>;
};

export function createRunner(deps: ExecutionDeps): Runner {
  const { database, clock, log } = deps;
  const db = database.kysely;
  const executions = new Map<number, RunExecution>();
  let closing = false;
  let claiming: Promise<unknown> = Promise.resolve();

  async function claimOne(): Promise<number | undefined> {
    if (closing || executions.size > 0) return undefined;
    const { environment, paused } = await loadConnection(db);
    if (environment === null) return undefined;
    const queued = await nextRunnableRun(database, environment.organizationId, { now: clock.now(), paused });
    const leased = queued && (await tryClaim(queued));
    if (!queued || !leased) return undefined;
    if (queued.attempts >= MAX_ATTEMPTS) await failExhausted(leased);
    else await execute(queued, leased);
    return queued.id;
  }

  async function tryClaim(queued: QueuedRun): Promise<LeasedRun | undefined> {
    try {
      return await claimRun(deps, queued);
    } catch (error) {
      if (error instanceof LeaseError) return undefined;
      throw error;
    }
  }

  async function failExhausted(leased: LeasedRun): Promise<void> {
    try {
      await failAfterMaxAttempts(deps, leased);
    } finally {
      await leased.lease.release();
    }
    await deps.notify?.(leased.runId);
  }

  async function execute(queued: QueuedRun, leased: LeasedRun): Promise<void> {
    const { id, status } = queued;
    if (status === "reading" || status === "planning" || status === "applying")
      log.warn(
        `Run ${id} was interrupted; this process ${status === "applying" ? "resumes it" : "starts it over"}.`,
      );
    const params = await executionParams(db, queued).catch(async (error: unknown) => {
      await leased.lease.release();
      throw error;
    });
    const execution = startExecution(deps, leased, params);
    executions.set(id, execution);
    void execution.ended.finally(() => {
      executions.delete(id);
      // Another run may have been queued meanwhile. If the database is unavailable, the next poll finds
      // it.
      void wakeWorkers(db).catch(() => undefined);
    });
  }

  function claimNext(): Promise<number | undefined> {
    const claimed = claiming.then(claimOne);
    claiming = claimed.catch(() => undefined);
    return claimed;
  }

  return {
    ...createRequests(deps),
    claimNext,
    async checkCancellation() {
      for (const { watch } of executions.values()) await watch.check();
    },
    async waitUntilIdle() {
      // Claims again, because an interrupted apply may come first, and a plan that was just made may
      // already be approved, under the same id.
      do await Promise.all([...executions.values()].map(({ ended }) => ended));
      while ((await claimNext()) !== undefined || executions.size > 0);
    },
    async close() {
      closing = true;
      await claiming;
      const reason = new RunStopped("stopped", "The server was stopped. Start it again.");
      for (const { abortController } of executions.values()) abortController.abort(reason);
      await Promise.all([...executions.values()].map(({ ended }) => ended));
    },
  };
}

async function executionParams(
  db: Kysely<Tables>,
  { id, mode, status }: QueuedRun,
): Promise<ExecutionParams> {
  const chosen = chosenSettingsOf(await storedRun(db, id));
  if (status === "applying") return { settings: await buildSyncSettings(db, chosen), execute: resumeApply };
  if (status === "planned") {
    const onApply = (trx: Kysely<Tables>) => saveSettings(trx, chosen);
    return { settings: await buildSyncSettings(db, chosen), execute: executeApply, onApply };
  }
  // A queued sync uses the settings saved now, not those of the time of its request.
  const saved = mode === "plan" ? null : (await loadConnection(db)).settings;
  return { settings: await buildSyncSettings(db, saved ?? chosen), execute: executeRun };
}

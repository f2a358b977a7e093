// The worker claims runnable runs, starts scheduled ones, and runs periodic tasks. Any number of
// workers may poll one database, since the run lease admits one at a time.
import { loadConnection } from "../connections/connection.ts";
import { loadNextRun } from "../connections/schedule/past-runs.ts";
import type { Database } from "../db/pool.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { planAwaitingApproval } from "../sync/plan/plan-validity.ts";
import { createWakeupListener } from "./wakeup.ts";
import type { Runner } from "./runner.ts";

export type WorkerDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: Runner;
  /** Idempotent tasks that any worker may run at any time, such as missed notifications. */
  readonly periodicTasks: readonly (() => Promise<unknown>)[];
};

export type Worker = {
  /**
   * Polls once.
   * @returns the run it started or claimed
   */
  poll(): Promise<number | undefined>;
  /** Stops polling and waits for a poll in progress. Runs continue; they belong to the runner. */
  close(): Promise<void>;
};

/**
 * The run of a dead process is claimed within about a second: its session ends at once, or its
 * lease after 45 seconds without a heartbeat.
 */
const POLL_INTERVAL_MS = 1_000;
/** The schedule and the tasks are less urgent. */
const POLLS_PER_SCHEDULE_CHECK = 5;

/** Claims runs when woken, too. */
export function startWorker(deps: WorkerDeps, intervalMs = POLL_INTERVAL_MS): Worker {
  const { database, log, runner } = deps;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<number | undefined> = Promise.resolve(undefined);
  const pollLog = createPollLog(log);

  /**
   * Serialises polls. A poll that fails because the database is unavailable is repeated by the next
   * one.
   */
  function pollAfterOthers(poll: () => Promise<number | undefined>): Promise<number | undefined> {
    polling = polling
      .then(() => (closed ? undefined : poll()))
      .then(
        (run) => pollLog.succeeded(run),
        (error: unknown) => pollLog.failed(error),
      );
    return polling;
  }

  const wakeups = createWakeupListener(database, () => {
    void runner.checkCancellation();
    void pollAfterOthers(() => runner.claimNext());
  });

  async function claimQueuedRun(): Promise<number | undefined> {
    await wakeups.listen();
    return runner.claimNext();
  }

  async function pollEverything(): Promise<number | undefined> {
    for (const task of deps.periodicTasks) {
      await task().catch((error: unknown) =>
        log.error("A periodic task failed; it is tried again.", { err: error }),
      );
    }
    return (await claimQueuedRun()) ?? startScheduledRun(deps);
  }

  function schedulePoll(polls: number): void {
    if (closed) return;
    timer = setTimeout(() => {
      void pollAfterOthers(polls % POLLS_PER_SCHEDULE_CHECK === 0 ? pollEverything : claimQueuedRun).finally(
        () => schedulePoll(polls + 1),
      );
    }, intervalMs);
  }
  void pollAfterOthers(claimQueuedRun);
  schedulePoll(0);

  return {
    poll: () => pollAfterOthers(pollEverything),
    async close() {
      closed = true;
      clearTimeout(timer);
      await wakeups.close();
      await polling;
    },
  };
}

/** Logs the first failure of consecutive polls, and the recovery. */
function createPollLog(log: Log) {
  let failing = false;
  return {
    succeeded(run: number | undefined): number | undefined {
      if (failing) log.warn("Polling for runs works again.");
      failing = false;
      return run;
    },
    failed(error: unknown): undefined {
      if (!failing) log.error("Polling for runs failed; it is tried again every second.", { err: error });
      failing = true;
    },
  };
}

async function startScheduledRun({ database, clock, runner }: WorkerDeps): Promise<number | undefined> {
  const db = database.kysely;
  const connection = await loadConnection(db);
  const organizationId = connection.environment?.organizationId;
  if (!organizationId || connection.paused || connection.settings === null) return undefined;
  const now = clock.now();
  // Attention needs a person, and a plan that needs approval is decided first.
  const plan = await planAwaitingApproval(db, organizationId, now);
  if (connection.attention !== null || (plan && plan.approvalReason !== null)) return undefined;
  const due = await loadNextRun(db, { organizationId, schedule: connection.schedule, now });
  if (due === undefined || due.at > now) return undefined;
  const started = await runner.startScheduled(due.mode);
  await runner.claimNext();
  return started;
}

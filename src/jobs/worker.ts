// The worker: takes runs that wait, starts what is due, and does the chores. Any number of workers may look at one database:
// the run lease lets one of them begin, so a look that comes second finds the run under way.
import { loadConnection } from "../connections/connection.ts";
import { pastRuns } from "../connections/schedule/past-runs.ts";
import { nextRun } from "../connections/schedule/next-run.ts";
import type { Database } from "../db/pool.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { planAwaitingApproval } from "../sync/plan/plan-validity.ts";
import { nudgeListener } from "./wakeup.ts";
import type { Runner } from "./runner.ts";

export type WorkerParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: Runner;
  /** Chores that any worker may do at any time, again and again: mails that wait, history that is too old. */
  readonly chores: readonly (() => Promise<unknown>)[];
};

export type Worker = {
  /** Looks once, as it does every few seconds. @returns the run it started or took over */
  look(): Promise<number | undefined>;
  /** Looks no more, and waits for a look under way. Runs go on; they are the runner's. */
  close(): Promise<void>;
};

/** A run that lost its process is taken over in a second or so; its session ends at once, or its heartbeat after 45 seconds. */
const LOOK_EVERY_MS = 1_000;
/** The schedule and the chores are less urgent. */
const SCHEDULE_EVERY = 5;

/** Besides, it takes what waits as soon as it is nudged. */
export function startWorker(parts: WorkerParts, everyMs = LOOK_EVERY_MS): Worker {
  const { database, log, runner } = parts;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<number | undefined> = Promise.resolve(undefined);
  const say = sayOnce(log);

  /** One after the other. With the database away, the next look finds it again. */
  function one(work: () => Promise<number | undefined>): Promise<number | undefined> {
    looking = looking
      .then(() => (closed ? undefined : work()))
      .then(
        (run) => say.works(run),
        (error: unknown) => say.fails(error),
      );
    return looking;
  }

  const nudges = nudgeListener(database, () => {
    void runner.lookForStop();
    void one(() => runner.takeNext());
  });

  async function takeWhatWaits(): Promise<number | undefined> {
    await nudges.listen();
    return runner.takeNext();
  }

  async function lookAtAll(): Promise<number | undefined> {
    for (const chore of parts.chores) {
      await chore().catch((error: unknown) =>
        log.error("A chore failed; it is tried again.", { err: error }),
      );
    }
    return (await takeWhatWaits()) ?? startWhatIsDue(parts);
  }

  function again(looks: number): void {
    if (closed) return;
    timer = setTimeout(() => {
      void one(looks % SCHEDULE_EVERY === 0 ? lookAtAll : takeWhatWaits).finally(() => again(looks + 1));
    }, everyMs);
  }
  void one(takeWhatWaits);
  again(0);

  return {
    look: () => one(lookAtAll),
    async close() {
      closed = true;
      clearTimeout(timer);
      await nudges.close();
      await looking;
    },
  };
}

/** What fails every second is one line of the log, and so is that it works again. */
function sayOnce(log: Log) {
  let failing = false;
  return {
    works(run: number | undefined): number | undefined {
      if (failing) log.warn("Looking for runs that wait works again.");
      failing = false;
      return run;
    },
    fails(error: unknown): undefined {
      if (!failing)
        log.error("Looking for runs that wait failed; it is tried again every second.", { err: error });
      failing = true;
    },
  };
}

async function startWhatIsDue({ database, clock, runner }: WorkerParts): Promise<number | undefined> {
  const db = database.kysely;
  const connection = await loadConnection(db);
  const organizationId = connection.environment?.organizationId;
  if (!organizationId || connection.paused || connection.settings === null) return undefined;
  const now = clock.now();
  // Only a person can settle what needs attention, and a plan that waits is looked at first.
  const waiting = await planAwaitingApproval(db, organizationId, now);
  if (connection.attention !== null || (waiting && waiting.why !== null)) return undefined;
  const due = nextRun({ ...connection.schedule, ...(await pastRuns(db, organizationId)) }, now);
  if (due === undefined || due.at > now) return undefined;
  const started = await runner.startScheduled(due.mode);
  await runner.takeNext();
  return started;
}

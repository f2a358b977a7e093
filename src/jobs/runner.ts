// The runner of a process: takes runs that wait and carries them out, one at a time. What it runs can be watched and stopped
// from any process, and says in its row how it ended; what it leaves behind when it dies, another one takes.
import { loadConnection, saveSettings } from "../connections/connection.ts";
import { claimRun, type QueuedRun } from "../sync/record/start-run.ts";
import { storedRun } from "../sync/record/run-record.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import { failAfterMaxAttempts, MAX_ATTEMPTS } from "../sync/record/end-run.ts";
import { resumeApply, executeRun, executeApply } from "../sync/run.ts";
import { RunStopped } from "../sync/record/run-errors.ts";
import { LeaseError } from "../sync/record/lease.ts";
import { carryRun, type CarriedRun, type CarryParts, type HowToCarry } from "./execute-run.ts";
import { chosenIn, settingsWith } from "./run-settings.ts";
import { nudge } from "./wakeup.ts";
import { createRequests, type RunRequests } from "./requests.ts";
import { nextWaitingRun } from "./next-run.ts";

export type RunnerParts = CarryParts;

/** A process that carries runs out can also be asked for them. */
export type Runner = RunRequests & {
  /** Takes what waits, unless it is busy or another process was faster. @returns the run's id if there was one */
  takeNext(): Promise<number | undefined>;
  /** Stops what this process runs if somebody wants it to, without waiting for the next second. */
  lookForStop(): Promise<void>;
  /** Takes what waits, one after the other, and resolves when nothing is left to take and this process carries nothing out. */
  settled(): Promise<void>;
  /** Stops what is under way, after the chunk that is being written, and waits for it. */
  close(): Promise<void>;
};

export function createRunner(parts: RunnerParts): Runner {
  const { database, clock, log } = parts;
  const db = database.kysely;
  const carried = new Map<number, CarriedRun>();
  let closing = false;
  let taking: Promise<unknown> = Promise.resolve();

  async function take(): Promise<number | undefined> {
    if (closing || carried.size > 0) return undefined;
    const { environment, paused } = await loadConnection(db);
    if (environment === null) return undefined;
    const waiting = await nextWaitingRun(database, environment.organizationId, { now: clock.now(), paused });
    const begun = waiting && (await takeOrNot(waiting));
    if (!waiting || !begun) return undefined;
    if (waiting.attempts >= MAX_ATTEMPTS) await giveUpOn(begun);
    else await carry(waiting, begun);
    return waiting.id;
  }

  async function takeOrNot(waiting: QueuedRun): Promise<LeasedRun | undefined> {
    try {
      return await claimRun(parts, waiting);
    } catch (error) {
      if (error instanceof LeaseError) return undefined;
      throw error;
    }
  }

  async function giveUpOn(begun: LeasedRun): Promise<void> {
    try {
      await failAfterMaxAttempts(parts, begun);
    } finally {
      await begun.lease.release();
    }
    await parts.notify?.(begun.runId);
  }

  async function carry(waiting: QueuedRun, begun: LeasedRun): Promise<void> {
    const { id, status } = waiting;
    if (status === "reading" || status === "planning" || status === "applying")
      log.warn(
        `Run ${id} broke off or lost its process; it ${status === "applying" ? "goes on" : "starts over"} here.`,
      );
    const how = await howToCarry(waiting).catch(async (error: unknown) => {
      await begun.lease.release();
      throw error;
    });
    const run = carryRun(parts, begun, how);
    carried.set(id, run);
    void run.ended.finally(() => {
      carried.delete(id);
      // Somebody may have asked for the next one meanwhile. With the database away, the next look is as good.
      void nudge(db).catch(() => undefined);
    });
  }

  async function howToCarry({ id, mode, status }: QueuedRun): Promise<HowToCarry> {
    const chosen = chosenIn(await storedRun(db, id));
    const settings = await settingsWith(db, chosen);
    if (status === "applying") return { settings, work: resumeApply };
    if (status === "planned")
      return { settings, work: executeApply, onApply: (trx) => saveSettings(trx, chosen) };
    // It may have waited for long, and what is saved is what a sync goes by.
    const saved = mode === "plan" ? null : (await loadConnection(db)).settings;
    return { settings: saved === null ? settings : await settingsWith(db, saved), work: executeRun };
  }

  function takeNext(): Promise<number | undefined> {
    const taken = taking.then(take);
    taking = taken.catch(() => undefined);
    return taken;
  }

  return {
    ...createRequests(parts),
    takeNext,
    async lookForStop() {
      for (const { watch } of carried.values()) await watch.look();
    },
    async settled() {
      // Another run may have to end first, and a plan that has ended may have to be applied by now, under the same id.
      do await Promise.all([...carried.values()].map(({ ended }) => ended));
      while ((await takeNext()) !== undefined || carried.size > 0);
    },
    async close() {
      closing = true;
      await taking;
      const reason = new RunStopped("stopped", "The server was stopped. Start it again.");
      for (const { stop } of carried.values()) stop.abort(reason);
      await Promise.all([...carried.values()].map(({ ended }) => ended));
    },
  };
}

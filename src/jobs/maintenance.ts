// Daily maintenance of the database, such as deleting old history. Of all processes the one that
// holds an advisory lock does it; the lock ends with its session.
import type { PoolClient } from "pg";
import type { Database } from "../db/pool.ts";
import type { Clock } from "../lib/clock.ts";
import { DAY_MS } from "../lib/durations.ts";

export type Maintenance = {
  /**
   * Runs the tasks if this process gets the lock and they are due; failed ones stay due.
   * @returns whether they ran
   */
  runIfDue(): Promise<boolean>;
  /** Releases the lock. Call it when `runIfDue` is not running. */
  close(): void;
};

export function createMaintenance({
  database,
  clock,
  tasks,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly tasks: (now: Date) => Promise<unknown>;
}): Maintenance {
  let lockSession: PoolClient | undefined;
  let lastRunAt: Date | undefined;

  async function acquireLock(): Promise<boolean> {
    const client = lockSession ?? (await database.pool.connect());
    lockSession = undefined;
    try {
      // The session that holds the lock gets it again, which also shows that the session is alive.
      const { rows } = await client.query<{ acquired: boolean }>(
        "select pg_try_advisory_lock(hashtext('sluice maintenance')) as acquired",
      );
      if (rows[0]?.acquired) lockSession = client;
      else client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
    return lockSession !== undefined;
  }

  return {
    async runIfDue() {
      if (!(await acquireLock())) return false;
      const now = clock.now();
      // A clock that was set back must not delay the tasks.
      if (lastRunAt && Math.abs(now.getTime() - lastRunAt.getTime()) < DAY_MS) return false;
      await tasks(now);
      lastRunAt = now;
      return true;
    },
    close() {
      // The lock lasts as long as its session, so the session is closed and not returned to the pool.
      lockSession?.release(true);
      lockSession = undefined;
    },
  };
}

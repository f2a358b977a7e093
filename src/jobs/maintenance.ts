// Chores of the database, such as forgetting what is too old: of all processes on it one is the housekeeper, and does them once a
// day. It is who holds an advisory lock, which ends with its database session; then another process is.
import type { PoolClient } from "pg";
import type { Database } from "../db/pool.ts";
import type { Clock } from "../lib/clock.ts";
import { DAY_MS } from "../lib/durations.ts";

export type Maintenance = {
  /** Does the chores if they fall to this process and are due; those that fail are due still. @returns whether it did */
  runIfDue(): Promise<boolean>;
  /** Leaves the chores to others. Call it when no look is under way. */
  close(): void;
};

export function createMaintenance({
  database,
  clock,
  chores,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly chores: (now: Date) => Promise<unknown>;
}): Maintenance {
  let lockSession: PoolClient | undefined;
  let lastRunAt: Date | undefined;

  async function acquireLock(): Promise<boolean> {
    const client = lockSession ?? (await database.pool.connect());
    lockSession = undefined;
    try {
      // Asked again by the session that holds it, it says yes, and that the session is there still.
      const { rows } = await client.query<{ mine: boolean }>(
        "select pg_try_advisory_lock(hashtext('sluice keeps house')) as mine",
      );
      if (rows[0]?.mine) lockSession = client;
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
      // A clock that has jumped back does not hold them off.
      if (lastRunAt && Math.abs(now.getTime() - lastRunAt.getTime()) < DAY_MS) return false;
      await chores(now);
      lastRunAt = now;
      return true;
    },
    close() {
      // Its session holds the lock for as long as it lives, so nobody else is given it.
      lockSession?.release(true);
      lockSession = undefined;
    },
  };
}

// Chores of the database, such as forgetting what is too old: of all processes on it one is the housekeeper, and does them once a
// day. It is who holds an advisory lock, which ends with its database session; then another process is.
import type { PoolClient } from "pg";
import type { Database } from "../db/pool.ts";
import type { Clock } from "../lib/clock.ts";
import { DAY_MS } from "../lib/durations.ts";

export type Housekeeper = {
  /** Does the chores if they fall to this process and are due; those that fail are due still. @returns whether it did */
  look(): Promise<boolean>;
  /** Leaves the chores to others. Call it when no look is under way. */
  close(): void;
};

export function createHousekeeper({
  database,
  clock,
  chores,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly chores: (now: Date) => Promise<unknown>;
}): Housekeeper {
  let session: PoolClient | undefined;
  let doneAt: Date | undefined;

  async function isHousekeeper(): Promise<boolean> {
    const asked = session ?? (await database.pool.connect());
    session = undefined;
    try {
      // Asked again by the session that holds it, it says yes, and that the session is there still.
      const { rows } = await asked.query<{ mine: boolean }>(
        "select pg_try_advisory_lock(hashtext('sluice keeps house')) as mine",
      );
      if (rows[0]?.mine) session = asked;
      else asked.release();
    } catch (error) {
      asked.release(true);
      throw error;
    }
    return session !== undefined;
  }

  return {
    async look() {
      if (!(await isHousekeeper())) return false;
      const now = clock.now();
      // A clock that has jumped back does not hold them off.
      if (doneAt && Math.abs(now.getTime() - doneAt.getTime()) < DAY_MS) return false;
      await chores(now);
      doneAt = now;
      return true;
    },
    close() {
      // Its session holds the lock for as long as it lives, so nobody else is given it.
      session?.release(true);
      session = undefined;
    },
  };
}

// Wakes all workers by PostgreSQL's NOTIFY after a change to runs. A notification has no content
// and may be lost, since workers poll the rows anyway.
import { sql, type Kysely } from "kysely";
import type { PoolClient } from "pg";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";

/** In a transaction it is sent at the commit. */
export async function wakeWorkers(db: Kysely<Tables>): Promise<void> {
  await sql`select pg_notify('sluice_runs', '')`.execute(db);
}

export type WakeupListener = {
  /** Listens, unless it does already; the next call replaces a broken connection. */
  listen(): Promise<void>;
  close(): Promise<void>;
};

export function createWakeupListener(database: Database, onWakeup: () => void): WakeupListener {
  let client: PoolClient | undefined;
  let closed = false;

  async function connect(): Promise<void> {
    const fresh = await database.pool.connect();
    const drop = () => {
      if (client !== fresh) return;
      client = undefined;
      fresh.release(true);
    };
    fresh.on("notification", () => {
      if (!closed) onWakeup();
    });
    fresh.once("error", drop);
    fresh.once("end", drop);
    client = fresh;
    await fresh.query("listen sluice_runs").catch((error: unknown) => {
      drop();
      throw error;
    });
  }

  async function listenAfter(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined);
    if (client === undefined && !closed) await connect();
  }

  let connecting: Promise<void> = Promise.resolve();
  return {
    listen() {
      connecting = listenAfter(connecting);
      return connecting;
    },
    async close() {
      closed = true;
      await connecting.catch(() => undefined);
      // The session listens as long as it lives, so it is closed and not returned to the pool.
      client?.release(true);
      client = undefined;
    },
  };
}

// Nudges: a process that changed something about runs tells all workers to look now, by NOTIFY of PostgreSQL. A nudge says
// nothing and may be lost; what there is to do stands in the rows, and every worker looks there by itself too.
import { sql, type Kysely } from "kysely";
import type { PoolClient } from "pg";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";

/** Inside a transaction it is sent at its commit. */
export async function wakeWorkers(db: Kysely<Tables>): Promise<void> {
  await sql`select pg_notify('sluice_runs', '')`.execute(db);
}

export type WakeupListener = {
  /** Listens, unless it does already; a connection that broke is replaced at the next call. */
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
      // Its session listens for as long as it lives, so nobody else is given it.
      client?.release(true);
      client = undefined;
    },
  };
}

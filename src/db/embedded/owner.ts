import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { isDatabaseUnavailable } from "../errors.ts";
import { isRunning } from "./postmaster.ts";

/** An arbitrary constant; one connection of the owning process holds this lock. */
const LOCK_KEY = "8390052889124366190";
const APPLICATION_NAME = /^sluice process (\d+)$/;

/**
 * How long the server may take to notice that the connection of a killed owner is gone; usually
 * milliseconds.
 */
const LOCK_TIMEOUT_MS = 10_000;

export type ServerAddress = { host: string; port: number; user: string; password: string };

/**
 * Connects under this process's id, or returns none when the server does not accept connections
 * yet.
 */
export async function tryConnect(address: ServerAddress): Promise<Client | undefined> {
  const client = new Client({
    ...address,
    database: "postgres",
    ssl: false,
    application_name: `sluice process ${process.pid}`,
  });
  // An idle connection that breaks must not end this process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isDatabaseUnavailable(error)) return undefined;
    throw error;
  }
}

/** The process that holds the lock, by the application name of its connection. */
async function lockHolder(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32 | l.objid::bigint) = $1`,
    [LOCK_KEY],
  );
  return Number(APPLICATION_NAME.exec(rows[0]?.application_name ?? "")?.[1]) || undefined;
}

/**
 * Takes the lock for this connection.
 * @throws an error that names the other process when it has the lock
 */
export async function takeOwnership(client: Client, directory: string): Promise<void> {
  for (let waited = 0; ; waited += 20) {
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock($1) as mine", [
      LOCK_KEY,
    ]);
    if (rows[0]?.mine) return;
    const pid = await lockHolder(client);
    if ((pid !== undefined && isRunning(pid)) || waited > LOCK_TIMEOUT_MS) {
      throw new Error(
        `The database in ${directory} is in use by another Sluice (process ${pid ?? "unknown"}). Stop that one first, or set DATABASE_URL to a PostgreSQL server, which many can use at once.`,
      );
    }
    await delay(20);
  }
}

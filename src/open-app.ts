// Wires what every command needs, by hand: the configuration gives a database, the connection file
// a Dynamics 365 client, and both a run's context. Whoever opens something closes it.
import type { Config } from "./config.ts";
import type { ConnectionSettings } from "./connections/file/connection-file.ts";
import type { OpenConnection } from "./connections/sign-in/open-client.ts";
import { connectDatabase } from "./db/connect.ts";
import { migrate } from "./db/migrate.ts";
import type { Database } from "./db/pool.ts";
import { systemClock, type Clock } from "./lib/clock.ts";
import type { Log } from "./lib/log.ts";
import { createReleases } from "./lib/releases.ts";
import type { RunContext } from "./sync/record/run-context.ts";

export type App = {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the process has to stop, perhaps before it is ready. */
  readonly signal?: AbortSignal | undefined;
  /** Resolves if the embedded PostgreSQL ends by itself; then nothing here works any more. */
  readonly lost?: Promise<Error> | undefined;
  /** Closes everything that was opened, the embedded PostgreSQL included. */
  close(): Promise<void>;
};

/**
 * Requests have connections of their own, so that slow ones do not block runs, mails and /readyz.
 */
export function requestConnectionCount({ databaseConnections }: Config): number {
  return Math.floor(databaseConnections / 2);
}

/**
 * Opens and migrates the database of this installation.
 * @throws if it cannot be used, with a sentence, or with the signal's reason
 */
export async function openApp(
  config: Config,
  log: Log,
  clock: Clock = systemClock,
  signal?: AbortSignal,
): Promise<App> {
  const releases = createReleases();
  const { databaseUrl, home: directory } = config;
  const max = config.databaseConnections - requestConnectionCount(config);
  const database = await connectDatabase({ databaseUrl, directory, log, signal, max });
  releases.add(() => database.close());
  try {
    await migrate(database.pool, { signal });
  } catch (error) {
    await releases.release();
    throw error;
  }
  return { config, database, clock, log, signal, lost: database.lost, close: () => releases.release() };
}

/** Returns a run's context: the database, the source, and the settings of the connection file. */
export function runContext(
  app: App,
  open: OpenConnection,
  connection: ConnectionSettings,
  hooks: Pick<RunContext, "onProgress" | "onStarted" | "checkCancellation" | "signal"> = {},
): RunContext {
  const { selection, mapping, options, labelLanguage, ownDomains, commonDomains } = connection;
  return {
    database: app.database,
    source: open.source,
    settings: { selection, mapping, options, labelLanguage, ownDomains, commonDomains },
    teammates: connection.teammates,
    clock: app.clock,
    maxAccounts: app.config.maxAccounts,
    brake: connection.brake,
    timeZone: connection.schedule.timeZone,
    ...hooks,
  };
}

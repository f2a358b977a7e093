import type { PoolConfig } from "pg";
import { type EmbeddedServer, type ServerLog, startEmbedded } from "./embedded/start.ts";
import { type Database, openDatabase } from "./pool.ts";

export type ConnectOptions = {
  /** postgres://…; without it PostgreSQL is started in `directory`. */
  databaseUrl?: string | undefined;
  /** Where the embedded PostgreSQL keeps its data. */
  directory: string;
  /** Maximum number of connections. */
  max?: number;
  log: ServerLog;
  /** Aborts the start of the embedded PostgreSQL. */
  signal?: AbortSignal | undefined;
};

/** The server_version_num of PostgreSQL 15. */
const MIN_VERSION = 150_000;

/**
 * Node reports a refused connection to a host with several addresses as an AggregateError without a
 * message.
 */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** The URL is never shown, because it contains the password. */
async function checkServer(database: Database): Promise<void> {
  let version: number;
  try {
    const { rows } = await database.pool.query<{ version: string }>(
      "select current_setting('server_version_num') as version",
    );
    version = Number(rows[0]?.version);
  } catch (cause) {
    throw new Error(
      `The PostgreSQL server of DATABASE_URL cannot be used: ${reasonOf(cause)}. Check the address, the user and the password, and that the database exists.`,
      { cause },
    );
  }
  if (version < MIN_VERSION) {
    throw new Error(
      `The PostgreSQL server of DATABASE_URL is version ${Math.floor(version / 10_000)}; Sluice needs 15 or newer.`,
    );
  }
}

function open(target: string | PoolConfig, { log, max }: Pick<ConnectOptions, "log" | "max">): Database {
  return openDatabase(target, {
    ...(max !== undefined && { max }),
    onIdleError: (error) =>
      log.warn(`A connection to the database broke and will be replaced: ${error.message}`),
  });
}

/**
 * Connects to the server of `databaseUrl`, or starts the embedded one; the database is ready for
 * `migrate`. `close` ends the pool and stops what was started; call it on SIGTERM and SIGINT too.
 */
export async function connectDatabase(
  options: ConnectOptions,
): Promise<Database & Partial<Pick<EmbeddedServer, "lost">>> {
  if (options.databaseUrl) {
    const database = open(options.databaseUrl, options);
    try {
      await checkServer(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }
  const { directory, log, signal } = options;
  const server = await startEmbedded({ directory, log, signal });
  const database = open(server.address, options);
  return {
    ...database,
    lost: server.lost,
    async close() {
      await database.close();
      await server.stop();
    },
  };
}

// A pool of connections, with Kysely on top of it. Column types are decided here: a bigint is read
// as a number, a timestamptz as a Date. Everything else about the server is in `connect.ts`.
import { randomBytes } from "node:crypto";
import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolConfig, TypeOverrides } from "pg";
import type { Tables } from "./tables.ts";

export type Database = {
  readonly kysely: Kysely<Tables>;
  readonly pool: Pool;
  /** Opens another pool on the same database, under the same session name. The caller closes it. */
  readonly openPool: (limits: PoolLimits) => Database;
  /** Ends the pool after running queries have finished. */
  readonly close: () => Promise<void>;
};

export type PoolLimits = {
  /** Maximum number of connections. */
  readonly max?: number;
  /** How long a query may wait for a connection. */
  readonly connectTimeoutMs?: number;
  /** How long a statement may take; unlimited if absent. */
  readonly statementTimeoutMs?: number;
};

type PoolOptions = PoolLimits & {
  /**
   * Shared by all pools of a process and unique among processes, so that a process that takes a run
   * over can end all sessions of the former holder. Default: a random name.
   */
  readonly sessionName?: string;
  readonly onIdleError?: (error: Error) => void;
};

/**
 * Enough for what one process does beside requests: the lease of a run, its transaction and COPY,
 * its progress, the wake-up listener, periodic tasks, mails. In a sync at most 5 were in use at
 * once; it holds 3 of them until its end.
 */
const MAX_CONNECTIONS = 10;
/**
 * A reachable server answers in milliseconds; after this time the database counts as unavailable.
 */
const CONNECT_TIMEOUT_MS = 30_000;

/** bigint → number. Ids and counters stay below 2^53; a larger one is refused, never rounded. */
function parseBigint(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(
    `The database holds the whole number ${text}, which is beyond 2^53. Read that column as text.`,
  );
}

/** Arrays of bigint have one dimension here, such as {1,2,NULL}. */
function parseBigints(text: string): (number | null)[] {
  const inner = text.slice(1, -1);
  return inner === ""
    ? []
    : inner.split(",").map((element) => (element === "NULL" ? null : parseBigint(element)));
}

/** OIDs of pg_type.dat, which never change. */
const INT8 = 20;
const INT8_ARRAY = 1016;

// Set for each pool, because pg's global setTypeParser would change other users of pg in the
// process.
const types = new TypeOverrides();
types.setTypeParser(INT8, parseBigint);
types.setTypeParser(INT8_ARRAY, parseBigints);

/**
 * Opens a pool on `target`: a postgres:// URL or settings of pg. It connects on first use, so a
 * wrong address shows at the first query. `onIdleError` is called for connections that broke while
 * idle (a restarted server); the pool replaces those.
 */
export function openDatabase(target: string | PoolConfig, options: PoolOptions = {}): Database {
  const config = typeof target === "string" ? { connectionString: target } : target;
  const {
    max = config.max ?? MAX_CONNECTIONS,
    connectTimeoutMs = config.connectionTimeoutMillis ?? CONNECT_TIMEOUT_MS,
    statementTimeoutMs,
    sessionName = `sluice ${randomBytes(6).toString("hex")}`,
    onIdleError,
  } = options;
  // Network devices may drop connections that are silent for long, such as that of a listener.
  const pool = new Pool({
    application_name: sessionName,
    keepAlive: true,
    ...config,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    types,
  });
  // Without a listener, Node would end the process when an idle connection breaks.
  pool.on("error", (error) => {
    // While the pool closes, its connections may still report a server that stops.
    if (!pool.ending) onIdleError?.(error);
  });
  // The same for a connection in use, such as a run's lease for hours: its next query fails.
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    // Sent as the first query, because a pooler may refuse it as a startup parameter. If the connection
    // breaks here, the next query fails.
    if (statementTimeoutMs !== undefined)
      client.query(`set statement_timeout = ${statementTimeoutMs}`).catch(() => undefined);
  });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | undefined;
  return {
    kysely,
    pool,
    openPool: (limits) =>
      openDatabase(target, { sessionName, ...(onIdleError && { onIdleError }), ...limits }),
    close: () => (closing ??= pool.end()),
  };
}

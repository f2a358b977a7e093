// The database as the rooms are handed it: one pool of connections, and Kysely with our table types
// on top of the same pool. What comes out of a column is decided here: bigint is a number,
// timestamptz a Date. Everything else about PostgreSQL (who runs it, where it is) is behind
// `connect.ts`.
import { randomBytes } from "node:crypto";
import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolConfig, TypeOverrides } from "pg";
import type { Tables } from "./tables.ts";

export type Database = {
  readonly kysely: Kysely<Tables>;
  readonly pool: Pool;
  /** Another pool on the same database, which whoever opens it closes. */
  readonly openPool: (limits: PoolLimits) => Database;
  /** Ends the pool; running queries finish first. */
  readonly close: () => Promise<void>;
};

export type PoolLimits = {
  /** Connections it opens at most. */
  readonly max?: number;
  /** How long a query may wait for one of them. */
  readonly connectTimeoutMs?: number;
  /** How long a statement may take; any time, if absent. */
  readonly statementTimeoutMs?: number;
};

/**
 * Room for what one process does beside requests: the lease of a run, its transaction and COPY, its
 * progress, the listener for requests of runs, chores, mails. In a sync 5 were seen in use at once;
 * 3 of them are held as long as it goes on.
 */
const MAX_CONNECTIONS = 10;
/**
 * A server that is there answers in milliseconds; what waits longer is told that the database is
 * away, and tries again.
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

/** bigint[] has one dimension here and comes as {1,2,NULL}. */
function parseBigints(text: string): (number | null)[] {
  const inner = text.slice(1, -1);
  return inner === ""
    ? []
    : inner.split(",").map((element) => (element === "NULL" ? null : parseBigint(element)));
}

/** OIDs of pg_type.dat; they never change. */
const INT8 = 20;
const INT8_ARRAY = 1016;

// Per pool and not by pg's global setTypeParser, which would change every other user of pg in the
// process.
const types = new TypeOverrides();
types.setTypeParser(INT8, parseBigint);
types.setTypeParser(INT8_ARRAY, parseBigints);

/**
 * Opens a pool on `where`: a postgres:// URL or pg's own settings. Connects on first use, so a
 * wrong address shows at the first query. `onIdleError` hears of connections that broke while
 * nobody used them (a restarted server); the pool replaces those by itself.
 */
export function openDatabase(
  target: string | PoolConfig,
  options: PoolLimits & { readonly onIdleError?: (error: Error) => void } = {},
): Database {
  const config = typeof target === "string" ? { connectionString: target } : target;
  const {
    max = config.max ?? MAX_CONNECTIONS,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    statementTimeoutMs,
    onIdleError,
  } = options;
  // A name of its own, so that the sessions of a process that hangs can be told from those of others.
  const application_name = `sluice ${randomBytes(6).toString("hex")}`;
  // What lies between here and the database forgets connections that are silent for long, as a
  // listening one is.
  const pool = new Pool({
    application_name,
    keepAlive: true,
    ...config,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    types,
  });
  // Without a listener node ends the process when an idle connection breaks.
  pool.on("error", (error) => {
    // Being closed, its connections may be told of a server that stops a moment later.
    if (!pool.ending) onIdleError?.(error);
  });
  // The same while it is lent out, as a run's lease is for hours: whoever has it hears of it from
  // their next query.
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    // As its first query and not as a parameter of the start, which a pooler in between may refuse.
    // A connection that breaks just then fails with the next query.
    if (statementTimeoutMs !== undefined)
      client.query(`set statement_timeout = ${statementTimeoutMs}`).catch(() => undefined);
  });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | undefined;
  return {
    kysely,
    pool,
    openPool: (limits) => openDatabase(target, { ...(onIdleError && { onIdleError }), ...limits }),
    close: () => (closing ??= pool.end()),
  };
}

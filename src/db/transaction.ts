import { Kysely, PostgresDialect } from "kysely";
import type { PoolClient } from "pg";
import type { Database } from "./pool.ts";
import type { Tables } from "./tables.ts";

const doNothing = () => undefined;

/** One connection with a transaction open on it: Kysely for queries, the bare client for COPY. Both are the same session. */
export type OpenTransaction = { readonly kysely: Kysely<Tables>; readonly client: PoolClient };

/** Kysely that runs every query on this one connection, and cannot give it back or end it. */
function kyselyOn(client: PoolClient): Kysely<Tables> {
  const borrowed = new Proxy(client, {
    get(target, key) {
      if (key === "release") return doNothing;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const pool = { connect: () => Promise.resolve(borrowed), end: () => Promise.resolve() };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Runs `work` in one transaction and commits, or rolls back and throws what `work` threw. Kysely's own
 * `transaction()` does the same but keeps its connection to itself, and COPY needs the connection.
 */
export async function inTransaction<T>(
  database: Pick<Database, "pool">,
  work: (open: OpenTransaction) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work({ kysely: kyselyOn(client), client });
    await client.query("commit");
    return result;
  } catch (error) {
    // The first error is the one to report; a rollback that fails as well means the connection is gone.
    await client.query("rollback").catch((cause: Error) => (broken = cause));
    throw error;
  } finally {
    client.release(broken);
  }
}

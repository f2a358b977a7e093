import { Kysely, PostgresDialect } from "kysely";
import type { PoolClient } from "pg";
import type { Database } from "./pool.ts";
import type { Tables } from "./tables.ts";

const doNothing = () => undefined;

/** An open transaction: Kysely for queries and the client for COPY, on the same connection. */
export type OpenTransaction = { readonly kysely: Kysely<Tables>; readonly client: PoolClient };

/** Kysely on this one connection, which it cannot release or end. */
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
 * Runs `work` in one transaction: commits, or rolls back and rethrows. Kysely's own `transaction()`
 * does not expose its connection, which COPY needs.
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
    // The first error is reported; if the rollback fails too, the connection is broken.
    await client.query("rollback").catch((cause: Error) => (broken = cause));
    throw error;
  } finally {
    client.release(broken);
  }
}

// Gives a test file or a test a database of its own, on the PostgreSQL server that all files of a
// run share.
import { z } from "zod";
import { type Database, openDatabase } from "../../src/db/pool.ts";
import { registerCleanup } from "./cleanup.ts";
import { requestShared } from "./shared/request.ts";

const sharedDatabase = z.object({
  address: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    database: z.string(),
    ssl: z.literal(false),
  }),
  name: z.string(),
});

/** `url` is for processes that a test starts. */
export type TestDatabase = Database & { url: string };

/**
 * Returns a new database, migrated and empty. Its connections stay open to the end of the running
 * test, or of the file if no test runs. In a `beforeAll`, return its `close`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return connectTo(await requestShared("database", sharedDatabase));
}

/** Returns a new database without any of our tables. */
export async function databaseWithoutTables(): Promise<TestDatabase> {
  const { address, name } = await requestShared("database", sharedDatabase);
  const admin = openDatabase({ ...address, max: 1 });
  await admin.pool.query(`drop database ${name}`);
  await admin.pool.query(`create database ${name} template template0`);
  await admin.close();
  return connectTo({ address, name });
}

function connectTo({ address, name }: z.infer<typeof sharedDatabase>): TestDatabase {
  const database = openDatabase({ ...address, database: name });
  const url = `postgres://${address.user}:${address.password}@${encodeURIComponent(address.host)}:${address.port}/${name}`;
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= database.close());
  registerCleanup(close);
  return { ...database, url, close };
}

// A database for a test file or a test, on the one PostgreSQL that all files of a run share.
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

/** `url` is for programs started by a test. */
export type TestDatabase = Database & { url: string };

/**
 * A database of its own, migrated and empty. Called at the top of a file its connections live as long as the file, inside a
 * test as long as the test. In a `beforeAll`, return its `close`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return connectTo(await requestShared("database", sharedDatabase));
}

/** The same as PostgreSQL makes a new one: without any table of ours. */
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

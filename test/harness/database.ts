import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, inject, onTestFinished } from "vitest";
import { z } from "zod";
import { type Database, openDatabase } from "../../src/db/pool.ts";

const answer = z.union([
  z.object({
    address: z.object({
      host: z.string(),
      port: z.number(),
      user: z.string(),
      password: z.string(),
      database: z.string(),
      ssl: z.literal(false),
    }),
  }),
  z.object({ refused: z.string() }),
]);

/** `url` is for programs started by a test; `close` drops the database too. */
export type TestDatabase = Database & { url: string };

async function serverAddress() {
  const said = answer.parse(JSON.parse(await text(connect(inject("databaseDoor")))));
  if ("refused" in said) throw new Error(said.refused);
  return said.address;
}

/** At the end of the running test, or of the file when no test runs (vitest throws then). */
function dropAfterwards(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    afterAll(close);
  }
}

/**
 * A database of its own, as `from` is: migrated and empty, or (`template0`) without any table. Called at the top
 * of a file it lives as long as the file, inside a test as long as the test. In a `beforeAll`, return its `close`.
 */
export async function testDatabase(
  from: "template_sluice" | "template0" = "template_sluice",
): Promise<TestDatabase> {
  const address = await serverAddress();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = openDatabase({ ...address, max: 1 });
  await admin.pool.query(`create database ${name} template ${from}`);
  const database = openDatabase({ ...address, database: name });
  const url = `postgres://${address.user}:${address.password}@${encodeURIComponent(address.host)}:${address.port}/${name}`;
  let closing: Promise<void> | undefined;
  async function closeOnce(): Promise<void> {
    await database.close();
    // A program that a test has killed may leave a connection behind for a moment.
    await admin.pool.query(`drop database ${name} with (force)`);
    await admin.close();
  }
  const close = () => (closing ??= closeOnce());
  dropAfterwards(close);
  return { ...database, url, close };
}

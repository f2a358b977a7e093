import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectDatabase } from "../../src/db/connect.ts";
import { testDatabase } from "../harness/database.ts";

const log = { info: () => undefined, warn: () => undefined };

test("with a DATABASE_URL that server is used and nothing is put into the directory", async () => {
  const { url } = await testDatabase();
  const directory = await mkdtemp(join(tmpdir(), "sluice-connect-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const database = await connectDatabase({ databaseUrl: url, directory, log });
  const { rows } = await database.pool.query("select count(*) from schema_migrations where number = 1");
  await database.close();
  expect(rows).toEqual([{ count: 1 }]);
  expect(await readdir(directory)).toEqual([]);
});

test("without one, PostgreSQL runs in the directory until it is closed", async () => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-connect-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await chmod(directory, 0o755);
  const database = await connectDatabase({ directory, log });
  const { rows } = await database.pool.query("select current_database() as name");
  const running = await readdir(join(directory, "postgres/data"));
  await database.close();
  expect(rows).toEqual([{ name: "sluice" }]);
  expect(running).toContain("postmaster.pid");
  expect(await readdir(join(directory, "postgres/data"))).not.toContain("postmaster.pid");
});

test.each([
  ["a port where nobody listens", "postgres://someone:hunter2@localhost:1/x", "ECONNREFUSED"],
  ["a name nobody has", "postgres://someone:hunter2@nowhere.invalid/x", "nowhere.invalid"],
])("%s is an error without the password", async (_, databaseUrl, reason) => {
  const error: Error = await connectDatabase({ databaseUrl, directory: "/nowhere", log }).then(
    () => expect.unreachable(),
    (thrown: Error) => thrown,
  );
  expect(error.message).toContain(reason);
  expect(error.message).toMatch(/^The PostgreSQL server of DATABASE_URL cannot be used: .*Check the address/);
  expect(`${error.message} ${String(error.cause)}`).not.toContain("hunter2");
});

test("a wrong password and a wrong database are distinguished by the server's message", async () => {
  const { url } = await testDatabase();
  const wrong = url.replace(/:[^:@/]+@/, ":hunter2@");
  const elsewhere = url.replace(/test_\w+$/, "not_there");
  await expect(connectDatabase({ databaseUrl: wrong, directory: "/nowhere", log })).rejects.toThrow(
    "password authentication failed",
  );
  await expect(connectDatabase({ databaseUrl: elsewhere, directory: "/nowhere", log })).rejects.toThrow(
    '"not_there" does not exist',
  );
});

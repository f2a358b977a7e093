import { beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { databaseWithoutTables, testDatabase, type TestDatabase } from "../harness/database.ts";

const db = await testDatabase();
let other: TestDatabase;
beforeAll(async () => {
  other = await databaseWithoutTables();
  return other.close;
});

test("a bigint is read as a number, also in an array, and refused beyond 2^53", async () => {
  const { rows } = await db.pool.query(
    "select 9007199254740991::bigint as one, array[1, null, 2]::bigint[] as many",
  );
  expect(rows).toEqual([{ one: 9007199254740991, many: [1, null, 2] }]);
  await expect(db.pool.query("select 9007199254740992::bigint")).rejects.toThrow("beyond 2^53");
});

test("the url of a test database opens that database and no other", async () => {
  const own = openDatabase(db.url);
  await db.pool.query("create table seen (by text)");
  const through = await own.pool.query("select count(*) from seen");
  const { rows } = await other.pool.query("select count(*) from pg_tables where schemaname = 'public'");
  await own.close();
  expect(through.rows).toEqual([{ count: 0 }]);
  expect(rows).toEqual([{ count: 0 }]);
});

test("a checked-out connection that breaks does not end the process, and is not reused", async () => {
  const own = openDatabase(db.url);
  const lent = await own.pool.connect();
  const { rows } = await lent.query<{ pid: number }>("select pg_backend_pid() as pid");
  const ended = new Promise((resolve) => lent.once("end", resolve));

  await db.pool.query("select pg_terminate_backend($1)", [rows[0]!.pid]);
  await ended;

  await expect(lent.query("select 1")).rejects.toThrow(/not queryable|terminat/i);
  lent.release();
  const after = await own.pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  expect(after.rows[0]!.pid).not.toBe(rows[0]!.pid);
  await own.close();
});

test("a takeover finds the sessions of all pools of a process under one name", async () => {
  const own = openDatabase(db.url);
  const requests = own.openPool({ max: 1 });
  const another = openDatabase(db.url);
  const nameOf = async ({ pool }: Pick<TestDatabase, "pool">): Promise<unknown> =>
    (await pool.query("select current_setting('application_name') as name")).rows[0].name;

  const names = [await nameOf(own), await nameOf(requests), await nameOf(another)];

  await Promise.all([requests.close(), own.close(), another.close()]);
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../../src/db/migrate.ts";
import { databaseWithoutTables } from "../harness/database.ts";

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-migrations-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return folder;
}

const ONE = { "0001-one.sql": "create table one (a int);" };
const TWO = { ...ONE, "0002-two.sql": "insert into one values (1); create table two (a int);" };

test("missing migrations are applied in order, once", async () => {
  const db = await databaseWithoutTables();
  expect(await migrate(db.pool, { folder: await folderOf(ONE) })).toEqual(["0001-one"]);
  expect(await migrate(db.pool, { folder: await folderOf(TWO) })).toEqual(["0002-two"]);
  expect(await migrate(db.pool, { folder: await folderOf(TWO) })).toEqual([]);
});

test("of concurrent programs one applies each migration", async () => {
  const db = await databaseWithoutTables();
  const folder = await folderOf(TWO);
  const taken = await Promise.all(Array.from({ length: 5 }, () => migrate(db.pool, { folder })));
  expect(taken.flat().toSorted()).toEqual(["0001-one", "0002-two"]);
  expect((await db.pool.query("select * from one")).rows).toEqual([{ a: 1 }]);
});

test("a failing migration is rolled back, and earlier ones stay", async () => {
  const db = await databaseWithoutTables();
  const folder = await folderOf({ ...ONE, "0002-bad.sql": "create table two (a int); select 1 / 0;" });
  await expect(migrate(db.pool, { folder })).rejects.toThrow(
    "0002-bad failed and was rolled back: division by zero",
  );
  const { rows } = await db.pool.query("select to_regclass('one') as one, to_regclass('two') as two");
  expect(rows).toEqual([{ one: "one", two: null }]);
});

test("a newer database and a changed migration are refused with what to do", async () => {
  const db = await databaseWithoutTables();
  await migrate(db.pool, { folder: await folderOf(TWO) });
  await expect(migrate(db.pool, { folder: await folderOf(ONE) })).rejects.toThrow(
    /newer than this program: it has had the migration 0002-two, .* 0001-one .* Start the newer program/,
  );
  const changed = { ...TWO, "0001-one.sql": "create table one (a bigint);" };
  await expect(migrate(db.pool, { folder: await folderOf(changed) })).rejects.toThrow(
    "0001-one was changed after",
  );
});

test("CRLF is no change, and a gap in the numbers is refused", async () => {
  const db = await databaseWithoutTables();
  await migrate(db.pool, { folder: await folderOf({ "0001-one.sql": "create table one (\n a int);" }) });
  expect(
    await migrate(db.pool, { folder: await folderOf({ "0001-one.sql": "create table one (\r\n a int);" }) }),
  ).toEqual([]);
  const gap = await folderOf({ ...ONE, "0003-three.sql": "" });
  await expect(migrate(db.pool, { folder: gap })).rejects.toThrow("should be called 0002-some-name.sql");
});

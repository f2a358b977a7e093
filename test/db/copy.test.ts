import { setImmediate as nextTurn } from "node:timers/promises";
import * as fc from "fast-check";
import type { PoolClient } from "pg";
import { afterAll, expect, test } from "vitest";
import { copyIn, copyOut, copyRows, encodeCopyRow, encodeTextArray } from "../../src/db/copy.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { databaseWithoutTables } from "../harness/database.ts";
import { propertyRuns } from "../harness/counts.ts";

const db = await databaseWithoutTables();
const client: PoolClient = await db.pool.connect();
afterAll(() => client.release());
await client.query("create table t (n int, a text, b double precision, c boolean, d text[])");

async function copyIntoT(lines: Iterable<string | Buffer>): Promise<number> {
  const writer = copyIn(client, "copy t (n, a, b, c, d) from stdin");
  for (const line of lines) await writer.write(line);
  return writer.end();
}

const longLine = (n: number) => encodeCopyRow([n, "x".repeat(n % 700), n / 2, null, null]);

/** What a text column can hold: any string of whole characters without U+0000. */
const text = fc.string({ unit: "grapheme" }).map((any) => any.replaceAll("\0", ""));

test("any values are read as they were copied in", async () => {
  const value = fc.record({
    a: fc.option(fc.oneof(text, fc.constantFrom("\\N", "\\.", "\t\r\n\\", "", "NULL"))),
    b: fc.option(fc.double({ noNaN: true })),
    c: fc.option(fc.boolean()),
    d: fc.option(fc.array(fc.option(fc.oneof(text, fc.constantFrom("null", "{}", 'a"b\\c', ","))))),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 20 }), async (rows) => {
      await client.query("truncate t");
      await copyIntoT(rows.map(({ a, b, c, d }, n) => encodeCopyRow([n, a, b, c, d && encodeTextArray(d)])));
      const found = await client.query("select a, b, c, d from t order by n");
      // JavaScript writes -0 as 0.
      expect(found.rows).toEqual(rows.map((row) => ({ ...row, b: row.b === 0 ? 0 : row.b })));
    }),
    propertyRuns(30, 60),
  );
});

test("rows as text and as bytes, in chunks of any size, arrive in order", async () => {
  await client.query("truncate t");
  const lines = Array.from({ length: 20_000 }, (_, n) =>
    n % 3 === 0 ? Buffer.from(longLine(n)) : longLine(n),
  );
  expect(await copyIntoT(lines)).toBe(20_000);
  const pieces: Buffer[] = [];
  for await (const piece of copyOut(client, "copy (select * from t order by n) to stdout"))
    pieces.push(piece);
  expect(Buffer.concat(pieces).equals(Buffer.concat(lines.map((one) => Buffer.from(one))))).toBe(true);
});

test("a row that the server refuses fails the copy with its message, and the connection stays usable", async () => {
  await client.query("truncate t");
  const lines = Array.from({ length: 50_000 }, (_, n) =>
    encodeCopyRow([n === 10 ? "ten" : n, "x", 1, true, null]),
  );
  await expect(copyIntoT(lines)).rejects.toThrow('invalid input syntax for type integer: "ten"');
  await expect(async () => copyIn(client, "copy nowhere from stdin").end()).rejects.toThrow("does not exist");
  expect((await client.query("select count(*) from t")).rows).toEqual([{ count: 0 }]);
});

test("an aborted copy leaves no row, and a partly read copy a usable connection", async () => {
  await client.query("truncate t");
  const writer = copyIn(client, "copy t (n) from stdin");
  for (let n = 0; n < 50_000; n++) await writer.write(`${n}\n`);
  await writer.abort();
  for await (const piece of copyOut(client, "copy (select generate_series(1, 1e6)) to stdout")) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  expect((await client.query("select count(*) from t")).rows).toEqual([{ count: 0 }]);
});

test("aborting a copy that has ended does not wait for an event", async () => {
  await client.query("truncate t");
  const writer = copyIn(client, "copy t (n) from stdin");
  await writer.write("1\n");
  await writer.end();
  await writer.abort();
  expect((await client.query("select n from t")).rows).toEqual([{ n: 1 }]);
});

test("leaving a copy after its last chunk, or after the connection broke, does not wait", async () => {
  for await (const piece of copyOut(client, "copy (select 1) to stdout")) {
    expect(piece.toString()).toBe("1\n");
    // Meanwhile the stream emits its end.
    await nextTurn();
    break;
  }
  expect((await client.query("select 2 as two")).rows).toEqual([{ two: 2 }]);

  const broken = await db.pool.connect();
  const ended = new Promise((resolve) => broken.once("end", resolve));
  const { rows } = await broken.query<{ pid: number }>("select pg_backend_pid() as pid");
  for await (const piece of copyOut(broken, "copy (select generate_series(1, 10)) to stdout")) {
    expect(piece.length).toBeGreaterThan(0);
    await client.query("select pg_terminate_backend($1)", [rows[0]!.pid]);
    await ended;
    break;
  }
  broken.release(true);
});

test("a failing row source leaves no row, and a transaction that can be rolled back", async () => {
  await client.query("truncate t");
  function* rows() {
    yield "1\n";
    throw new Error("no second row");
  }

  const copying = inTransaction(db, ({ client: own }) => copyRows(own, "copy t (n) from stdin", rows()));

  await expect(copying).rejects.toThrow("no second row");
  expect((await client.query("select count(*) from t")).rows).toEqual([{ count: 0 }]);
});

const copyAndSelect = (fail: boolean) =>
  inTransaction(db, async ({ kysely, client: own }) => {
    const writer = copyIn(own, "copy t (n) from stdin");
    await writer.write("7\n");
    await writer.end();
    const seen = await own.query("select n from t");
    await kysely.executeQuery(kysely.selectNoFrom((of) => of.lit(1).as("one")).compile());
    if (fail) throw new Error("no");
    return seen.rows;
  });

test("an exception rolls back COPY and queries of one transaction", async () => {
  await client.query("truncate t");
  await expect(copyAndSelect(true)).rejects.toThrow("no");
  expect(await copyAndSelect(false)).toEqual([{ n: 7 }]);
});

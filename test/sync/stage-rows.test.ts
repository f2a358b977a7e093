// Reading stages rows under the fence: a run that was taken over must stage nothing, up to the
// commit.
import { expect, onTestFinished, test } from "vitest";
import { openDatabase, type Database } from "../../src/db/pool.ts";
import type { OpenTransaction } from "../../src/db/transaction.ts";
import { createDrafter } from "../../src/sync/draft/draft.ts";
import { KnownRecords } from "../../src/sync/read/known-records.ts";
import { acquireLease, LeaseError, withFencedTransaction } from "../../src/sync/record/lease.ts";
import { readPages } from "../../src/sync/read/stage-rows.ts";
import { createWorkingTables } from "../../src/sync/record/working-tables.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";

const ORGANIZATION = "11111111-1111-1111-1111-111111111111";
const RUN = 7;

const MAPPING = { name: "name", domains: [], fields: [] };
const drafter = createDrafter({
  timeZone: "UTC",
  mapping: MAPPING,
  columns: new Map([
    [
      "name",
      {
        logicalName: "name",
        label: "Account Name",
        type: "StringType",
        secured: false,
        readable: true,
        calculated: false,
        custom: false,
      },
    ],
  ]),
  fieldIds: new Map(),
  teammateIdOfUser: new Map(),
  userNames: new Map(),
  domainLists: { common: new Set(), own: new Set() },
  salt: "",
});

async function leasedRun(database: TestDatabase, pool: Pick<Database, "pool"> = database) {
  const lease = await acquireLease(database, ORGANIZATION);
  onTestFinished(() => lease.release());
  await createWorkingTables(database.kysely, RUN);
  const fence = { runId: RUN, organizationId: ORGANIZATION, lease };
  const run = {
    ...fence,
    context: { maxAccounts: 10 },
    transaction: <T>(work: (trx: OpenTransaction) => Promise<T>) => withFencedTransaction(pool, fence, work),
  };
  return { run, drafter, known: new KnownRecords(0) };
}

async function* onePage() {
  yield [{ accountid: "22222222-2222-2222-2222-222222222222", createdon: "2026-01-01T00:00:00Z", name: "A" }];
}

test("all rows are staged at the end of the read", async () => {
  const database = await testDatabase();
  await readPages(onePage(), await leasedRun(database));
  const { rows } = await database.pool.query("select name from run_drafts");
  expect(rows).toEqual([{ name: "A" }]);
});

test("a run that was taken over while it read stages nothing, although it has not noticed", async () => {
  const database = await testDatabase();
  const options = await leasedRun(database);
  async function* pagesThenTakeover() {
    yield* onePage();
    await database.pool.query("update run_leases set fence = fence + 1");
  }

  await expect(readPages(pagesThenTakeover(), options)).rejects.toThrow(LeaseError);

  const { rows } = await database.pool.query("select name from run_drafts");
  expect(rows).toEqual([]);
  expect(options.run.lease.signal.aborted).toBe(false);
});

test("a second connection that times out takes no connection from the pool", async () => {
  const database = await testDatabase();
  const small = openDatabase(database.url, { max: 1, connectTimeoutMs: 1_000 });
  const options = await leasedRun(database, small);
  await small.pool.query("select 1");

  await expect(readPages(onePage(), options)).rejects.toThrow("timeout exceeded");

  expect(small.pool.idleCount).toBe(small.pool.totalCount);
  await small.close();
});

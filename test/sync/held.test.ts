// What a run stages while it reads is staged by whoever has it in hand, to the commit.
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { beginRun, takeUp } from "../../src/sync/record/start-run.ts";
import { createDrafter } from "../../src/sync/draft/draft.ts";
import { KnownRecords } from "../../src/sync/read/known-records.ts";
import { acquireLease, LeaseError } from "../../src/sync/record/lease.ts";
import { makeWorkingTables, readPages } from "../../src/sync/read/stage-rows.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";

const ORGANIZATION = "11111111-1111-1111-1111-111111111111";
const RUN = 7;

const MAPPING = { name: "name", domains: [], fields: [] };
const SETTINGS = {
  selection: { kind: "all" as const },
  mapping: MAPPING,
  options: { allowDuplicateNames: false, onDomainTaken: "skip" as const },
  ownDomains: [],
  commonDomains: { add: [], remove: [] },
};

const drafter = createDrafter({
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
  teammateOfUser: new Map(),
  nameOfUser: new Map(),
  domainLists: { common: new Set(), own: new Set() },
  salt: "",
});

async function heldRun(database: TestDatabase) {
  const lease = await acquireLease(database, ORGANIZATION);
  onTestFinished(() => lease.release());
  await makeWorkingTables(database.kysely, RUN);
  const run = { runId: RUN, organizationId: ORGANIZATION, lease };
  return { run, drafter, known: new KnownRecords(0), maxAccounts: 10, onPage: () => undefined };
}

async function* onePage() {
  yield [{ accountid: "22222222-2222-2222-2222-222222222222", createdon: "2026-01-01T00:00:00Z", name: "A" }];
}

test("rows that were read are there when all were", async () => {
  const database = await testDatabase();
  await readPages(database, onePage(), await heldRun(database));
  const { rows } = await database.pool.query("select name from run_drafts");
  expect(rows).toEqual([{ name: "A" }]);
});

test("a run that was taken over while it read stages nothing among what its new holder reads, though it has not noticed", async () => {
  const database = await testDatabase();
  const options = await heldRun(database);
  async function* takenOver() {
    yield* onePage();
    await database.pool.query("update run_leases set fence = fence + 1");
  }

  await expect(readPages(database, takenOver(), options)).rejects.toThrow(LeaseError);

  const { rows } = await database.pool.query("select name from run_drafts");
  expect(rows).toEqual([]);
  expect(options.run.lease.signal.aborted).toBe(false);
});

test("a second connection that is refused costs the pool none", async () => {
  const database = await testDatabase();
  const options = await heldRun(database);
  const small = openDatabase({ connectionString: database.url, max: 1, connectionTimeoutMillis: 3_000 });
  await small.pool.query("select 1");

  await expect(readPages(small, onePage(), options)).rejects.toThrow("timeout exceeded");

  expect(small.pool.idleCount).toBe(small.pool.totalCount);
  await small.close();
});

test("a run that breaks off while it writes is taken up by a newer lease alone", async () => {
  const database = await testDatabase();
  const store = { database, clock: systemClock };
  const { runId, lease } = await beginRun(store, {
    organizationId: ORGANIZATION,
    mode: "sync",
    settings: SETTINGS,
  });
  onTestFinished(() => lease.release());
  const fenceOf = async () => (await database.pool.query("select fence from runs")).rows[0].fence;
  await database.pool.query("update runs set status = 'applying', fence = fence + 1");

  await takeUp(store, lease, runId);
  const afterOld = await fenceOf();
  await takeUp(store, { ...lease, fence: lease.fence + 2 }, runId);

  expect([afterOld, await fenceOf()]).toEqual([lease.fence + 1, lease.fence + 2]);
});

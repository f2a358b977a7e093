// Runs while a backup is written: it reads every table for as long as that takes, and nobody waits for it.
import { expect, onTestFinished, test } from "vitest";
import { restoreDump } from "../../src/db/dump/restore.ts";
import { writeDump } from "../../src/db/dump/write.ts";
import { claimRun } from "../../src/sync/record/start-run.ts";
import { applyRun, executeRun } from "../../src/sync/run.ts";
import { RunStopped } from "../../src/sync/record/run-errors.ts";
import { discardPlans } from "../../src/sync/record/end-run.ts";
import { databaseWithoutTables, type TestDatabase } from "../harness/database.ts";
import { workspace, type Workspace } from "../harness/workspace.ts";

/** Ten accounts synced, one of them renamed since, and a plan of that; then a backup that has begun. */
async function startBackup() {
  const here = await workspace({ accounts: 10 });
  await here.sync();
  const [first] = here.org.accounts.rows();
  here.org.updateAccount(String(first!["accountid"]), { name: "Renamed" });
  const { id: planned } = await here.plan();
  const dump = writeDump(here.database.pool, { program: "0.1.0", now: here.clock.now() });
  onTestFinished(() => void dump.return({}));
  const firstChunk = await dump.next();
  /** Writes the rest and restores it. */
  async function restoreBackup(): Promise<TestDatabase> {
    const target = await databaseWithoutTables();
    await restoreDump(
      target,
      (async function* () {
        if (firstChunk.done !== true) yield firstChunk.value;
        yield* dump;
      })(),
    );
    return target;
  }
  return { here, planned, restored: restoreBackup };
}

/** Runs that have working tables. */
async function tablesOf({ database }: Workspace): Promise<number[]> {
  const { rows } = await database.pool.query<{ run: number }>(
    "select distinct substring(relname from '\\d+$')::int as run from pg_class where relispartition order by 1",
  );
  return rows.map(({ run }) => run);
}

test("a run begins and ends beside it, and the next one clears up after both", async () => {
  const { here, planned, restored } = await startBackup();

  expect(await here.sync()).toMatchObject({ id: 3, status: "done", updated: 1 });

  expect(await tablesOf(here)).toEqual([planned, 3]);
  const target = await restored();
  await here.sync();
  expect(await tablesOf(here)).toEqual([]);
  // As it was when the backup began: not synced, and the plan still waits.
  expect(await here.account("Renamed")).toBeDefined();
  const { rows } = await target.pool.query("select status from runs order by id");
  expect(rows).toEqual([{ status: "done" }, { status: "planned" }]);
  expect(await applyRun(here.context({}, { database: target }), planned)).toMatchObject({ updated: 1 });
});

test("a run that somebody stops has stopped at once", async () => {
  const { here } = await startBackup();
  const stop = new AbortController();

  const stopped = here.sync(
    {},
    {
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === "read") stop.abort(new RunStopped("cancelled", "Cancelled by Dana."));
      },
    },
  );

  await expect(stopped).rejects.toThrow("Cancelled by Dana.");
  const { rows } = await here.database.pool.query("select status from runs where id = 3");
  expect(rows).toEqual([{ status: "interrupted" }]);
});

test("a plan is discarded beside it", async () => {
  const { here, planned } = await startBackup();

  const { rows: plans } = await here.database.pool.query("select fence from runs where id = $1", [planned]);
  const error = { kind: "superseded", sentence: "Another run was applied." };
  await discardPlans(here, [{ runId: planned, lease: plans[0] }], error);

  const { rows } = await here.database.pool.query("select status from runs where id = $1", [planned]);
  expect(rows).toEqual([{ status: "discarded" }]);
});

test("a run that starts over reads into the tables that it cannot drop, and they are empty then", async () => {
  const { here, planned } = await startBackup();
  const before = await here.changes(planned);
  const queued = "update runs set status = 'queued' where id = $1 returning organization_id as org, fence";
  const { rows } = await here.database.pool.query(queued, [planned]);
  const [{ org: organizationId, fence }] = rows;
  await here.database.pool.query("delete from account_changes where run_id = $1", [planned]);

  const begun = await claimRun(here, {
    id: planned,
    organizationId,
    mode: "plan",
    status: "queued",
    fence,
    attempts: 0,
  });
  const again = await executeRun(here, begun!, async () => here.context());

  expect(again).toMatchObject({ status: "planned", updated: 1 });
  expect(await here.changes(planned)).toEqual(before);
});

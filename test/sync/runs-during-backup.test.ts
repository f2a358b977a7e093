// Runs during a backup, which locks every table for reading until it is written: no run may wait
// for it.
import { expect, onTestFinished, test } from "vitest";
import { restoreDump } from "../../src/db/dump/restore.ts";
import { writeDump } from "../../src/db/dump/write.ts";
import { claimRun } from "../../src/sync/record/start-run.ts";
import { applyRun, executeRun } from "../../src/sync/run.ts";
import { RunStopped } from "../../src/sync/record/run-errors.ts";
import { discardPlans } from "../../src/sync/record/end-run.ts";
import { databaseWithoutTables, type TestDatabase } from "../harness/database.ts";
import { workspace, type Workspace } from "../harness/workspace.ts";

/** Syncs ten accounts, plans the renaming of one, and starts a backup. */
async function startBackup() {
  const space = await workspace({ accounts: 10 });
  await space.sync();
  const [first] = space.org.accounts.rows();
  space.org.updateAccount(String(first!["accountid"]), { name: "Renamed" });
  const { id: planned } = await space.plan();
  const dump = writeDump(space.database.pool, { program: "0.1.0", now: space.clock.now() });
  onTestFinished(() => void dump.return({}));
  const firstChunk = await dump.next();
  /** Writes the rest of the backup and restores it. */
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
  return { space, planned, restoreBackup };
}

/** Returns the runs that have working tables. */
async function tablesOf({ database }: Workspace): Promise<number[]> {
  const { rows } = await database.pool.query<{ run: number }>(
    `select distinct substring(relname from '\\d+$')::int as run
     from pg_class
     where relispartition
     order by 1`,
  );
  return rows.map(({ run }) => run);
}

test("a run starts and ends, and the next one drops the working tables of both", async () => {
  const { space, planned, restoreBackup } = await startBackup();

  expect(await space.sync()).toMatchObject({ id: 3, status: "done", updated: 1 });

  expect(await tablesOf(space)).toEqual([planned, 3]);
  const target = await restoreBackup();
  await space.sync();
  expect(await tablesOf(space)).toEqual([]);
  // The backup has the state of its start: not synced, and the plan is still to be applied.
  expect(await space.account("Renamed")).toBeDefined();
  const { rows } = await target.pool.query("select status from runs order by id");
  expect(rows).toEqual([{ status: "done" }, { status: "planned" }]);
  expect(await applyRun(space.context({}, { database: target }), planned)).toMatchObject({ updated: 1 });
});

test("a cancelled run stops at once", async () => {
  const { space } = await startBackup();
  const stop = new AbortController();

  const stopped = space.sync(
    {},
    {
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === "read") stop.abort(new RunStopped("cancelled", "Cancelled by Dana."));
      },
    },
  );

  await expect(stopped).rejects.toThrow("Cancelled by Dana.");
  const { rows } = await space.database.pool.query("select status from runs where id = 3");
  expect(rows).toEqual([{ status: "interrupted" }]);
});

test("a plan is discarded", async () => {
  const { space, planned } = await startBackup();

  const { rows: plans } = await space.database.pool.query("select fence from runs where id = $1", [planned]);
  const error = { kind: "superseded", sentence: "Another run was applied." };
  await discardPlans(space, [{ runId: planned, lease: plans[0] }], error);

  const { rows } = await space.database.pool.query("select status from runs where id = $1", [planned]);
  expect(rows).toEqual([{ status: "discarded" }]);
});

test("a run that starts over empties the working tables that it cannot drop", async () => {
  const { space, planned } = await startBackup();
  const before = await space.changes(planned);
  const queued = "update runs set status = 'queued' where id = $1 returning organization_id as org, fence";
  const { rows } = await space.database.pool.query(queued, [planned]);
  const [{ org: organizationId, fence }] = rows;
  await space.database.pool.query("delete from account_changes where run_id = $1", [planned]);

  const claimed = await claimRun(space, {
    id: planned,
    organizationId,
    mode: "plan",
    status: "queued",
    fence,
    attempts: 0,
  });
  const again = await executeRun(space, claimed!, async () => space.context());

  expect(again).toMatchObject({ status: "planned", updated: 1 });
  expect(await space.changes(planned)).toEqual(before);
});

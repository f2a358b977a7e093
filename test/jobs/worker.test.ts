// The worker starts what is due, takes over runs of dead processes, and leaves alone what needs a
// person.
import { onTestFinished, expect, test } from "vitest";
import { startWorker, type Worker } from "../../src/jobs/worker.ts";
import { createLog } from "../../src/lib/log.ts";
import type { RunMode } from "../../src/sync/tables.ts";
import { connectedWeb, type Connected } from "./connected.ts";

const HOUR = 3_600_000;

/** A worker that polls only when called, after a first sync. */
async function working(): Promise<Connected & { worker: Worker; modes: () => Promise<string[]> }> {
  const connected = await connectedWeb();
  const { web, org } = connected;
  org.createAccount({ name: "Contoso" });
  await connected.apply((await connected.plan()).id);
  const worker = startWorker({ ...web, log: createLog({ level: "silent" }), periodicTasks: [] }, 24 * HOUR);
  onTestFinished(() => worker.close());
  const modes = async () => {
    const { rows } = await web.database.pool.query<{ run: string }>(
      "select mode || ' ' || status as run from runs order by id",
    );
    return rows.map(({ run }) => run);
  };
  return { ...connected, worker, modes };
}

async function passes({ web }: Connected, hours: number): Promise<void> {
  web.clock.set(new Date(web.clock.now().getTime() + hours * HOUR));
}

test("a full run starts every 24 hours, and changes-only runs in between if scheduled", async () => {
  const work = await working();
  await work.web.database.pool.query("update connection set changes_every_minutes = 60");
  expect(await work.worker.poll()).toBeUndefined();
  work.org.createAccount({ name: "Fabrikam" });

  await passes(work, 1);
  await work.ended((await work.worker.poll())!);
  await passes(work, 23);
  await work.ended((await work.worker.poll())!);

  expect(await work.modes()).toEqual(["plan done", "changes done", "sync done"]);
  expect(await work.names()).toEqual(["Contoso", "Fabrikam"]);
});

test("nothing starts while the sync is paused, or a plan needs approval", async () => {
  const work = await working();
  await passes(work, 24);
  await work.carol.post("/connection/pause");
  expect(await work.worker.poll()).toBeUndefined();
  await work.carol.post("/connection/resume");
  for (const { accountid } of [...work.org.accounts.rows()]) work.org.deleteAccount(String(accountid));

  const emptied = await work.worker.poll();
  expect(await work.ended(emptied!)).toMatchObject({ status: "planned", approvalReason: "empty-selection" });
  await passes(work, 23);

  expect(await work.worker.poll()).toBeUndefined();
  expect(await work.names()).toEqual(["Contoso"]);
});

test.for<RunMode>(["sync", "changes"])(
  "a %s run whose process died while reading starts over",
  async (mode) => {
    const work = await working();
    const { web } = work;
    // As a killed process leaves it: the run's row, and a lease whose session is gone. In one
    // transaction, since the worker may be polling.
    await web.database.pool.query(
      `with gone as (
         update run_leases
         set fence = 77, holder = 'gone', backend_pid = 999999, backend_start = now(), heartbeat_at = now())
       insert into runs (organization_id, origin, mode, status, trigger, settings, settings_hash, fence,
         started_at, started_by)
       select organization_id, origin, $1, 'reading', 'person', settings, '', 77,
         started_at, 'dana@ourcompany.example'
       from runs`,
      [mode],
    );
    work.org.createAccount({ name: "Fabrikam" });

    await work.worker.poll();

    expect(await work.ended(2)).toMatchObject({ status: "done", startedBy: "dana@ourcompany.example" });
    expect(await work.modes()).toEqual(["plan done", `${mode} done`]);
  },
);

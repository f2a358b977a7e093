// A process that hangs (SIGSTOP: a machine that sleeps, a disk that does not answer) and wakes up when another one has its run:
// it writes nothing any more, whatever it was in the middle of.
import { expect, it } from "vitest";
import { closeGate, STAGES, until, type Gate } from "../harness/stages.ts";
import { startMultiProcessSite, expectSameAsUninterrupted } from "../harness/multi-process-site.ts";

it("writes nothing when it wakes up, in whatever stage it slept", async () => {
  const site = await startMultiProcessSite({ accounts: 300 });
  const { database } = site;
  const workers = await Promise.all([site.startWorker(), site.startWorker()]);
  const gates: Gate[] = [];
  for (const stage of STAGES) gates.push(await closeGate(stage, site));
  const run = await site.requestSync();

  for (const gate of gates) {
    await gate.reached();
    const asleep = (await site.leaseHolder())!;
    asleep.child.kill("SIGSTOP");
    // As if 45 seconds had gone by: nobody hears its heart any more, though its database sessions are there.
    await database.pool.query("update run_leases set heartbeat_at = heartbeat_at - interval '1 minute'");
    await until(async () => {
      const holder = await site.leaseHolder();
      return holder !== undefined && holder !== asleep;
    });
    await gate.open();
    asleep.child.kill("SIGCONT");
  }
  await site.untilDone(run);
  await expectSameAsUninterrupted(site, run);
  const again = await database.pool.query("select from accounts where version <> 1");
  expect(again.rows).toEqual([]);
  for (const { child, ended } of workers) {
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0 });
  }
}, 300_000);

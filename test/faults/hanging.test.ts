// A process hangs (SIGSTOP, as on a suspended machine or a disk that does not answer) and wakes up
// after another one has taken its run over: it must write nothing more, whatever it was doing.
import { expect, it } from "vitest";
import { closeGate, STAGES, until, type Gate } from "../harness/stages.ts";
import { startMultiProcessSite, expectSameAsUninterrupted } from "../harness/multi-process-site.ts";

it("a process that hung in any stage writes nothing after its run was taken over", async () => {
  const site = await startMultiProcessSite({ accounts: 300 });
  const { database } = site;
  const workers = await Promise.all([site.startWorker(), site.startWorker()]);
  const gates: Gate[] = [];
  for (const stage of STAGES) gates.push(await closeGate(stage, site));
  const run = await site.requestSync();

  for (const gate of gates) {
    await gate.reached();
    const hanging = (await site.leaseHolder())!;
    hanging.child.kill("SIGSTOP");
    // As after 45 seconds: its heartbeat is too old, although its database sessions are still open.
    await database.pool.query("update run_leases set heartbeat_at = heartbeat_at - interval '1 minute'");
    await until(async () => {
      const holder = await site.leaseHolder();
      return holder !== undefined && holder !== hanging;
    });
    await gate.open();
    hanging.child.kill("SIGCONT");
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

// A process is killed while PostgreSQL executes its query or has it wait. The query continues,
// since PostgreSQL notices only afterwards that its client is gone; the process that takes the run
// over must not wait for it.
import { expect, it } from "vitest";
import { closeGate } from "../harness/stages.ts";
import { startMultiProcessSite, expectSameAsUninterrupted } from "../harness/multi-process-site.ts";

it.each(["plan", "apply", "finish"] as const)(
  "a process that is killed in the stage %s delays no takeover",
  async (stage) => {
    const site = await startMultiProcessSite({ accounts: 100 });
    const gate = await closeGate(stage, site);
    const killed = await site.startWorker();
    const run = await site.requestSync();
    await gate.reached();

    killed.child.kill("SIGKILL");
    await killed.ended;
    await site.startWorker();
    await gate.reached();

    expect(await site.leaseHolder()).not.toBe(killed);
    await gate.open();
    await site.untilDone(run);
    await expectSameAsUninterrupted(site, run);
  },
);

// A process that is killed while PostgreSQL is busy with a query of it, or has it wait: the query goes on there, since PostgreSQL
// looks for its client only afterwards. Whoever takes the run over does not wait for it.
import { expect, it } from "vitest";
import { closeGate } from "../harness/stages.ts";
import { startMultiProcessSite, expectSameAsUninterrupted } from "../harness/multi-process-site.ts";

it.each(["plan", "apply", "finish"] as const)("holds nobody up, killed in the stage %s", async (stage) => {
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
});

// The machine's clock is set back: no run is lost and none is started twice.
import { expect, onTestFinished, test } from "vitest";
import { startWorker } from "../../src/jobs/worker.ts";
import { createLog } from "../../src/lib/log.ts";
import { connectedWeb, type Connected } from "../jobs/connected.ts";

const HOUR = 3_600_000;

function moveClock({ web }: Connected, hours: number): void {
  web.clock.advance(hours * HOUR);
}

test.for([1, 24])("the clock is set back by %i hours during a run and between runs", async (hours) => {
  const connected = await connectedWeb();
  const { web, org } = connected;
  const worker = startWorker({ ...web, log: createLog({ level: "silent" }), periodicTasks: [] }, 24 * HOUR);
  onTestFinished(() => worker.close());
  const runs = async () => (await web.database.pool.query("select mode, status from runs order by id")).rows;
  org.createAccount({ name: "Contoso" });
  await connected.apply((await connected.plan()).id);

  org.createAccount({ name: "Fabrikam" });
  const hold = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { run } = (await connected.carol.post("/runs", { mode: "sync" })).body;
  moveClock(connected, -hours);
  const meanwhile = await connected.carol.post("/runs", { mode: "sync" });
  await worker.poll();
  web.simulator.faults.remove(hold);
  expect(meanwhile.body.run.id).toBe(run.id);
  expect(await connected.ended(run.id)).toMatchObject({ status: "done", counts: { created: 1 } });

  moveClock(connected, -hours);
  await worker.poll();
  expect(await runs()).toEqual([
    { mode: "plan", status: "done" },
    { mode: "sync", status: "done" },
  ]);
  moveClock(connected, hours + 24);
  org.createAccount({ name: "Litware" });
  const due = await worker.poll();
  expect(await connected.ended(due!)).toMatchObject({ mode: "sync", status: "done", counts: { created: 1 } });
  expect(await connected.names()).toEqual(["Contoso", "Fabrikam", "Litware"]);
});

test("an apply that was interrupted before the clock is set back is retried at once", async () => {
  const connected = await connectedWeb();
  const { web, org } = connected;
  org.createAccount({ name: "Contoso" });
  const { id } = await connected.plan();
  await web.database.pool.query(
    `update runs set status = 'applying', halt_reason = 'interrupted', retry_at = $1
     where id = $2`,
    [new Date(web.clock.now().getTime() + 5_000), id],
  );

  moveClock(connected, -24);
  await web.runner.waitUntilIdle();

  const { rows } = await web.database.pool.query("select status from runs");
  expect(rows).toEqual([{ status: "done" }]);
});

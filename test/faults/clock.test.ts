// The machine's clock jumps back, as when it is set right: no run is lost and none comes twice.
import { expect, onTestFinished, test } from "vitest";
import { startWorker } from "../../src/jobs/worker.ts";
import { createLog } from "../../src/lib/log.ts";
import { connectedWeb, type Connected } from "../jobs/connected.ts";

const HOUR = 3_600_000;

function jump({ web }: Connected, hours: number): void {
  web.clock.advance(hours * HOUR);
}

test.for([1, 24])("%i hours back in the middle of a run and between runs", async (hours) => {
  const work = await connectedWeb();
  const { web, org } = work;
  const worker = startWorker({ ...web, log: createLog({ level: "silent" }), periodicTasks: [] }, 24 * HOUR);
  onTestFinished(() => worker.close());
  const runs = async () => (await web.database.pool.query("select mode, status from runs order by id")).rows;
  org.createAccount({ name: "Contoso" });
  await work.apply((await work.plan()).id);

  org.createAccount({ name: "Fabrikam" });
  const held = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { run } = (await work.carol.post("/runs", { mode: "sync" })).body;
  jump(work, -hours);
  const meanwhile = await work.carol.post("/runs", { mode: "sync" });
  await worker.poll();
  web.simulator.faults.remove(held);
  expect(meanwhile.body.run.id).toBe(run.id);
  expect(await work.ended(run.id)).toMatchObject({ status: "done", counts: { created: 1 } });

  jump(work, -hours);
  await worker.poll();
  expect(await runs()).toEqual([
    { mode: "plan", status: "done" },
    { mode: "sync", status: "done" },
  ]);
  jump(work, hours + 24);
  org.createAccount({ name: "Litware" });
  const due = await worker.poll();
  expect(await work.ended(due!)).toMatchObject({ mode: "sync", status: "done", counts: { created: 1 } });
  expect(await work.names()).toEqual(["Contoso", "Fabrikam", "Litware"]);
});

test("what broke off before the jump is tried again, and not only a day later", async () => {
  const work = await connectedWeb();
  const { web, org } = work;
  org.createAccount({ name: "Contoso" });
  const { id } = await work.plan();
  await web.database.pool.query(
    "update runs set status = 'applying', halt_reason = 'interrupted', retry_at = $1 where id = $2",
    [new Date(web.clock.now().getTime() + 5_000), id],
  );

  jump(work, -24);
  await web.runner.waitUntilIdle();

  const { rows } = await web.database.pool.query("select status from runs");
  expect(rows).toEqual([{ status: "done" }]);
});

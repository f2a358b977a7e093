// What an admin changes during a run: the run keeps the settings that it started with.
import { expect, test } from "vitest";
import type { ChosenSettings } from "../../src/settings/sync-settings.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

const WITH_CITY: ChosenSettings = {
  ...SETTINGS,
  mapping: { ...SETTINGS.mapping, fields: [{ column: "address1_city", field: "City", type: "text" }] },
};

/** Twenty synced accounts, all changed since, and a sync whose read is blocked by a fault. */
async function syncing(): Promise<Connected & { run: number; planned: number; goOn: () => void }> {
  const connected = await connectedWeb();
  const { org, web, carol } = connected;
  const ids = Array.from({ length: 20 }, (_, index) => org.createAccount({ name: `Company ${index}` }));
  await connected.apply((await connected.plan()).id);
  for (const id of ids) org.updateAccount(id, { name: `Corporation ${id}`, address1_city: "Oslo" });
  const { id: planned } = await connected.plan();
  const held = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { id } = (await carol.post("/runs", { mode: "sync" })).body.run;
  for (;;) {
    const { body } = await carol.get(`/runs/${id}`);
    if (body.run.progress?.stage === "read") break;
  }
  return { ...connected, run: id, planned, goOn: () => web.simulator.faults.remove(held) };
}

test("another mapping cannot be looked at until the run has ended, which goes on with the one it started with", async () => {
  const work = await syncing();

  const refused = await work.carol.post("/runs", { mode: "plan", settings: WITH_CITY });
  await work.carol.put("/connection/brake", {
    sharePercent: 100,
    accounts: 500,
    shareOfFewPercent: 100,
    shrunkToPercent: 0,
  });
  work.goOn();

  expect([refused.status, refused.body.error.sentence]).toEqual([
    409,
    `Run ${work.run} is under way. Wait until it has ended, or cancel it; then look at what other settings would change.`,
  ]);
  // The run keeps the limits of its start: twenty changed accounts need approval.
  expect(await work.ended(work.run)).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
  expect(await work.plan(WITH_CITY)).toMatchObject({ status: "planned", counts: { updated: 20 } });
});

test("a schedule that is set meanwhile holds from then on", async () => {
  const work = await syncing();

  const { body } = await work.carol.put("/connection/schedule", {
    changesEveryMinutes: 60,
    fullEveryMinutes: 1440,
    fullAt: null,
  });
  work.goOn();
  await work.ended(work.run);

  expect(body).toMatchObject({ state: "running", schedule: { changesEveryMinutes: 60 } });
});

test("a plan is not applied while another run goes on", async () => {
  const work = await syncing();

  const applied = await work.carol.post(`/runs/${work.planned}/apply`);
  work.goOn();
  await work.ended(work.run);

  expect([applied.status, applied.body.error.sentence]).toEqual([
    409,
    `Run ${work.run} is under way. Wait until it has ended, or cancel it.`,
  ]);
});

test("paused while it reads, the sync is paused and not running; resumed, the run goes on", async () => {
  const work = await syncing();

  await work.carol.post("/connection/pause");
  await work.web.runner.waitUntilIdle();
  const { body } = await work.carol.get("/connection");
  work.goOn();
  await work.carol.post("/connection/resume");

  expect(body).toMatchObject({ state: "paused", paused: true, running: null, nextRunAt: null });
  const { runs } = (await work.carol.get("/runs")).body;
  expect(await work.ended(runs[0].id)).toMatchObject({
    approvalReason: "brake-changes",
    counts: { updated: 20 },
  });
});

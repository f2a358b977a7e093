// What an admin changes during a run: the run keeps the settings that it started with.
import { expect, test } from "vitest";
import type { ChosenSettings } from "../../src/settings/sync-settings.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

const WITH_CITY: ChosenSettings = {
  ...SETTINGS,
  mapping: { ...SETTINGS.mapping, fields: [{ column: "address1_city", field: "City", type: "text" }] },
};

/** Twenty synced accounts, all changed since, and a sync whose read is blocked by a fault. */
async function blockedSync(): Promise<Connected & { run: number; planned: number; unblock: () => void }> {
  const connected = await connectedWeb();
  const { org, web, carol } = connected;
  const ids = Array.from({ length: 20 }, (_, index) => org.createAccount({ name: `Company ${index}` }));
  await connected.apply((await connected.plan()).id);
  for (const id of ids) org.updateAccount(id, { name: `Corporation ${id}`, address1_city: "Oslo" });
  const { id: planned } = await connected.plan();
  const fault = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { id } = (await carol.post("/runs", { mode: "sync" })).body.run;
  for (;;) {
    const { body } = await carol.get(`/runs/${id}`);
    if (body.run.progress?.stage === "read") break;
  }
  return { ...connected, run: id, planned, unblock: () => web.simulator.faults.remove(fault) };
}

test("a run keeps its mapping and limits, and another mapping can be previewed only after it", async () => {
  const sync = await blockedSync();

  const refused = await sync.carol.post("/runs", { mode: "plan", settings: WITH_CITY });
  await sync.carol.put("/connection/brake", {
    sharePercent: 100,
    accounts: 500,
    shareOfFewPercent: 100,
    shrunkToPercent: 0,
  });
  sync.unblock();

  expect([refused.status, refused.body.error.sentence]).toEqual([
    409,
    `Run ${sync.run} is under way. Wait until it has ended, or cancel it; then look at what other settings would change.`,
  ]);
  // The run keeps the limits of its start: twenty changed accounts need approval.
  expect(await sync.ended(sync.run)).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
  expect(await sync.plan(WITH_CITY)).toMatchObject({ status: "planned", counts: { updated: 20 } });
});

test("a schedule that is set during a run applies from then on", async () => {
  const sync = await blockedSync();

  const { body } = await sync.carol.put("/connection/schedule", {
    changesEveryMinutes: 60,
    fullEveryMinutes: 1440,
    fullAt: null,
  });
  sync.unblock();
  await sync.ended(sync.run);

  expect(body).toMatchObject({ state: "running", schedule: { changesEveryMinutes: 60 } });
});

test("a plan is not applied during another run", async () => {
  const sync = await blockedSync();

  const applied = await sync.carol.post(`/runs/${sync.planned}/apply`);
  sync.unblock();
  await sync.ended(sync.run);

  expect([applied.status, applied.body.error.sentence]).toEqual([
    409,
    `Run ${sync.run} is under way. Wait until it has ended, or cancel it.`,
  ]);
});

test("paused during the read, the sync is paused and not running; resumed, the run continues", async () => {
  const sync = await blockedSync();

  await sync.carol.post("/connection/pause");
  await sync.web.runner.waitUntilIdle();
  const { body } = await sync.carol.get("/connection");
  sync.unblock();
  await sync.carol.post("/connection/resume");

  expect(body).toMatchObject({ state: "paused", paused: true, running: null, nextRunAt: null });
  const { runs } = (await sync.carol.get("/runs")).body;
  expect(await sync.ended(runs[0].id)).toMatchObject({
    approvalReason: "brake-changes",
    counts: { updated: 20 },
  });
});

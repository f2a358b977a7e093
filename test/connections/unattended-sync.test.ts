// The schedule and the brake of a connection, over days in which nobody attends to the sync.
import { onTestFinished, expect, test } from "vitest";
import { startWorker, type Worker } from "../../src/jobs/worker.ts";
import { createLog } from "../../src/lib/log.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

const HOUR = 3_600_000;

type UnattendedSync = Connected & {
  readonly worker: Worker;
  readonly ids: readonly string[];
  readonly passes: (hours: number) => void;
  /** Mode and status of every run, in order. */
  readonly runs: () => Promise<string[]>;
};

/** Thirty accounts that were synced once, and a worker that polls only when told to. */
async function unattendedSync(): Promise<UnattendedSync> {
  const connected = await connectedWeb();
  const { web, org } = connected;
  const ids = Array.from({ length: 30 }, (_, index) =>
    org.createAccount({ name: `Company ${index}`, description: "Something" }),
  );
  const mapping = { ...SETTINGS.mapping, description: "description" };
  await connected.apply((await connected.plan({ mapping })).id);
  const worker = startWorker({ ...web, log: createLog({ level: "silent" }), periodicTasks: [] }, 24 * HOUR);
  onTestFinished(() => worker.close());
  return {
    ...connected,
    worker,
    ids,
    passes: (hours) => web.clock.advance(hours * HOUR),
    runs: async () => {
      const { rows } = await web.database.pool.query<{ told: string }>(
        "select mode || ' ' || status as told from runs order by id",
      );
      return rows.map(({ told }) => told);
    },
  };
}

function blank({ org, ids }: UnattendedSync, count: number): void {
  for (const id of ids.slice(0, count)) org.updateAccount(id, { description: "" });
}

const HOURLY = { changesEveryMinutes: 60, fullEveryMinutes: 1440, fullAt: null };
const BRAKE = { sharePercent: 20, accounts: 500, shareOfFewPercent: 50, shrunkToPercent: 50 };

test("after a week in which nothing ran there is one run, and the next comes an interval later", async () => {
  const alone = await unattendedSync();
  await alone.carol.put("/connection/schedule", HOURLY);
  alone.passes(7 * 24);

  await alone.worker.poll();
  await alone.web.runner.waitUntilIdle();

  expect(await alone.worker.poll()).toBeUndefined();
  alone.passes(1);
  await alone.worker.poll();
  await alone.web.runner.waitUntilIdle();
  expect(await alone.runs()).toEqual(["plan done", "sync done", "changes done"]);
});

test("the full run of the day begins at its time, and the page says when", async () => {
  const alone = await unattendedSync();

  const { body } = await alone.carol.put("/connection/schedule", {
    changesEveryMinutes: null,
    fullEveryMinutes: 1440,
    fullAt: "02:30",
    timeZone: "America/New_York",
  });

  expect(body.nextRunAt).toBe("2026-03-03T07:30:00.000Z");
});

test("the share of few accounts is the connection's own", async () => {
  const alone = await unattendedSync();
  await alone.carol.put("/connection/brake", { ...BRAKE, shareOfFewPercent: 100 });
  blank(alone, 20);
  expect(await alone.sync()).toMatchObject({ status: "done", counts: { updated: 20 } });

  await alone.carol.put("/connection/brake", { ...BRAKE, shareOfFewPercent: 35 });
  for (const id of alone.ids.slice(0, 11)) alone.org.updateAccount(id, { description: "Something else" });

  expect(await alone.sync()).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
});

test("the share and the number of many accounts are the connection's own", async () => {
  const alone = await unattendedSync();
  await alone.carol.put("/connection/brake", { ...BRAKE, sharePercent: 40, accounts: 12 });
  blank(alone, 12);
  expect(await alone.sync()).toMatchObject({ status: "done", counts: { updated: 12 } });

  for (const id of alone.ids.slice(0, 13)) alone.org.updateAccount(id, { description: "Something else" });

  expect(await alone.sync()).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
});

test("how far the selection may shrink is the connection's own, and an empty one always waits", async () => {
  const alone = await unattendedSync();
  await alone.carol.put("/connection/brake", { ...BRAKE, shareOfFewPercent: 100, shrunkToPercent: 0 });
  for (const id of alone.ids.slice(0, 20)) alone.org.updateAccount(id, { statecode: 1 });
  expect(await alone.sync()).toMatchObject({ status: "done", counts: { stopped: 20 } });

  for (const id of alone.ids) alone.org.deleteAccount(id);

  expect(await alone.sync()).toMatchObject({ status: "planned", approvalReason: "empty-selection" });
});

test("a plan that waits is discarded: nothing is written, and the next one comes an interval later", async () => {
  const alone = await unattendedSync();
  await alone.carol.put("/connection/schedule", HOURLY);
  blank(alone, 20);
  alone.passes(1);
  const braked = await alone.ended((await alone.worker.poll())!);

  await alone.carol.post(`/runs/${braked.id}/discard`);

  expect((await alone.carol.get("/connection")).body).toMatchObject({
    state: "in-step",
    attention: null,
    nextRunAt: new Date(alone.web.clock.now().getTime() + HOUR).toISOString(),
  });
  expect(await alone.worker.poll()).toBeUndefined();
  alone.passes(1);
  expect(await alone.ended((await alone.worker.poll())!)).toMatchObject({ approvalReason: "brake-changes" });
});

test("a plan that waits loses its worth by a retry: it is made anew at once, and nobody hears of it twice", async () => {
  const alone = await unattendedSync();
  alone.org.createAccount({ name: "Company 1" });
  await alone.sync();
  blank(alone, 20);
  alone.passes(24);
  await alone.worker.poll();
  await alone.web.runner.waitUntilIdle();

  await alone.carol.post("/issues/retry", { kind: "name-in-use" });
  await alone.web.runner.waitUntilIdle();

  const told = async () => {
    const { rows } = await alone.web.database.pool.query<{ topic: string }>(
      "select topic from run_notices where topic like 'attention:%'",
    );
    return rows.map(({ topic }) => topic);
  };
  expect((await alone.carol.get("/connection")).body.nextRunAt).toBe(alone.web.clock.now().toISOString());
  await alone.worker.poll();
  await alone.web.runner.waitUntilIdle();
  expect(await alone.runs()).toEqual([
    "plan done",
    "sync done",
    "sync discarded",
    "retry done",
    "sync planned",
  ]);
  expect((await alone.carol.get("/connection")).body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "plan-waits" },
  });
  expect(await told()).toEqual(["attention:brake-changes"]);
});

test("a plan that waited for a day is made anew, so that it can be applied, or is not needed any more", async () => {
  const alone = await unattendedSync();
  blank(alone, 20);
  alone.passes(24);
  await alone.ended((await alone.worker.poll())!);
  for (const id of alone.ids) alone.org.updateAccount(id, { description: "Something" });

  alone.passes(25);
  await alone.ended((await alone.worker.poll())!);

  expect(await alone.runs()).toEqual(["plan done", "sync discarded", "sync done"]);
  expect((await alone.carol.get("/connection")).body).toMatchObject({ state: "in-step", attention: null });
});

test("a sync that fails needs attention and is tried again; when it works, all is well", async () => {
  const alone = await unattendedSync();
  const { faults } = alone.web.simulator;
  const broken = faults.add({
    path: String.raw`/accounts\?`,
    fault: { kind: "answer", status: 400, body: "{}" },
  });
  alone.passes(24);
  const failed = await alone.ended((await alone.worker.poll())!);

  const { body } = await alone.carol.get("/connection");
  expect(failed.status).toBe("failed");
  expect(body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "run-failed", sentence: failed.error?.sentence, place: "check", run: failed.id },
    nextRunAt: new Date(alone.web.clock.now().getTime() + 5 * 60_000).toISOString(),
  });

  faults.remove(broken);
  alone.passes(1);
  await alone.ended((await alone.worker.poll())!);
  expect((await alone.carol.get("/connection")).body).toMatchObject({ state: "in-step", attention: null });
});

test("a retry that is done leaves what it did not settle", async () => {
  const alone = await unattendedSync();
  alone.org.createAccount({ name: "Company 1" });
  await alone.sync();
  const attention = {
    kind: "view-broken",
    title: "The view cannot be run",
    sentence: "It filters on a column that is gone.",
    howToResolve: "Choose another one.",
    place: "accounts" as const,
    run: 2,
  };
  await alone.web.database.kysely
    .updateTable("connection")
    .set({ attention: JSON.stringify(attention) })
    .execute();

  const { body } = await alone.carol.post("/issues/retry", { kind: "name-in-use" });
  await alone.ended(body.run.id);

  expect((await alone.carol.get("/connection")).body).toMatchObject({ state: "needs-attention", attention });
});

test("choosing a new view restarts the sync", async () => {
  const alone = await unattendedSync();
  const view = (name: string) =>
    alone.org.addView({
      kind: "system",
      name,
      fetchxml: `<fetch><entity name="account"><attribute name="name" /></entity></fetch>`,
    });
  const old = view("Ours");
  await alone.apply((await alone.plan({ selection: { kind: "view", view: old } })).id);
  alone.org.deleteView(old);
  await alone.sync();
  alone.passes(24);
  expect(await alone.worker.poll()).toBeUndefined();

  const chosen = await alone.plan({ selection: { kind: "view", view: view("All of ours") } });
  await alone.apply(chosen.id);

  expect((await alone.carol.get("/connection")).body).toMatchObject({
    state: "in-step",
    attention: null,
    // The name comes from Dynamics 365, although nobody listed the views.
    selectionName: "All of ours",
  });
  alone.passes(24);
  expect(await alone.ended((await alone.worker.poll())!)).toMatchObject({ status: "done", mode: "sync" });
});

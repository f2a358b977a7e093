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
      const { rows } = await web.database.pool.query<{ run: string }>(
        "select mode || ' ' || status as run from runs order by id",
      );
      return rows.map(({ run }) => run);
    },
  };
}

function blank({ org, ids }: UnattendedSync, count: number): void {
  for (const id of ids.slice(0, count)) org.updateAccount(id, { description: "" });
}

const HOURLY = { changesEveryMinutes: 60, fullEveryMinutes: 1440, fullAt: null };
const BRAKE = { sharePercent: 20, accounts: 500, shareOfFewPercent: 50, shrunkToPercent: 50 };

test("after a week without runs there is one run, and the next an interval later", async () => {
  const unattended = await unattendedSync();
  await unattended.carol.put("/connection/schedule", HOURLY);
  unattended.passes(7 * 24);

  await unattended.worker.poll();
  await unattended.web.runner.waitUntilIdle();

  expect(await unattended.worker.poll()).toBeUndefined();
  unattended.passes(1);
  await unattended.worker.poll();
  await unattended.web.runner.waitUntilIdle();
  expect(await unattended.runs()).toEqual(["plan done", "sync done", "changes done"]);
});

test("the daily full run is due at its time of day", async () => {
  const unattended = await unattendedSync();

  const { body } = await unattended.carol.put("/connection/schedule", {
    changesEveryMinutes: null,
    fullEveryMinutes: 1440,
    fullAt: "02:30",
    timeZone: "America/New_York",
  });

  expect(body.nextRunAt).toBe("2026-03-03T07:30:00.000Z");
});

test("the connection's share of a small store triggers the brake", async () => {
  const unattended = await unattendedSync();
  await unattended.carol.put("/connection/brake", { ...BRAKE, shareOfFewPercent: 100 });
  blank(unattended, 20);
  expect(await unattended.sync()).toMatchObject({ status: "done", counts: { updated: 20 } });

  await unattended.carol.put("/connection/brake", { ...BRAKE, shareOfFewPercent: 35 });
  for (const id of unattended.ids.slice(0, 11))
    unattended.org.updateAccount(id, { description: "Something else" });

  expect(await unattended.sync()).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
});

test("the connection's share and number of accounts trigger the brake", async () => {
  const unattended = await unattendedSync();
  await unattended.carol.put("/connection/brake", { ...BRAKE, sharePercent: 40, accounts: 12 });
  blank(unattended, 12);
  expect(await unattended.sync()).toMatchObject({ status: "done", counts: { updated: 12 } });

  for (const id of unattended.ids.slice(0, 13))
    unattended.org.updateAccount(id, { description: "Something else" });

  expect(await unattended.sync()).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
});

test("the connection limits how far the selection may shrink, and an empty one needs approval", async () => {
  const unattended = await unattendedSync();
  await unattended.carol.put("/connection/brake", { ...BRAKE, shareOfFewPercent: 100, shrunkToPercent: 0 });
  for (const id of unattended.ids.slice(0, 20)) unattended.org.updateAccount(id, { statecode: 1 });
  expect(await unattended.sync()).toMatchObject({ status: "done", counts: { stopped: 20 } });

  for (const id of unattended.ids) unattended.org.deleteAccount(id);

  expect(await unattended.sync()).toMatchObject({ status: "planned", approvalReason: "empty-selection" });
});

test("after a plan is discarded, nothing is written, and the next run is an interval later", async () => {
  const unattended = await unattendedSync();
  await unattended.carol.put("/connection/schedule", HOURLY);
  blank(unattended, 20);
  unattended.passes(1);
  const stopped = await unattended.ended((await unattended.worker.poll())!);

  await unattended.carol.post(`/runs/${stopped.id}/discard`);

  expect((await unattended.carol.get("/connection")).body).toMatchObject({
    state: "in-step",
    attention: null,
    nextRunAt: new Date(unattended.web.clock.now().getTime() + HOUR).toISOString(),
  });
  expect(await unattended.worker.poll()).toBeUndefined();
  unattended.passes(1);
  expect(await unattended.ended((await unattended.worker.poll())!)).toMatchObject({
    approvalReason: "brake-changes",
  });
});

test("a plan that a retry makes stale is remade at once, and nobody is notified twice", async () => {
  const unattended = await unattendedSync();
  unattended.org.createAccount({ name: "Company 1" });
  await unattended.sync();
  blank(unattended, 20);
  unattended.passes(24);
  await unattended.worker.poll();
  await unattended.web.runner.waitUntilIdle();

  await unattended.carol.post("/issues/retry", { kind: "name-in-use" });
  await unattended.web.runner.waitUntilIdle();

  const notices = async () => {
    const { rows } = await unattended.web.database.pool.query<{ topic: string }>(
      "select topic from run_notices where topic like 'attention:%'",
    );
    return rows.map(({ topic }) => topic);
  };
  expect((await unattended.carol.get("/connection")).body.nextRunAt).toBe(
    unattended.web.clock.now().toISOString(),
  );
  await unattended.worker.poll();
  await unattended.web.runner.waitUntilIdle();
  expect(await unattended.runs()).toEqual([
    "plan done",
    "sync done",
    "sync discarded",
    "retry done",
    "sync planned",
  ]);
  expect((await unattended.carol.get("/connection")).body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "plan-waits" },
  });
  expect(await notices()).toEqual(["attention:brake-changes"]);
});

test("a plan that awaited approval for a day is remade, or is no longer needed", async () => {
  const unattended = await unattendedSync();
  blank(unattended, 20);
  unattended.passes(24);
  await unattended.ended((await unattended.worker.poll())!);
  for (const id of unattended.ids) unattended.org.updateAccount(id, { description: "Something" });

  unattended.passes(25);
  await unattended.ended((await unattended.worker.poll())!);

  expect(await unattended.runs()).toEqual(["plan done", "sync discarded", "sync done"]);
  expect((await unattended.carol.get("/connection")).body).toMatchObject({
    state: "in-step",
    attention: null,
  });
});

test("a sync that fails needs attention and is retried; once it succeeds, the sync is in step", async () => {
  const unattended = await unattendedSync();
  const { faults } = unattended.web.simulator;
  const broken = faults.add({
    path: String.raw`/accounts\?`,
    fault: { kind: "answer", status: 400, body: "{}" },
  });
  unattended.passes(24);
  const failed = await unattended.ended((await unattended.worker.poll())!);

  const { body } = await unattended.carol.get("/connection");
  expect(failed.status).toBe("failed");
  expect(body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "run-failed", sentence: failed.error?.sentence, place: "check", run: failed.id },
    nextRunAt: new Date(unattended.web.clock.now().getTime() + 5 * 60_000).toISOString(),
  });

  faults.remove(broken);
  unattended.passes(1);
  await unattended.ended((await unattended.worker.poll())!);
  expect((await unattended.carol.get("/connection")).body).toMatchObject({
    state: "in-step",
    attention: null,
  });
});

test("a completed retry keeps attention that it did not resolve", async () => {
  const unattended = await unattendedSync();
  unattended.org.createAccount({ name: "Company 1" });
  await unattended.sync();
  const attention = {
    kind: "view-broken",
    title: "The view cannot be run",
    sentence: "It filters on a column that is gone.",
    howToResolve: "Choose another one.",
    place: "accounts" as const,
    run: 2,
  };
  await unattended.web.database.kysely
    .updateTable("connection")
    .set({ attention: JSON.stringify(attention) })
    .execute();

  const { body } = await unattended.carol.post("/issues/retry", { kind: "name-in-use" });
  await unattended.ended(body.run.id);

  expect((await unattended.carol.get("/connection")).body).toMatchObject({
    state: "needs-attention",
    attention,
  });
});

test("choosing a new view restarts the sync", async () => {
  const unattended = await unattendedSync();
  const view = (name: string) =>
    unattended.org.addView({
      kind: "system",
      name,
      fetchxml: `<fetch><entity name="account"><attribute name="name" /></entity></fetch>`,
    });
  const old = view("Ours");
  await unattended.apply((await unattended.plan({ selection: { kind: "view", view: old } })).id);
  unattended.org.deleteView(old);
  await unattended.sync();
  unattended.passes(24);
  expect(await unattended.worker.poll()).toBeUndefined();

  const chosen = await unattended.plan({ selection: { kind: "view", view: view("All of ours") } });
  await unattended.apply(chosen.id);

  expect((await unattended.carol.get("/connection")).body).toMatchObject({
    state: "in-step",
    attention: null,
    // The name comes from Dynamics 365, although nobody listed the views.
    selectionName: "All of ours",
  });
  unattended.passes(24);
  expect(await unattended.ended((await unattended.worker.poll())!)).toMatchObject({
    status: "done",
    mode: "sync",
  });
});

const view = {
  id: "0a000000-0000-4000-8000-000000000001",
  kind: "system",
  name: "Ours",
  fetchxml: `<fetch><entity name="account"><attribute name="name"/></entity></fetch>`,
} as const;
const broken = `<fetch><entity name="account"><filter>
  <condition attribute="new_gone" operator="null"/></filter></entity></fetch>`;

test.for([
  {
    kind: "view-not-found",
    lose: ({ org }: Connected) => org.deleteView(view.id),
    restore: ({ org }: Connected) => void org.addView(view),
  },
  {
    kind: "view-broken",
    lose: ({ org }: Connected) => org.updateView(view.id, { fetchxml: broken }),
    restore: ({ org }: Connected) => org.updateView(view.id, { fetchxml: view.fetchxml }),
  },
])(
  "$kind needs attention until the view is as it was and somebody syncs again",
  async ({ kind, lose, restore }) => {
    const unattended = await unattendedSync();
    const { org, carol, worker, web } = unattended;
    org.addView(view);
    await unattended.apply((await unattended.plan({ selection: { kind: "view", view: view.id } })).id);
    const attention = async () => (await carol.get("/connection")).body.attention?.kind ?? null;

    lose(unattended);
    unattended.passes(24);
    await worker.poll();
    await web.runner.waitUntilIdle();
    const lost = await attention();
    restore(unattended);
    unattended.passes(23);
    const scheduled = await worker.poll();
    const run = await unattended.sync();

    expect(lost).toBe(kind);
    expect(scheduled).toBeUndefined();
    expect(run).toMatchObject({ status: "done", counts: { read: 30, failed: 0 } });
    expect(await attention()).toBeNull();
  },
);

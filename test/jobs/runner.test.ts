// Starting, following, pausing and cancelling runs.
import { expect, test } from "vitest";
import { closeGate } from "../harness/stages.ts";
import { connectedWeb, SETTINGS, type Connected } from "./connected.ts";

test("a plan writes nothing; applying it writes exactly that, and saves its settings", async () => {
  const { org, plan, apply, changes, names, carol } = await connectedWeb();
  for (const name of ["Acme", "Bolt", "Cog"]) org.createAccount({ name, websiteurl: `${name}.com` });

  const planned = await plan();
  const before = await names();
  org.createAccount({ name: "Came later" });
  const applied = await apply(planned.id);

  expect(planned).toMatchObject({ status: "planned", startedBy: "company-admin", counts: { created: 3 } });
  expect(before).toEqual([]);
  expect(applied).toMatchObject({ id: planned.id, status: "done", appliedBy: "company-admin" });
  expect(await names()).toEqual(["Acme", "Bolt", "Cog"]);
  expect((await changes(planned.id)).map(({ action, name }) => `${action} ${name}`).toSorted()).toEqual([
    "create Acme",
    "create Bolt",
    "create Cog",
  ]);
  const { body } = await carol.get("/connection");
  expect(body).toMatchObject({ state: "in-step", settings: SETTINGS, attention: null });
});

test("concurrent requests start one run", async () => {
  const { org, web, carol, ended } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const held = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });

  const clicks = await Promise.all(
    [1, 2, 3].map(() => carol.post("/runs", { mode: "plan", settings: SETTINGS })),
  );
  web.simulator.faults.remove(held);

  expect(new Set(clicks.map(({ body }) => body.run.id)).size).toBe(1);
  // A worker may have claimed it already; it gets no further than the held request.
  expect(clicks[0]?.body.run).toMatchObject({
    status: expect.stringMatching(/^(queued|reading)$/),
    mode: "plan",
  });
  expect(await ended(clicks[0]?.body.run.id)).toMatchObject({ status: "planned", counts: { created: 1 } });
});

test("a run that is cancelled while reading stops at once, and the next one starts over", async () => {
  const { org, web, carol, plan, apply, ended, sync, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.createAccount({ name: "Bolt" });
  web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });

  const { id } = (await carol.post("/runs", { mode: "sync" })).body.run;
  const { status } = await carol.post(`/runs/${id}/cancel`);

  expect(status).toBe(200);
  expect(await ended(id)).toMatchObject({
    status: "interrupted",
    cancelledBy: "company-admin",
    error: { kind: "cancelled", sentence: "Cancelled by company-admin." },
  });
  expect(await names()).toEqual(["Acme"]);
  web.simulator.faults.remove();
  expect(await sync()).toMatchObject({ status: "done", counts: { created: 1, unchanged: 1 } });
  expect((await carol.post(`/runs/${id}/cancel`)).body.error.sentence).toMatch(/nothing to cancel/);
});

test("a run that is cancelled while applying stops, and the next one completes it first", async () => {
  const { org, web, carol, plan, ended, sync, names } = await connectedWeb();
  for (const name of ["Acme", "Bolt"]) org.createAccount({ name });
  const { id } = await plan();
  const edits = await heldApply({ web, carol }, id);
  await carol.post(`/runs/${id}/cancel`);
  await edits.open();

  expect(await ended(id)).toMatchObject({ status: "applying", haltReason: "cancelled" });
  expect(await names()).toEqual([]);
  org.createAccount({ name: "Cog" });
  expect(await sync()).toMatchObject({ status: "done", counts: { created: 1, unchanged: 2 } });
  expect((await carol.get(`/runs/${id}`)).body.run).toMatchObject({ status: "done", haltReason: null });
  expect(await names()).toEqual(["Acme", "Bolt", "Cog"]);
});

test("a pause stops the run and refuses others; resuming completes it", async () => {
  const { org, web, carol, plan, ended, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  const edits = await heldApply({ web, carol }, id);

  await carol.post("/connection/pause");
  await edits.open();

  expect(await ended(id)).toMatchObject({ status: "applying", haltReason: "paused" });
  expect((await carol.post("/runs", { mode: "sync" })).body.error.sentence).toMatch(/paused/);
  await carol.post("/connection/resume");
  expect(await ended(id)).toMatchObject({ status: "done", counts: { created: 1 } });
  expect(await names()).toEqual(["Acme"]);
});

/** A first sync is done, an account was added, and a second sync was paused while reading. */
async function pausedWhileReading(): Promise<Connected & { id: number }> {
  const connected = await connectedWeb();
  const { org, web, carol, plan, apply, ended } = connected;
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.createAccount({ name: "Bolt" });
  web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { id } = (await carol.post("/runs", { mode: "sync" })).body.run;
  await carol.post("/connection/pause");
  expect(await ended(id)).toMatchObject({ status: "queued", haltReason: "paused" });
  web.simulator.faults.remove();
  return { ...connected, id };
}

test("a run that is paused while reading starts over when resumed", async () => {
  const { id, carol, ended } = await pausedWhileReading();

  await carol.post("/connection/resume");

  expect(await ended(id)).toMatchObject({ id, status: "done", counts: { created: 1, unchanged: 1 } });
});

const WITHOUT_DOMAINS = { mapping: { ...SETTINGS.mapping, domains: [] } };

test("while paused, changed settings are previewed; after resuming, exactly that is applied", async () => {
  const { org, carol, plan, apply, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.createAccount({ name: "Bolt" });
  await carol.post("/connection/pause");

  const { id } = await plan(WITHOUT_DOMAINS);
  const refused = await carol.post(`/runs/${id}/apply`);

  expect((await carol.get(`/runs/${id}`)).body.run).toMatchObject({
    status: "planned",
    counts: { created: 1 },
    applicable: { yes: true },
  });
  expect([refused.status, refused.body.error.sentence]).toEqual([
    409,
    "The sync is paused. Resume it first.",
  ]);
  expect((await carol.get("/connection")).body).toMatchObject({
    state: "paused",
    pendingPlan: id,
    running: null,
  });
  expect(await names()).toEqual(["Acme"]);
  await carol.post("/connection/resume");
  expect(await apply(id)).toMatchObject({ status: "done" });
  expect((await carol.get("/connection")).body.settings).toMatchObject(WITHOUT_DOMAINS);
});

test("applying a plan can resume the sync, before a due run starts; a refused plan leaves it paused", async () => {
  const { org, web, carol, plan, apply, ended } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.createAccount({ name: "Bolt" });
  const old = await plan();
  await carol.post("/connection/pause");
  const { id } = await plan(WITHOUT_DOMAINS);
  // A full run was due a week ago.
  await web.database.pool.query(
    "update runs set started_at = started_at - interval '7 days' where status = 'done'",
  );

  await carol.post(`/runs/${id}/apply?resume=true`);

  expect(await ended(id)).toMatchObject({ status: "done", counts: { created: 1 } });
  expect((await carol.get("/connection")).body).toMatchObject({
    paused: false,
    settings: WITHOUT_DOMAINS,
  });
  await carol.post("/connection/pause");
  expect((await carol.post(`/runs/${old.id}/apply?resume=true`)).status).toBe(409);
  expect((await carol.get("/connection")).body).toMatchObject({ paused: true });
});

test("a pause does not stop a preview", async () => {
  const { org, web, carol, ended } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const { id } = (await carol.post("/runs", { mode: "plan", settings: SETTINGS })).body.run;
  await web.runner.claimNext();

  await carol.post("/connection/pause");
  await web.runner.checkCancellation();

  expect((await carol.get("/connection")).body).toMatchObject({ paused: true, running: id });
  web.simulator.faults.remove();
  expect(await ended(id)).toMatchObject({ id, status: "planned", counts: { created: 1 } });
});

test("a paused sync stays queued beside a preview, and comes first when resumed", async () => {
  const { id, carol, plan, ended } = await pausedWhileReading();

  const preview = await plan(WITHOUT_DOMAINS);

  expect(preview).toMatchObject({ status: "planned", counts: { created: 1 } });
  expect((await carol.get(`/runs/${id}`)).body.run).toMatchObject({
    status: "queued",
    haltReason: "paused",
  });
  await carol.post("/connection/resume");
  expect(await ended(id)).toMatchObject({ status: "done", counts: { created: 1 } });
  expect((await carol.get(`/runs/${preview.id}`)).body.run).toMatchObject({ status: "discarded" });
});

test("a preview is refused while a paused apply is incomplete", async () => {
  const { org, web, carol, plan, ended, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  const edits = await heldApply({ web, carol }, id);
  await carol.post("/connection/pause");
  await edits.open();
  await ended(id);

  const refused = await carol.post("/runs", { mode: "plan", settings: SETTINGS });

  expect([refused.status, refused.body.error.sentence]).toEqual([
    409,
    `Run ${id} stopped before all of its plan was written. Resume the sync to finish it; a preview can be made after that.`,
  ]);
  expect(await names()).toEqual([]);
});

test("a preview does not complete a cancelled apply; the next sync does", async () => {
  const { org, web, carol, plan, ended, sync, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  const edits = await heldApply({ web, carol }, id);
  await carol.post(`/runs/${id}/cancel`);
  await edits.open();
  await ended(id);

  const refused = await carol.post("/runs", { mode: "plan", settings: SETTINGS });

  expect([refused.status, refused.body.error.sentence]).toEqual([
    409,
    `Run ${id} stopped before all of its plan was written. Sync to finish it; a preview can be made after that.`,
  ]);
  expect(await names()).toEqual([]);
  expect(await sync()).toMatchObject({ status: "done" });
  expect(await names()).toEqual(["Acme"]);
});

test("an approved plan that is paused before its first write is applied when resumed", async () => {
  const { org, web, carol, plan, ended, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  web.simulator.faults.add({ path: "WhoAmI", fault: { kind: "hold" } });
  await carol.post(`/runs/${id}/apply`);

  await carol.post("/connection/pause");

  expect(await ended(id)).toMatchObject({ status: "queued", haltReason: "paused", error: null });
  web.simulator.faults.remove();
  await carol.post("/connection/resume");
  expect(await ended(id)).toMatchObject({ status: "done", appliedBy: "company-admin" });
  expect(await names()).toEqual(["Acme"]);
});

test.for([
  { status: "reading", mode: "sync", end: { status: "interrupted", error: { kind: "cancelled" } } },
  { status: "queued", mode: "sync", end: { status: "interrupted", error: { kind: "cancelled" } } },
  { status: "applying", mode: "sync", end: { status: "applying", haltReason: "cancelled" } },
  { status: "planned", mode: "plan", end: { status: "planned", appliedBy: null } },
] as const)(
  "a $status run that was cancelled just before its process died is not resumed",
  async ({ status, mode, end }) => {
    const { org, web, plan, apply, ended, carol } = await connectedWeb();
    org.createAccount({ name: "Acme" });
    await apply((await plan()).id);
    // As left by a process that was killed between the cancellation and its next check.
    const left = await web.database.pool.query<{ id: number }>(
      `insert into runs (organization_id, origin, mode, status, trigger, settings, settings_hash, fence,
         started_at, planned_at, cancelled_by, applied_by, approved_at, checkpoint)
       select organization_id, origin, $1, $2, 'person', settings, settings_hash, 0,
         started_at, planned_at, 'Dana', 'Dana', planned_at, -1
       from runs returning id`,
      [mode, status],
    );
    const { id } = left.rows[0]!;

    await web.runner.claimNext();

    expect(await ended(id)).toMatchObject({ id, cancelledBy: "Dana", ...end });
    expect((await carol.get(`/runs/${id}`)).body.run.counts.created).toBe(0);
  },
);

const OUR_VIEW = {
  kind: "system",
  name: "Ours",
  fetchxml: `<fetch><entity name="account"><attribute name="name" /></entity></fetch>`,
} as const;

test("an error that needs an admin says what to do and where, until a run is done", async () => {
  const { org, plan, apply, sync, carol } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const view = org.addView(OUR_VIEW);
  const settings = { ...SETTINGS, selection: { kind: "view" as const, view } };
  await apply((await plan(settings)).id);
  org.deleteView(view);

  const failed = await sync();

  expect(failed).toMatchObject({ status: "failed", error: { kind: "view-not-found" } });
  expect((await carol.get("/connection")).body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "view-not-found", place: "accounts", run: failed.id },
  });
  await apply((await plan()).id);
  expect((await carol.get("/connection")).body).toMatchObject({ attention: null, settings: SETTINGS });
});

test("the end of a run and what to do about it are committed together", async () => {
  const { org, web, plan, apply, sync } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const view = org.addView(OUR_VIEW);
  await apply((await plan({ selection: { kind: "view", view } })).id);
  await web.database.pool.query(`
    create table seen (status text, attention text);
    create function look() returns trigger language plpgsql as $$ begin
      insert into seen select new.status, attention ->> 'kind' from connection; return null; end $$;
    create trigger look after update of status on runs
      for each row when (new.status in ('failed', 'done')) execute function look()`);
  org.deleteView(view);

  await sync();
  await apply((await plan()).id);

  expect((await web.database.pool.query("select * from seen")).rows).toEqual([
    { status: "failed", attention: "view-not-found" },
    { status: "done", attention: null },
  ]);
});

test("a plan whose apply does not start leaves the saved settings unchanged", async () => {
  const { org, web, plan, apply, carol } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  const { id } = await plan({ options: { ...SETTINGS.options, allowDuplicateNames: true } });
  await web.database.pool.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room here'; end $$;
    create trigger refuse before update on runs for each row when (new.status = 'applying') execute function refuse()`);

  expect(await apply(id)).toMatchObject({ status: "planned", error: { sentence: "no room here" } });

  expect((await carol.get("/connection")).body.settings).toEqual(SETTINGS);
});

test("a plan that goes stale when an older run is completed says so", async () => {
  const { org, web, carol, plan, apply, ended, names } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const other = await plan();
  const { id } = await plan();
  const edits = await heldApply({ web, carol }, id);
  await carol.post(`/runs/${id}/cancel`);
  await edits.open();
  expect(await ended(id)).toMatchObject({ status: "applying", haltReason: "cancelled" });

  expect(await apply(other.id)).toMatchObject({
    status: "discarded",
    error: {
      kind: "superseded",
      sentence: `Run ${id} was applied since this plan was made, so a new one is needed.`,
    },
  });

  expect(await ended(id)).toMatchObject({ status: "done" });
  expect(await names()).toEqual(["Acme"]);
});

test("a failed preview leaves the saved settings unchanged", async () => {
  const { org, plan, apply, carol } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);

  const failed = await plan({ selection: { kind: "view", view: "11111111-1111-1111-1111-111111111111" } });

  expect(failed).toMatchObject({ status: "failed", error: { kind: "view-not-found" } });
  expect((await carol.get("/connection")).body).toMatchObject({ state: "in-step", settings: SETTINGS });
});

test("discarding a plan deletes the custom fields it created", async () => {
  const { org, web, plan, carol } = await connectedWeb();
  org.createAccount({ name: "Acme", address1_city: "Porto" });
  const field = { column: "address1_city", field: "City", type: "text" as const };
  const { id } = await plan({ mapping: { ...SETTINGS.mapping, fields: [field] } });

  const { body } = await carol.post(`/runs/${id}/discard`);

  expect(body.run).toMatchObject({ status: "discarded", applicable: { yes: false } });
  expect(await web.database.kysely.selectFrom("custom_fields").selectAll().execute()).toEqual([]);
  expect((await carol.post(`/runs/${id}/apply`)).status).toBe(409);
});

test("the server stops after the chunk it is writing", async () => {
  const { org, web, carol, plan } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  const edits = await heldApply({ web, carol }, id);

  const stopping = web.stop();
  await edits.open();
  await stopping;

  const { rows } = await web.database.pool.query("select status, checkpoint from runs where id = $1", [id]);
  expect(rows).toEqual([{ status: expect.stringMatching(/applying|done/), checkpoint: expect.any(Number) }]);
  const leases = await web.database.pool.query("select holder from run_leases");
  expect(leases.rows).toEqual([{ holder: null }]);
});

/** Starts to apply a plan and holds it before its first chunk. */
async function heldApply({ web, carol }: Pick<Connected, "web" | "carol">, run: number) {
  const gate = await closeGate("apply", web);
  await carol.post(`/runs/${run}/apply`);
  await gate.reached();
  return gate;
}

import { expect, test } from "vitest";
import { loadConnection, saveSettings, saveSignIn, setPaused } from "../../src/connections/connection.ts";
import { loadSyncStatus, type SyncStatus } from "../../src/connections/status/load-status.ts";
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { workspace, type Workspace } from "../harness/workspace.ts";

async function connectedWorkspace(): Promise<Workspace & { readonly state: () => Promise<SyncStatus> }> {
  const work = await workspace();
  const { simulator, database, clock } = work;
  const { kysely } = database;
  await kysely.transaction().execute((trx) =>
    saveSignIn(trx, {
      environment: normaliseAddress(simulator.origin, { simulatorOrigin: simulator.origin }),
      authority: { origin: simulator.origin, tenant: simulator.tenantId },
      organizationId: simulator.org.id,
      signInBy: "delegated",
      signedInAs: "Admin Contoso",
      clientId: simulator.clientId,
      connectedBy: null,
      connectedAt: clock.now(),
    }),
  );
  const { selection, mapping, options } = work.context().settings;
  await saveSettings(kysely, { selection, mapping, options });
  return { ...work, state: async () => loadSyncStatus(kysely, await loadConnection(kysely), clock.now()) };
}

test("before the first run the sync has never synced, and a preview needs no attention", async () => {
  const work = await connectedWorkspace();
  work.org.createAccount({ name: "Acme" });
  expect(await work.state()).toMatchObject({
    state: "never-synced",
    lastRun: null,
    nextRunAt: null,
    pendingPlan: null,
  });
  const { id } = await work.plan();
  expect(await work.state()).toMatchObject({
    state: "never-synced",
    attention: null,
    lastRun: { id, status: "planned" },
    pendingPlan: id,
    accounts: 0,
  });
});

test("a plan that is too old to be applied no longer awaits approval", async () => {
  const work = await connectedWorkspace();
  work.org.createAccount({ name: "Acme" });
  await work.plan();
  work.clock.advance(24 * 3_600_000 + 1);
  expect((await work.state()).pendingPlan).toBeNull();
});

test("after a run the sync is in step, with its accounts and its next run", async () => {
  const work = await connectedWorkspace();
  work.org.createAccount({ name: "Acme" });
  const { id, finishedAt } = await work.sync();
  expect(await work.state()).toMatchObject({
    state: "in-step",
    lastRun: { id, status: "done" },
    lastSyncedAt: finishedAt,
    nextRunAt: new Date("2026-03-03T09:00:00Z"),
    openIssues: 0,
    accounts: 1,
  });
  work.clock.set(new Date("2026-03-05T00:00:00Z"));
  expect((await work.state()).nextRunAt).toEqual(new Date("2026-03-05T00:00:00Z"));
});

test("open issues but no notes, a pause and a plan that needs approval each have a state", async () => {
  const work = await connectedWorkspace();
  const id = work.org.createAccount({ name: "Acme", websiteurl: "gmail.com" });
  await work.sync();
  expect(await work.state()).toMatchObject({ state: "in-step", openIssues: 0, openNotes: 1 });
  work.org.updateAccount(id, { name: " " });
  await work.sync();
  expect(await work.state()).toMatchObject({ state: "with-issues", openIssues: 1 });
  await setPaused(work.database.kysely, true);
  expect(await work.state()).toMatchObject({ state: "paused", nextRunAt: null });
  await setPaused(work.database.kysely, false);
  work.org.deleteAccount(id);
  const emptied = await work.sync();
  expect(emptied.approvalReason).not.toBeNull();
  expect(await work.state()).toMatchObject({
    state: "needs-attention",
    attention: {
      kind: "plan-waits",
      sentence: "The selection has no accounts. Nothing was written.",
      place: "plan",
      run: emptied.id,
    },
    pendingPlan: emptied.id,
    nextRunAt: null,
  });
});

test("a run whose process died is not active", async () => {
  const work = await connectedWorkspace();
  work.org.createAccount({ name: "Acme" });
  const { id } = await work.plan();
  await work.database.kysely.updateTable("runs").set({ status: "reading" }).execute();
  expect(await work.state()).toMatchObject({
    state: "never-synced",
    running: null,
    lastRun: { id, status: "interrupted" },
  });
});

import { expect, test } from "vitest";
import type { RunningSimulator } from "../../simulator/main.ts";
import type { ChosenSettings } from "../../src/settings/sync-settings.ts";
import { disconnect, loadConnection, saveSettings, saveViewNames } from "../../src/connections/connection.ts";
import { openStoredConnection } from "../../src/connections/sign-in/open-stored-connection.ts";
import { createSealer } from "../../src/lib/sealer.ts";
import {
  anotherProcess,
  loadAttention,
  KEY,
  saveLogIn,
  disconnectedDeps,
  startSimulator,
  connectedDeps,
  storedRefreshToken,
  whoAmI,
} from "./stored-connection.ts";

const adminOf = ({ entra, users }: RunningSimulator) =>
  entra.directory.users.find(({ userId }) => userId === users[0]!.userId)!;

const CHOSEN: ChosenSettings = {
  selection: { kind: "view", view: "v-1" },
  mapping: { name: "name", domains: ["websiteurl"], fields: [] },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
};

test("a refresh token is replaced, and the new one saved before its access token is used", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  const before = await storedRefreshToken(deps);
  const storedAtFirstUse: Promise<string>[] = [];
  const check = simulator.entra.check.bind(simulator.entra);
  simulator.entra.check = (...request) => {
    storedAtFirstUse.push(storedRefreshToken(deps));
    return check(...request);
  };
  await whoAmI(deps);
  expect(await storedAtFirstUse[0]).not.toBe(before);
  expect(await storedAtFirstUse[0]).toBe(await storedRefreshToken(deps));
});

test("a revoked sign-in needs attention; connecting again clears it and keeps the settings", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  await saveSettings(deps.database.kysely, CHOSEN);
  simulator.entra.revokeSessions(adminOf(simulator).objectId);
  await expect(whoAmI(deps)).rejects.toThrow("The sign-in was revoked, or the password was changed.");
  expect(await loadAttention(deps)).toEqual({
    kind: "reconnect",
    title: "Dynamics 365 has to be connected again",
    sentence:
      "The sign-in was revoked, or the password was changed. (AADSTS50173) Connect Dynamics 365 again.",
    howToResolve: "Connect Dynamics 365 again. Selection, mapping and accounts stay as they are.",
    place: "connect",
    run: null,
  });
  await saveLogIn(deps, simulator, simulator.refreshTokenOf(simulator.org.adminId));
  expect(await loadConnection(deps.database.kysely)).toMatchObject({ attention: null, settings: CHOSEN });
  expect(await whoAmI(deps)).toBe(simulator.org.adminId);
});

test("a blocked sign-in needs attention, until it works again", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  adminOf(simulator).blockedByConditionalAccess = true;
  await expect(whoAmI(deps)).rejects.toMatchObject({ category: "blocked" });
  expect(await loadAttention(deps)).toMatchObject({ kind: "sign-in-refused", place: "check" });
  adminOf(simulator).blockedByConditionalAccess = false;
  await whoAmI(deps);
  expect(await loadAttention(deps)).toBeNull();
});

test("a transient error needs no attention", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  simulator.entra.forceError(90055, { times: 99 });
  await expect(whoAmI(deps)).rejects.toMatchObject({ category: "retry" });
  expect(await loadAttention(deps)).toBeNull();
});

test("without the key that sealed the sign-in, opening fails and needs attention", async () => {
  const deps = await connectedDeps(await startSimulator());
  const other = anotherProcess(deps, { sealer: createSealer({ current: Buffer.alloc(32, 8) }) });
  await expect(openStoredConnection(other)).rejects.toThrow("add that key to SLUICE_OLD_KEYS");
  expect(await loadAttention(deps)).toMatchObject({ kind: "reconnect" });
});

test("with the old key kept, opening works and seals the sign-in with the new key", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  const current = Buffer.alloc(32, 8);
  await whoAmI(anotherProcess(deps, { sealer: createSealer({ current, old: [KEY] }) }));
  const later = anotherProcess(deps, { sealer: createSealer({ current }) });
  expect(await whoAmI(later)).toBe(simulator.org.adminId);
});

test("another application than the sign-in's cannot use it", async () => {
  const deps = await connectedDeps(await startSimulator());
  const other = anotherProcess(deps, { dynamicsApp: { clientId: "another" } });
  await expect(openStoredConnection(other)).rejects.toMatchObject({ code: "other-application" });
});

test("opening fails if Dynamics 365 was never connected or is disconnected", async () => {
  const simulator = await startSimulator();
  const deps = await disconnectedDeps(simulator);
  await expect(openStoredConnection(deps)).rejects.toThrow("Dynamics 365 is not connected.");
  await saveLogIn(deps, simulator);
  await saveSettings(deps.database.kysely, CHOSEN);
  await disconnect(deps.database.kysely);
  await expect(openStoredConnection(deps)).rejects.toThrow("Dynamics 365 is not connected.");
  const { rows } = await deps.database.pool.query<{ c: Record<string, unknown> }>(
    "select to_jsonb(connection) as c from connection",
  );
  expect(rows[0]?.c).toMatchObject({
    sealed_refresh_token: null,
    sealed_client_secret: null,
    client_id: null,
    organization_id: simulator.org.id,
    settings: CHOSEN,
  });
});

test("a refresh fails once its sign-in is deleted", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  const open = await openStoredConnection(deps);
  await disconnect(deps.database.kysely);
  await expect(open.client.whoAmI()).rejects.toMatchObject({ code: "replaced" });
  await open.close();
});

test("connecting another organisation clears the settings and counts the accounts of the first", async () => {
  const first = await startSimulator();
  const deps = await connectedDeps(first);
  const { kysely, pool } = deps.database;
  await saveViewNames(kysely, [{ id: "v-1", name: "Key accounts" }]);
  await saveSettings(kysely, CHOSEN);
  await pool.query(`
    insert into accounts (name, name_key, origin, created_at, updated_at)
    values ('Acme', 'acme', 'dynamics', now(), now());
    insert into account_links (organization_id, record_id, account_id, matched_by)
    select '${first.org.id}', gen_random_uuid(), id, 'create'
    from accounts`);
  await disconnect(kysely);
  expect(await saveLogIn(deps, first)).toBe(0);
  expect(await loadConnection(kysely)).toMatchObject({ settings: CHOSEN, selectionName: "Key accounts" });

  const second = await startSimulator({ seed: "another" });
  expect(await saveLogIn(anotherProcess(deps, { simulator: second.origin }), second)).toBe(1);
  expect(await loadConnection(kysely)).toMatchObject({
    environment: { organizationId: second.org.id },
    settings: null,
    selectionName: null,
  });
  expect((await pool.query("select * from account_links")).rows).toHaveLength(1);
});

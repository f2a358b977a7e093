import { expect, test } from "vitest";
import { AddressError } from "../../src/dataverse/auth/environment-address.ts";
import type { ConnectionSettings } from "../../src/connections/file/connection-file.ts";
import { DEFAULT_BRAKE_LIMITS } from "../../src/settings/brake.ts";
import { DEFAULT_SCHEDULE } from "../../src/settings/schedule.ts";
import { loadConnection, setAttention } from "../../src/connections/connection.ts";
import { startLogIn } from "../../src/connections/sign-in/log-in.ts";
import { openStoredConnection } from "../../src/connections/sign-in/open-stored-connection.ts";
import { removeFileConnection, useConnectionFile } from "../../src/connections/file/use-connection-file.ts";
import { loadSyncStatus } from "../../src/connections/status/load-status.ts";
import type { RunningSimulator } from "../../simulator/main.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import type { Attention } from "../../src/connections/tables.ts";
import { disconnectedDeps, startSimulator } from "./stored-connection.ts";

function fileFor({ origin, clientId, clientSecret }: RunningSimulator): ConnectionSettings {
  return {
    address: `${origin}/main.aspx`,
    signIn: { kind: "client-credentials", tenant: undefined, clientId, clientSecret: () => clientSecret },
    selection: { kind: "view", view: "Key accounts" },
    mapping: { name: "name", domains: ["websiteurl"], fields: [] },
    options: { allowDuplicateNames: true, onDomainTaken: "skip" },
    schedule: { ...DEFAULT_SCHEDULE, changesEveryMinutes: 15 },
    brake: { ...DEFAULT_BRAKE_LIMITS, accounts: 100 },
    ownDomains: [],
    commonDomains: { add: [], remove: [] },
    teammates: [],
  };
}

test("a connection file is shown as the connection, uses its own secret, and changes only in the file", async () => {
  const simulator = await startSimulator();
  const deps = await disconnectedDeps(simulator);
  const file = fileFor(simulator);
  await useConnectionFile(deps, file);
  expect(await loadConnection(deps.database.kysely)).toMatchObject({
    environment: {
      origin: simulator.origin,
      organizationId: simulator.org.id,
      signInBy: "app-only",
      signedInAs: "# Sluice",
      connectedBy: null,
      fromFile: true,
    },
    settings: { selection: file.selection, options: file.options },
    schedule: file.schedule,
    brake: file.brake,
    selectionName: "Key accounts",
  });
  const { rows } = await deps.database.pool.query("select to_jsonb(connection)::text as c from connection");
  expect(rows[0].c).not.toContain(simulator.clientSecret);

  const open = await openStoredConnection({ ...deps, file });
  expect((await open.client.whoAmI()).organizationId).toBe(simulator.org.id);
  await open.close();
  const request = { address: simulator.origin, teammateId: 1, redirectUri: "http://127.0.0.1/x" };
  await expect(startLogIn({ ...deps, file }, request)).rejects.toMatchObject({ code: "set-up-in-file" });
});

test("without the file, nothing is connected, and its settings stay", async () => {
  const simulator = await startSimulator();
  const deps = await disconnectedDeps(simulator);
  await useConnectionFile(deps, fileFor(simulator));
  await removeFileConnection(deps.database);
  const { environment, selectionName } = await loadConnection(deps.database.kysely);
  expect([environment, selectionName]).toEqual([null, "Key accounts"]);
});

test("an organisation that does not respond does not prevent the start, and is saved later", async () => {
  const simulator = await startSimulator();
  const deps = await disconnectedDeps(simulator);
  // The simulator keeps its port: a closed one could be taken by another process in the meantime.
  const away = simulator.faults.add({ times: 0, fault: { kind: "cut", when: "before-headers" } });
  await useConnectionFile(deps, fileFor(simulator));
  const { kysely } = deps.database;
  expect((await loadConnection(kysely)).environment).toMatchObject({ organizationId: null, fromFile: true });
  expect(await loadSyncStatus(kysely, await loadConnection(kysely), deps.clock.now())).toMatchObject({
    state: "never-synced",
    attention: null,
  });
  simulator.faults.remove(away);
  const open = await openStoredConnection({ ...deps, file: fileFor(simulator) });
  await open.close();
  expect((await loadConnection(kysely)).environment?.organizationId).toBe(simulator.org.id);
});

test("a wrong secret needs attention; an invalid address is refused at once", async () => {
  const simulator = await startSimulator();
  const deps = await disconnectedDeps(simulator);
  const file = fileFor(simulator);
  await useConnectionFile(deps, {
    ...file,
    signIn: { ...file.signIn, clientSecret: () => "wrong" } as const,
  });
  expect((await loadConnection(deps.database.kysely)).attention).toMatchObject({
    kind: "reconnect",
    sentence: expect.stringContaining("The client secret is wrong."),
  });
  const elsewhere = { ...file, address: "https://crm.ourcompany.example" };
  await expect(useConnectionFile(deps, elsewhere)).rejects.toThrow(AddressError);
});

test("after a restart with the same file, the connection and its attention are the same", async () => {
  const simulator = await startSimulator();
  const deps = await disconnectedDeps(simulator);
  const { kysely } = deps.database;
  await useConnectionFile(deps, fileFor(simulator));
  const attention: Attention = {
    kind: "view-broken",
    title: "The view cannot be run",
    sentence: "It filters on a column that is gone.",
    howToResolve: "Choose another one.",
    place: "accounts",
    run: 1,
  };
  await setAttention(kysely, attention);
  const { environment } = await loadConnection(kysely);
  simulator.faults.add({ times: 0, fault: { kind: "cut", when: "before-headers" } });

  const later = { ...deps, clock: createSettableClock(new Date(deps.clock.now().getTime() + 3_600_000)) };
  await useConnectionFile(later, fileFor(simulator));

  expect(await loadConnection(kysely)).toMatchObject({
    environment: { connectedAt: environment?.connectedAt },
    attention,
  });
});

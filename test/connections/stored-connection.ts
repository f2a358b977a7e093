// A stored connection: a simulated organisation, a database, and an administrator who has logged
// in.
import { onTestFinished } from "vitest";
import { runSimulator, type RunningSimulator, type RunOptions } from "../../simulator/main.ts";
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { loadConnection, saveSignIn } from "../../src/connections/connection.ts";
import {
  openStoredConnection,
  type ConnectionDeps,
} from "../../src/connections/sign-in/open-stored-connection.ts";
import { sharedTokens } from "../../src/connections/sign-in/shared-tokens.ts";
import { createSealer } from "../../src/lib/sealer.ts";
import { createSettableClock, type SettableClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { testDatabase } from "../harness/database.ts";
import { REFRESH_TOKEN } from "../../src/connections/sign-in/secrets.ts";

export const KEY = Buffer.alloc(32, 7);

export type TestDeps = ConnectionDeps & { readonly simulator: string; readonly clock: SettableClock };

export async function startSimulator(options: RunOptions = {}): Promise<RunningSimulator> {
  const simulator = await runSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

/** The dependencies of an installation that is not connected yet. */
export async function disconnectedDeps(simulator: RunningSimulator): Promise<TestDeps> {
  return {
    database: await testDatabase(),
    clock: createSettableClock(simulator.org.now()),
    log: createLog({ level: "silent" }),
    simulator: simulator.origin,
    sealer: createSealer({ current: KEY }),
    dynamicsApp: { clientId: simulator.clientId, clientSecret: simulator.clientSecret },
    tokens: sharedTokens(),
  };
}

/**
 * Stores the sign-in that a log-in would store.
 * @returns how many accounts stay linked to another organisation
 */
export async function saveLogIn(
  deps: TestDeps,
  simulator: RunningSimulator,
  refreshToken: string = simulator.refreshToken,
): Promise<number> {
  return deps.database.kysely.transaction().execute((trx) =>
    saveSignIn(trx, {
      environment: normaliseAddress(simulator.origin, { simulatorOrigin: simulator.origin }),
      authority: { origin: simulator.origin, tenant: simulator.tenantId },
      organizationId: simulator.org.id,
      signInBy: "delegated",
      signedInAs: "Admin Contoso",
      clientId: simulator.clientId,
      sealedRefreshToken: deps.sealer.seal(REFRESH_TOKEN, refreshToken),
      connectedBy: "wren@ourcompany.example",
      connectedAt: deps.clock.now(),
    }),
  );
}

export async function connectedDeps(simulator: RunningSimulator): Promise<TestDeps> {
  const deps = await disconnectedDeps(simulator);
  await saveLogIn(deps, simulator);
  return deps;
}

/** The same installation in another process, perhaps with other settings. */
export function anotherProcess(deps: TestDeps, changed: Partial<TestDeps> = {}): TestDeps {
  return { ...deps, ...changed, tokens: sharedTokens() };
}

export const loadAttention = async ({ database }: TestDeps) =>
  (await loadConnection(database.kysely)).attention;

/** The stored refresh token, unsealed. */
export async function storedRefreshToken({ database, sealer }: TestDeps): Promise<string> {
  const row = await database.kysely
    .selectFrom("connection")
    .select("sealed_refresh_token")
    .executeTakeFirstOrThrow();
  return sealer.open(REFRESH_TOKEN, row.sealed_refresh_token ?? "");
}

/** Opens the stored connection, asks Dynamics 365 who is signed in, and closes it. */
export async function whoAmI(deps: TestDeps): Promise<string> {
  const open = await openStoredConnection(deps);
  try {
    return (await open.client.whoAmI()).userId;
  } finally {
    await open.close();
  }
}

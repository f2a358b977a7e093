// "Log in to Dynamics 365": a person signs in at Microsoft Entra ID, in the tenant of the environment, and comes back with a
// code. Only a System Administrator may connect, for personal views are seen by nobody else; until that is known nothing is
// stored but the way back: a state that is good once, for ten minutes, for the teammate who began.
import { createHash } from "node:crypto";
import { redeemCode, refusedSignIn, startSignIn } from "../../dataverse/auth/authorize.ts";
import type { DataverseClient } from "../../dataverse/client.ts";
import { DataverseError } from "../../dataverse/http/errors.ts";
import type { ClientCredentials } from "../../dataverse/auth/token-endpoint.ts";
import { sharedRefreshTokens, type TokenSource } from "../../dataverse/auth/tokens.ts";
import { DAY_MS } from "../../lib/durations.ts";
import { openHttp, type Http } from "../../lib/http.ts";
import { ConnectionError } from "../connection-error.ts";
import { saveSignIn } from "../connection.ts";
import { environmentAt, findPlace, openClient } from "./open-client.ts";
import type { ConnectionParts } from "./open-stored-connection.ts";
import { REFRESH_TOKEN, SIGN_IN_VERIFIER } from "./secrets.ts";

export type Returned = {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
};

const GOOD_FOR_MS = 10 * 60_000;

/** @returns where the browser goes. @throws ConnectionError, AddressError, DataverseError */
export async function beginLogIn(
  parts: ConnectionParts,
  asked: { readonly address: string; readonly teammateId: number; readonly redirectUri: string },
  signal?: AbortSignal,
): Promise<string> {
  const app = applicationOf(parts);
  const environment = environmentAt(parts, asked.address);
  return withHttp(async (http) => {
    const place = await findPlace(parts, environment, http, signal);
    const context = { environment, place, http, clock: parts.clock };
    const { url, state, verifier } = await startSignIn(context, app, asked.redirectUri);
    const { kysely } = parts.database;
    const now = parts.clock.now();
    await kysely.deleteFrom("dynamics_sign_ins").where("expires_at", "<=", dayBefore(now)).execute();
    await kysely
      .insertInto("dynamics_sign_ins")
      .values({
        state_hash: hashOf(state),
        teammate_id: asked.teammateId,
        address: asked.address,
        authority: place.authority,
        tenant: place.tenant,
        redirect_uri: asked.redirectUri,
        sealed_verifier: parts.sealer.seal(SIGN_IN_VERIFIER, verifier),
        expires_at: new Date(now.getTime() + GOOD_FOR_MS),
      })
      .execute();
    return url;
  });
}

/** @returns how many accounts stay linked to another organisation. @throws with a sentence; nothing is stored then */
export async function finishLogIn(
  parts: ConnectionParts,
  teammate: { readonly id: number; readonly email: string },
  returned: Returned,
  signal?: AbortSignal,
): Promise<number> {
  const begun = await takeBegun(parts, teammate.id, returned.state ?? "");
  if (returned.error !== undefined) throw refusedSignIn(returned.error, returned.error_description ?? "");
  const { code } = returned;
  if (code === undefined) throw unknownSignIn();
  const app = applicationOf(parts);
  const environment = environmentAt(parts, begun.address);
  const place = { authority: begun.authority, tenant: begun.tenant };
  const verifier = parts.sealer.open(SIGN_IN_VERIFIER, begun.sealed_verifier);
  return withHttp(async (http) => {
    const context = { environment, place, http, clock: parts.clock };
    const signedIn = await redeemCode(context, app, { code, redirectUri: begun.redirect_uri, verifier });
    let { refreshToken } = signedIn;
    const tokens = sharedRefreshTokens(
      context,
      {
        ...app,
        exchange: async (use) => {
          const exchanged = await use(refreshToken);
          ({ refreshToken } = exchanged);
          return exchanged.result;
        },
      },
      signedIn.granted,
    );
    const who = await administratorBehind(parts, { environment, place }, tokens, signal);
    return parts.database.kysely.transaction().execute((trx) =>
      saveSignIn(trx, {
        environment,
        place,
        organizationId: who.organizationId,
        signInBy: "delegated",
        signedInAs: who.name,
        clientId: app.clientId,
        sealedRefreshToken: parts.sealer.seal(REFRESH_TOKEN, refreshToken),
        connectedBy: teammate.email,
        connectedAt: parts.clock.now(),
      }),
    );
  });
}

async function administratorBehind(
  parts: ConnectionParts,
  at: Parameters<typeof openClient>[1],
  tokens: TokenSource,
  signal: AbortSignal | undefined,
): Promise<{ organizationId: string; name: string }> {
  const open = await openClient(parts, at, () => tokens, { signal });
  try {
    const { organizationId } = await open.client.whoAmI();
    const { fullName, address } = await open.client.connectedUser();
    const name = address === "" || address === fullName ? fullName : `${fullName} (${address})`;
    if (await isAdministrator(open.client)) return { organizationId, name };
    throw new ConnectionError(
      "not-administrator",
      `${name} is not a System Administrator in ${new URL(at.environment.origin).host}.`,
      {
        fix:
          'Log in as somebody who is, or have the security role "System Administrator" given to this user, directly ' +
          "or through a team. Nothing was stored.",
      },
    );
  } finally {
    await open.close();
  }
}

/** Who may not even read roles is none. */
async function isAdministrator(client: DataverseClient): Promise<boolean> {
  try {
    return await client.isSystemAdministrator();
  } catch (error) {
    if (error instanceof DataverseError && error.code === "missing-privilege") return false;
    throw error;
  }
}

/** Compare and set: of two that come back with one state, one goes on. */
async function takeBegun({ database, clock }: ConnectionParts, teammateId: number, state: string) {
  const now = clock.now();
  const mine = { state_hash: hashOf(state), teammate_id: teammateId };
  const taken = await database.kysely
    .updateTable("dynamics_sign_ins")
    .set({ used_at: now })
    .where((eb) => eb.and(mine))
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .returning(["address", "authority", "tenant", "redirect_uri", "sealed_verifier"])
    .executeTakeFirst();
  if (taken !== undefined) return taken;
  const known = await database.kysely
    .selectFrom("dynamics_sign_ins")
    .select("used_at")
    .where((eb) => eb.and(mine))
    .executeTakeFirst();
  if (known === undefined) throw unknownSignIn();
  if (known.used_at !== null)
    throw new ConnectionError(
      "sign-in-used",
      "This log-in was completed already, and a log-in counts once.",
      { fix: "If Dynamics 365 is not connected, log in again." },
    );
  throw new ConnectionError(
    "sign-in-expired",
    "The log-in took longer than ten minutes, so it was not accepted.",
    { fix: "Log in to Dynamics 365 again." },
  );
}

function unknownSignIn(): ConnectionError {
  return new ConnectionError(
    "sign-in-unknown",
    "This log-in was not begun here by you, so it was not accepted.",
    { fix: "Log in to Dynamics 365 from the sync settings." },
  );
}

function applicationOf({ dynamicsApp, file }: ConnectionParts): ClientCredentials {
  if (file !== undefined) throw setUpInFile();
  if (dynamicsApp !== undefined) return dynamicsApp;
  throw new ConnectionError(
    "no-application",
    "Logging in needs an application that is registered in Microsoft Entra ID, and none is set.",
    {
      fix:
        "Have the operator register one and set SLUICE_DYNAMICS_CLIENT_ID and SLUICE_DYNAMICS_CLIENT_SECRET, or connect " +
        "with an application's own secret.",
    },
  );
}

export function setUpInFile(): ConnectionError {
  return new ConnectionError(
    "set-up-in-file",
    "The connection is set up in the connection file that Sluice was started with.",
    { fix: "Change it there, and start Sluice again." },
  );
}

async function withHttp<T>(work: (http: Http) => Promise<T>): Promise<T> {
  const http = openHttp();
  try {
    return await work(http);
  } finally {
    await http.close();
  }
}

function hashOf(state: string): Buffer {
  return createHash("sha256").update(state).digest();
}

function dayBefore(now: Date): Date {
  return new Date(now.getTime() - DAY_MS);
}

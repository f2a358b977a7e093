// "Log in to Dynamics 365": delegated sign-in, since a personal view is visible only to its owner
// and those it is shared with. Only a System Administrator may connect; until that is verified,
// only the state is stored, valid once, for ten minutes, for the teammate who started.
import { createHash } from "node:crypto";
import { redeemCode, authorizationError, startSignIn } from "../../dataverse/auth/authorize.ts";
import { discoverSignIn } from "../../dataverse/auth/discovery.ts";
import type { DataverseClient } from "../../dataverse/client.ts";
import { DataverseError } from "../../dataverse/http/errors.ts";
import type { ClientCredentials } from "../../dataverse/auth/token-endpoint.ts";
import { sharedRefreshTokens, type TokenSource } from "../../dataverse/auth/tokens.ts";
import { DAY_MS } from "../../lib/durations.ts";
import { openHttp, type Http } from "../../lib/http.ts";
import { ConnectionError } from "../connection-error.ts";
import { saveSignIn } from "../connection.ts";
import { environmentAt, openClient } from "./open-client.ts";
import type { ConnectionDeps } from "./open-stored-connection.ts";
import { REFRESH_TOKEN, SIGN_IN_VERIFIER } from "./secrets.ts";

export type AuthorizationResponse = {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
};

const SIGN_IN_TTL_MS = 10 * 60_000;

/**
 * @returns the URL of the sign-in page
 * @throws ConnectionError, AddressError, DataverseError
 */
export async function startLogIn(
  deps: ConnectionDeps,
  request: { readonly address: string; readonly teammateId: number; readonly redirectUri: string },
  signal?: AbortSignal,
): Promise<string> {
  const app = requireApplication(deps);
  const environment = environmentAt(deps, request.address);
  return withHttp(deps, async (http) => {
    const authority = await discoverSignIn(environment, { http, clock: deps.clock, signal });
    const context = { environment, authority, http, clock: deps.clock };
    const { url, state, verifier } = await startSignIn(context, app, request.redirectUri);
    const { kysely } = deps.database;
    const now = deps.clock.now();
    await kysely.deleteFrom("dynamics_sign_ins").where("expires_at", "<=", dayBefore(now)).execute();
    await kysely
      .insertInto("dynamics_sign_ins")
      .values({
        state_hash: hashOf(state),
        teammate_id: request.teammateId,
        address: request.address,
        authority: authority.origin,
        tenant: authority.tenant,
        redirect_uri: request.redirectUri,
        sealed_verifier: deps.sealer.seal(SIGN_IN_VERIFIER, verifier),
        expires_at: new Date(now.getTime() + SIGN_IN_TTL_MS),
      })
      .execute();
    return url;
  });
}

/**
 * @returns how many accounts stay linked to another organisation
 * @throws UserError, and stores nothing then
 */
export async function finishLogIn(
  deps: ConnectionDeps,
  teammate: { readonly id: number; readonly email: string },
  response: AuthorizationResponse,
  signal?: AbortSignal,
): Promise<number> {
  const pending = await claimPendingSignIn(deps, teammate.id, response.state ?? "");
  if (response.error !== undefined)
    throw authorizationError(response.error, response.error_description ?? "");
  const { code } = response;
  if (code === undefined) throw unknownSignInError();
  const app = requireApplication(deps);
  const environment = environmentAt(deps, pending.address);
  const authority = { origin: pending.authority, tenant: pending.tenant };
  const verifier = deps.sealer.open(SIGN_IN_VERIFIER, pending.sealed_verifier);
  return withHttp(deps, async (http) => {
    const context = { environment, authority, http, clock: deps.clock };
    const issued = await redeemCode(context, app, { code, redirectUri: pending.redirect_uri, verifier });
    let { refreshToken } = issued;
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
      issued.accessToken,
    );
    const administrator = await requireAdministrator(deps, { environment, authority }, tokens, signal);
    return deps.database.kysely.transaction().execute((trx) =>
      saveSignIn(trx, {
        environment,
        authority,
        organizationId: administrator.organizationId,
        signInBy: "delegated",
        signedInAs: administrator.name,
        clientId: app.clientId,
        sealedRefreshToken: deps.sealer.seal(REFRESH_TOKEN, refreshToken),
        connectedBy: teammate.email,
        connectedAt: deps.clock.now(),
      }),
    );
  });
}

async function requireAdministrator(
  deps: ConnectionDeps,
  target: Parameters<typeof openClient>[1],
  tokens: TokenSource,
  signal: AbortSignal | undefined,
): Promise<{ organizationId: string; name: string }> {
  const open = await openClient(deps, target, () => tokens, { signal });
  try {
    const { organizationId } = await open.client.whoAmI();
    const { fullName, address } = await open.client.connectedUser();
    const name = address === "" || address === fullName ? fullName : `${fullName} (${address})`;
    if (await isAdministrator(open.client)) return { organizationId, name };
    throw new ConnectionError(
      "not-administrator",
      `${name} is not a System Administrator in ${new URL(target.environment.origin).host}.`,
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

/** A user who may not read roles is no administrator. */
async function isAdministrator(client: DataverseClient): Promise<boolean> {
  try {
    return await client.isSystemAdministrator();
  } catch (error) {
    if (error instanceof DataverseError && error.code === "missing-privilege") return false;
    throw error;
  }
}

/**
 * Marks the pending sign-in as used by compare-and-set: of two requests with one state, one
 * succeeds.
 */
async function claimPendingSignIn({ database, clock }: ConnectionDeps, teammateId: number, state: string) {
  const now = clock.now();
  const own = { state_hash: hashOf(state), teammate_id: teammateId };
  const taken = await database.kysely
    .updateTable("dynamics_sign_ins")
    .set({ used_at: now })
    .where((eb) => eb.and(own))
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .returning(["address", "authority", "tenant", "redirect_uri", "sealed_verifier"])
    .executeTakeFirst();
  if (taken !== undefined) return taken;
  const known = await database.kysely
    .selectFrom("dynamics_sign_ins")
    .select("used_at")
    .where((eb) => eb.and(own))
    .executeTakeFirst();
  if (known === undefined) throw unknownSignInError();
  if (known.used_at !== null)
    throw new ConnectionError(
      "sign-in-used",
      "This log-in was already completed, and a log-in can be used only once.",
      { fix: "If Dynamics 365 is not connected, log in again." },
    );
  throw new ConnectionError(
    "sign-in-expired",
    "The log-in took longer than ten minutes, so it was not accepted.",
    { fix: "Log in to Dynamics 365 again." },
  );
}

function unknownSignInError(): ConnectionError {
  return new ConnectionError(
    "sign-in-unknown",
    "This log-in was not started here by you, so it was not accepted.",
    { fix: "Log in to Dynamics 365 from the sync settings." },
  );
}

function requireApplication(deps: ConnectionDeps): ClientCredentials {
  assertNotFromFile(deps);
  const { dynamicsApp } = deps;
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

/** @throws ConnectionError when a connection file sets the connection up */
export function assertNotFromFile({ file }: Pick<ConnectionDeps, "file">): void {
  if (file === undefined) return;
  throw new ConnectionError(
    "set-up-in-file",
    "The connection is set up in the connection file that Sluice was started with.",
    { fix: "Change it there, and start Sluice again." },
  );
}

async function withHttp<T>(
  { proxy }: Pick<ConnectionDeps, "proxy">,
  work: (http: Http) => Promise<T>,
): Promise<T> {
  const http = openHttp({ proxy });
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

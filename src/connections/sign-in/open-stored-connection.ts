// Opens the connection that is stored in the database, with the access tokens that this process
// shares. A sign-in that fails is saved as attention for an admin.
import { sql, type Selectable } from "kysely";
import { clientCredentialTokens, sharedRefreshTokens } from "../../dataverse/auth/tokens.ts";
import type { TokenSource } from "../../dataverse/auth/tokens.ts";
import type { ClientCredentials, SignInContext } from "../../dataverse/auth/token-endpoint.ts";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import { attentionOf, KINDS_RESOLVED_BY_TOKEN } from "../status/attention.ts";
import type { ConnectionSettings } from "../file/connection-file.ts";
import { ConnectionError } from "../connection-error.ts";
import { environmentAt, fileTokens, openClient } from "./open-client.ts";
import type { OpenConnection, OpenOptions, ClientDeps } from "./open-client.ts";
import type { Sealer } from "../../lib/sealer.ts";
import { refreshTokenStore } from "./refresh-token-store.ts";
import { CLIENT_SECRET, REFRESH_TOKEN } from "./secrets.ts";
import type { SharedTokens } from "./shared-tokens.ts";

export type ConnectionDeps = ClientDeps & {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly tokens: SharedTokens;
  /** The application that people sign in to from the app, if the operator has registered one. */
  readonly dynamicsApp: ClientCredentials | undefined;
  /**
   * The connection file that `serve` was started with: it replaces the stored connection, and the app
   * only shows it.
   */
  readonly file?: Pick<ConnectionSettings, "address" | "signIn"> | undefined;
};

/** @throws ConnectionError, SealError, AddressError, DataverseError */
export async function openStoredConnection(
  deps: ConnectionDeps,
  options: OpenOptions = {},
): Promise<OpenConnection> {
  const stored = await deps.database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
  const source = deps.file === undefined ? storedSource(deps, stored) : fileSource(deps, deps.file);
  try {
    await reencryptSecret(deps, stored);
    const open = await openClient(
      deps,
      source.target,
      (context) =>
        deps.tokens.sourceOf(stored.generation, (requests) =>
          withAttentionTracking(
            deps.database,
            stored.generation,
            source.tokensFor({ ...context, ...requests }),
          ),
        ),
      options,
    );
    if (stored.organization_id === null) await saveOrganisationId(deps, stored, open);
    return open;
  } catch (error) {
    await saveAttention(deps.database, stored.generation, error);
    throw error;
  }
}

/** Saves the organisation of a connection file that did not answer when the file was first read. */
async function saveOrganisationId(
  { database }: ConnectionDeps,
  stored: StoredConnection,
  open: OpenConnection,
): Promise<void> {
  try {
    const { organizationId } = await open.client.whoAmI();
    await database.kysely
      .updateTable("connection")
      .set({ organization_id: organizationId })
      .where("generation", "=", stored.generation)
      .execute();
  } catch (error) {
    await open.close();
    throw error;
  }
}

type StoredConnection = Selectable<Tables["connection"]>;
type SignInSource = {
  readonly target: Parameters<typeof openClient>[1];
  readonly tokensFor: (context: SignInContext) => TokenSource;
};

function fileSource(deps: ConnectionDeps, file: NonNullable<ConnectionDeps["file"]>): SignInSource {
  return {
    target: { environment: environmentAt(deps, file.address), tenant: file.signIn.tenant },
    tokensFor: (context) => fileTokens(file.signIn, context, deps.log),
  };
}

function storedSource(deps: ConnectionDeps, stored: StoredConnection): SignInSource {
  const { origin, authority, tenant, sign_in: signIn, app_id: appId } = stored;
  if (signIn === null || origin === null || authority === null || tenant === null)
    throw new ConnectionError("not-connected", "Dynamics 365 is not connected.", {
      fix: "Connect it under Accounts, Import, Dynamics 365.",
    });
  const environment = environmentAt(deps, origin);
  return {
    target: {
      environment: { ...environment, ...(appId !== null && { appId }) },
      authority: { origin: authority, tenant },
    },
    tokensFor: (context) =>
      signIn === "app-only" ? appTokens(deps, stored, context) : delegatedTokens(deps, stored, context),
  };
}

function appTokens(
  { sealer }: ConnectionDeps,
  stored: StoredConnection,
  context: SignInContext,
): TokenSource {
  const clientSecret = sealer.open(CLIENT_SECRET, stored.sealed_client_secret ?? "");
  return clientCredentialTokens(context, { clientId: stored.client_id ?? "", clientSecret });
}

/**
 * Seals the client secret with the current key, so that the operator can remove an old one. (A
 * refresh token is sealed again at each exchange.)
 */
async function reencryptSecret(
  { database, sealer }: ConnectionDeps,
  stored: StoredConnection,
): Promise<void> {
  const { sealed_client_secret: sealed } = stored;
  if (sealed === null || sealer.isCurrent(sealed)) return;
  const secret = sealer.open(CLIENT_SECRET, sealed);
  await database.kysely
    .updateTable("connection")
    .set({ sealed_client_secret: sealer.seal(CLIENT_SECRET, secret) })
    .where("generation", "=", stored.generation)
    .execute();
}

function delegatedTokens(
  deps: ConnectionDeps,
  stored: StoredConnection,
  context: SignInContext,
): TokenSource {
  const { database, dynamicsApp, sealer } = deps;
  if (dynamicsApp?.clientId !== stored.client_id || dynamicsApp === undefined)
    throw new ConnectionError(
      "other-application",
      `Somebody logged in to Dynamics 365 with the application ${stored.client_id}, and that is not the one that is set ` +
        "now.",
      {
        fix: "Set SLUICE_DYNAMICS_CLIENT_ID and SLUICE_DYNAMICS_CLIENT_SECRET to it, or connect Dynamics 365 again.",
      },
    );
  // Opening it now reports a wrong key before the first request.
  sealer.open(REFRESH_TOKEN, stored.sealed_refresh_token ?? "");
  const exchange = refreshTokenStore({ database, sealer, signal: context.signal }, stored.generation);
  return sharedRefreshTokens(context, { ...dynamicsApp, exchange });
}

/** Saves attention when the sign-in fails, and clears it when it issues a new token. */
function withAttentionTracking(database: Database, generation: number, tokens: TokenSource): TokenSource {
  let last: string | undefined;
  const track = async (request: Promise<string>): Promise<string> => {
    try {
      const token = await request;
      if (token !== last) {
        last = token;
        await clearAttention(database, generation);
      }
      return token;
    } catch (error) {
      await saveAttention(database, generation, error);
      throw error;
    }
  };
  return {
    token: (signal) => track(tokens.token(signal)),
    renew: (stale, signal) => track(tokens.renew(stale, signal)),
  };
}

async function saveAttention(database: Database, generation: number, error: unknown): Promise<void> {
  const attention = attentionOf(error);
  if (attention === undefined) return;
  await database.kysely
    .updateTable("connection")
    .set({ attention: JSON.stringify(attention) })
    .where("generation", "=", generation)
    .execute();
}

async function clearAttention(database: Database, generation: number): Promise<void> {
  await database.kysely
    .updateTable("connection")
    .set({ attention: null })
    .where("generation", "=", generation)
    .where(sql<string>`attention ->> 'kind'`, "in", KINDS_RESOLVED_BY_TOKEN)
    .execute();
}

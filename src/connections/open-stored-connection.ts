// The connection that an admin made in the app becomes a client of Dynamics 365. Several processes may have it open: they
// exchange the refresh token one after the other, each the newest. A sign-in that fails asks for an admin's attention.
import { sql, type Selectable } from "kysely";
import { clientCredentialTokens, sharedRefreshTokens } from "../dataverse/tokens.ts";
import type { SharedSignIn, TokenSource } from "../dataverse/tokens.ts";
import type { ClientCredentials, SignInContext } from "../dataverse/token-endpoint.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { inTransaction } from "../db/transaction.ts";
import { attentionOf, endsWithToken } from "./attention.ts";
import type { ConnectionSettings } from "./connection-file.ts";
import { ConnectionError } from "./connection-error.ts";
import { environmentAt, fileTokens, openClient } from "./open-connection.ts";
import type { OpenConnection, OpenOptions, Outside } from "./open-connection.ts";
import type { Sealer } from "../lib/sealer.ts";
import { CLIENT_SECRET, REFRESH_TOKEN } from "./secrets.ts";

export type ConnectionParts = Outside & {
  readonly database: Database;
  readonly sealer: Sealer;
  /** The application that people sign in to from the app, if the operator registered one. */
  readonly dynamicsApp: ClientCredentials | undefined;
  /** Given to serve: it is the connection then, and the app only shows it. */
  readonly file?: Pick<ConnectionSettings, "address" | "signIn"> | undefined;
};

/** @throws ConnectionError, SealError, AddressError, DataverseError */
export async function openStoredConnection(
  parts: ConnectionParts,
  options: OpenOptions = {},
): Promise<OpenConnection> {
  const stored = await parts.database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
  const source = parts.file === undefined ? storedSource(parts, stored) : fileSource(parts, parts.file);
  try {
    await sealAnew(parts, stored);
    const open = await openClient(
      parts,
      source.at,
      (context) => watched(parts.database, stored, source.tokensFor(context)),
      options,
    );
    if (stored.organization_id === null) await learnOrganisation(parts, stored, open);
    return open;
  } catch (error) {
    await noteAttention(parts.database, stored, error);
    throw error;
  }
}

/** Of a connection file whose organisation did not answer when it was first read. */
async function learnOrganisation(
  { database }: ConnectionParts,
  stored: Stored,
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

type Stored = Selectable<Tables["connection"]>;
type Source = {
  readonly at: Parameters<typeof openClient>[1];
  readonly tokensFor: (context: SignInContext) => TokenSource;
};

function fileSource(parts: ConnectionParts, file: NonNullable<ConnectionParts["file"]>): Source {
  return {
    at: { environment: environmentAt(parts, file.address), tenant: file.signIn.tenant },
    tokensFor: (context) => fileTokens(file.signIn, context, parts.log),
  };
}

function storedSource(parts: ConnectionParts, stored: Stored): Source {
  const { origin, authority, tenant, sign_in: signIn, app_id: appId } = stored;
  if (signIn === null || origin === null || authority === null || tenant === null)
    throw new ConnectionError(
      "not-connected",
      "Dynamics 365 is not connected. Connect it under Accounts, Sync from Dynamics 365.",
    );
  const environment = environmentAt(parts, origin);
  return {
    at: {
      environment: { ...environment, ...(appId !== null && { appId }) },
      place: { authority, tenant },
    },
    tokensFor: (context) =>
      signIn === "app-only" ? appTokens(parts, stored, context) : personTokens(parts, stored, context),
  };
}

function appTokens({ sealer }: ConnectionParts, stored: Stored, context: SignInContext): TokenSource {
  const clientSecret = sealer.open(CLIENT_SECRET, stored.sealed_client_secret ?? "");
  return clientCredentialTokens(context, { clientId: stored.client_id ?? "", clientSecret });
}

/** Under the current key, so that the operator may throw an old one away. (A refresh token is with each exchange.) */
async function sealAnew({ database, sealer }: ConnectionParts, stored: Stored): Promise<void> {
  const { sealed_client_secret: sealed } = stored;
  if (sealed === null || sealer.isCurrent(sealed)) return;
  const secret = sealer.open(CLIENT_SECRET, sealed);
  await database.kysely
    .updateTable("connection")
    .set({ sealed_client_secret: sealer.seal(CLIENT_SECRET, secret) })
    .where("generation", "=", stored.generation)
    .execute();
}

function personTokens(parts: ConnectionParts, stored: Stored, context: SignInContext): TokenSource {
  const { dynamicsApp, sealer } = parts;
  if (dynamicsApp?.clientId !== stored.client_id || dynamicsApp === undefined)
    throw new ConnectionError(
      "other-application",
      `Somebody logged in to Dynamics 365 with the application ${stored.client_id}, and that is not the one that is set ` +
        "now. Set SLUICE_DYNAMICS_CLIENT_ID and SLUICE_DYNAMICS_CLIENT_SECRET to it, or connect Dynamics 365 again.",
    );
  // Told now rather than with the first request.
  sealer.open(REFRESH_TOKEN, stored.sealed_refresh_token ?? "");
  return sharedRefreshTokens(context, { ...dynamicsApp, exchange: lender(parts, stored.generation) });
}

/**
 * One exchange at a time over all processes, each with the token that the one before it got; saved when it resolves.
 * A lock beside the row and not on it, so that nothing else waits while Microsoft is asked.
 */
function lender({ database, sealer }: ConnectionParts, generation: number): SharedSignIn["exchange"] {
  return (use) =>
    inTransaction(database, async ({ kysely }) => {
      await sql`select pg_advisory_xact_lock(hashtext('sluice exchanges a refresh token'))`.execute(kysely);
      const stored = await kysely
        .selectFrom("connection")
        .select("sealed_refresh_token as sealed")
        .where("generation", "=", generation)
        .executeTakeFirst();
      if (stored === undefined || stored.sealed === null) throw replaced();
      const { refreshToken, result } = await use(sealer.open(REFRESH_TOKEN, stored.sealed));
      await kysely
        .updateTable("connection")
        .set({ sealed_refresh_token: sealer.seal(REFRESH_TOKEN, refreshToken) })
        .where("generation", "=", generation)
        .execute();
      return result;
    });
}

function replaced(): ConnectionError {
  return new ConnectionError(
    "replaced",
    "Dynamics 365 was disconnected or connected anew in the meantime. Try again.",
  );
}

/** A sign-in that fails asks for attention; one that works again ends that. */
function watched(database: Database, stored: Stored, tokens: TokenSource): TokenSource {
  let asks = stored.attention !== null && endsWithToken(stored.attention);
  const watch = async (token: Promise<string>): Promise<string> => {
    try {
      const got = await token;
      if (asks) await endAttention(database, stored);
      asks = false;
      return got;
    } catch (error) {
      await noteAttention(database, stored, error);
      throw error;
    }
  };
  return {
    token: (signal) => watch(tokens.token(signal)),
    renew: (stale, signal) => watch(tokens.renew(stale, signal)),
  };
}

async function noteAttention(database: Database, stored: Stored, error: unknown): Promise<void> {
  const attention = attentionOf(error);
  if (attention === undefined) return;
  await database.kysely
    .updateTable("connection")
    .set({ attention: JSON.stringify(attention) })
    .where("generation", "=", stored.generation)
    .execute();
}

async function endAttention(database: Database, stored: Stored): Promise<void> {
  await database.kysely
    .updateTable("connection")
    .set({ attention: null })
    .where("generation", "=", stored.generation)
    .where(sql`attention ->> 'kind'`, "=", stored.attention?.kind ?? "")
    .execute();
}

// Implements the token endpoint and its three grants: authorization code with PKCE, refresh token,
// client credentials. Source: Microsoft Learn "Microsoft identity platform and OAuth 2.0
// authorization code flow", "… client credentials flow", "Refresh tokens in the Microsoft identity
// platform".
import { createHash, randomUUID } from "node:crypto";
import { AadstsError } from "./aadsts.ts";
import { findApp, isMultiTenantEndpoint, type AppRegistration, type DirectoryUser } from "./directory.ts";
import { readScopes, type Scopes } from "./scopes.ts";
import { seal, signJwt, unseal } from "./sealed-tokens.ts";
import type { EntraState } from "./state.ts";
import type { EntraRequest } from "./types.ts";

const DAY_MS = 86_400_000;
const MIN_VERIFIER_LENGTH = 43;

/** Returns the body of a successful token response. @throws AadstsError for every refusal */
export function issueTokens(
  entra: EntraState,
  tenant: string,
  request: EntraRequest,
): Record<string, unknown> {
  if (request.method !== "POST") throw new AadstsError(900561);
  const form = new URLSearchParams(request.body);
  const grant = required(form, "grant_type");
  const forced = entra.takeForcedError(grant);
  if (forced !== undefined) throw new AadstsError(forced);
  const app = authenticatedClient(entra, tenant, request, form);
  switch (grant) {
    case "client_credentials":
      return clientCredentialsGrant(entra, tenant, app, form, request.origin);
    case "authorization_code":
      return authorizationCodeGrant(entra, app, form, request.origin);
    case "refresh_token":
      return refreshTokenGrant(entra, app, form, request.origin);
    default:
      throw new AadstsError(70003, grant);
  }
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "") throw new AadstsError(900144, name);
  return value;
}

/** Authenticates the client by parameters in the body or by HTTP Basic. */
function authenticatedClient(
  entra: EntraState,
  tenant: string,
  request: EntraRequest,
  form: URLSearchParams,
): AppRegistration {
  const basic = basicCredentials(request.headers["authorization"]);
  const clientId = basic?.id ?? required(form, "client_id");
  const secret = basic?.secret ?? form.get("client_secret");
  const app = findApp(entra.directory, clientId);
  if (!app) throw new AadstsError(700016, clientId, entra.directory.tenantName);
  if (app.multiTenant === false && isMultiTenantEndpoint(tenant)) {
    throw new AadstsError(50194, app.clientId, app.displayName);
  }
  if (app.secrets.length === 0) {
    if (secret !== null) throw new AadstsError(700025);
    return app;
  }
  if (secret === null) throw new AadstsError(7000218);
  const match = app.secrets.find((one) => one.value === secret);
  if (!match) throw new AadstsError(7000215, app.clientId);
  if (match.expiresAt !== undefined && match.expiresAt <= entra.now()) {
    throw new AadstsError(7000222, app.clientId);
  }
  return app;
}

function basicCredentials(
  header: EntraRequest["headers"][string],
): { id: string; secret: string } | undefined {
  const encoded = typeof header === "string" ? /^Basic\s+(\S+)$/i.exec(header)?.[1] : undefined;
  if (encoded === undefined) return undefined;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { id: formDecoded(id), secret: formDecoded(secret) };
}

// RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined.
function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text}`).get("x") ?? "";
}

function clientCredentialsGrant(
  entra: EntraState,
  tenant: string,
  app: AppRegistration,
  form: URLSearchParams,
  origin: string,
): Record<string, unknown> {
  if (isMultiTenantEndpoint(tenant)) throw new AadstsError(50059);
  const scope = required(form, "scope");
  if (!scope.endsWith("/.default") || /\s/.test(scope)) throw new AadstsError(1002012, scope);
  const { resource } = readScopes(scope);
  requireResource(entra, resource, origin);
  return tokenResponse(entra, accessToken(entra, app, app.objectId, resource, origin), undefined);
}

function authorizationCodeGrant(
  entra: EntraState,
  app: AppRegistration,
  form: URLSearchParams,
  origin: string,
): Record<string, unknown> {
  const code = entra.codes.get(required(form, "code"));
  if (!code || code.clientId !== app.clientId) throw new AadstsError(70000, "code");
  if (code.redeemed) throw new AadstsError(54005);
  if (code.expiresAt <= entra.now()) throw new AadstsError(70008);
  const redirectUri = required(form, "redirect_uri");
  if (redirectUri !== code.redirectUri) throw new AadstsError(500112, redirectUri, code.redirectUri);
  if (code.codeChallenge && !matchesChallenge(form.get("code_verifier"), code.codeChallenge))
    throw new AadstsError(501481);
  code.redeemed = true;
  const user = requireUser(entra, app, code.objectId);
  const scopes = readScopes(form.get("scope") ?? code.scope);
  return delegatedTokens(entra, app, user, scopes, origin, code.nonce);
}

function matchesChallenge(
  verifier: string | null,
  challenge: { text: string; method: "S256" | "plain" },
): boolean {
  if (verifier === null || verifier.length < MIN_VERIFIER_LENGTH) return false;
  if (challenge.method === "plain") return verifier === challenge.text;
  return createHash("sha256").update(verifier).digest("base64url") === challenge.text;
}

function refreshTokenGrant(
  entra: EntraState,
  app: AppRegistration,
  form: URLSearchParams,
  origin: string,
): Record<string, unknown> {
  const grant = unseal(entra.key, "rt", required(form, "refresh_token"));
  if (!grant || grant["appid"] !== app.clientId) throw new AadstsError(70000, "refresh_token");
  const id = String(grant["id"]);
  const issued = Number(grant["iat"]);
  const days = entra.options.refreshTokenDays ?? 90;
  if (issued + days * DAY_MS <= entra.now()) {
    throw new AadstsError(700082, new Date(issued).toISOString(), String(days));
  }
  const user = requireUser(entra, app, String(grant["oid"]));
  const validFrom = entra.tokensValidFrom.get(user.objectId) ?? 0;
  if (issued <= validFrom || entra.revokedRefreshTokens.has(id)) {
    throw new AadstsError(50173, new Date(issued).toISOString(), new Date(validFrom).toISOString());
  }
  if (entra.options.oldRefreshTokens === "refused" && entra.usedRefreshTokens.has(id)) {
    throw new AadstsError(70000, "refresh_token");
  }
  if (user.mfaRequired) throw new AadstsError(50076, origin);
  // The token itself proves that consent was given once; a process that was started later with the
  // same key did not see it happen.
  if (entra.hasWithdrawnConsent(app.clientId, user.objectId))
    throw new AadstsError(65001, app.clientId, app.displayName);
  const scopes = readScopes(form.get("scope") ?? String(grant["scope"]));
  const body = delegatedTokens(entra, app, user, { ...scopes, offline: true }, origin, undefined);
  entra.usedRefreshTokens.add(id);
  return body;
}

/**
 * Returns the user a grant was issued for.
 * @throws AadstsError if the user may not use the app any more
 */
export function requireUser(entra: EntraState, app: AppRegistration, objectId: string): DirectoryUser {
  const user = entra.directory.users.find((one) => one.objectId === objectId);
  if (!user) throw new AadstsError(50034, objectId, entra.directory.tenantName);
  if (user.disabled) throw new AadstsError(50057);
  if (app.assignedUsers && !app.assignedUsers.includes(user.objectId)) {
    throw new AadstsError(50105, app.clientId, app.displayName, user.userPrincipalName);
  }
  if (user.blockedByConditionalAccess) throw new AadstsError(53003);
  return user;
}

export function requireResource(entra: EntraState, resource: string | undefined, origin: string): void {
  if (resource !== undefined && !entra.knowsResource(resource, origin)) {
    throw new AadstsError(500011, resource, entra.directory.tenantName);
  }
}

function delegatedTokens(
  entra: EntraState,
  app: AppRegistration,
  user: DirectoryUser,
  scopes: Scopes,
  origin: string,
  nonce: string | undefined,
): Record<string, unknown> {
  requireResource(entra, scopes.resource, origin);
  return {
    ...tokenResponse(entra, accessToken(entra, app, user.objectId, scopes.resource, origin), scopes),
    ...(scopes.offline
      ? { refresh_token: entra.sealRefreshToken(app.clientId, user.objectId, scopes.granted.join(" ")) }
      : {}),
    ...(scopes.openid ? { id_token: idToken(entra, app, user, origin, nonce) } : {}),
  };
}

function accessTokenLifetime(entra: EntraState): number {
  return entra.options.accessTokenSeconds ?? 3599;
}

function tokenResponse(
  entra: EntraState,
  access: string,
  scopes: Scopes | undefined,
): Record<string, unknown> {
  const seconds = accessTokenLifetime(entra);
  return {
    token_type: "Bearer",
    ...(scopes ? { scope: scopes.granted.filter((word) => word !== "offline_access").join(" ") } : {}),
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: access,
  };
}

// Without a resource the token is for Microsoft Graph, as in Entra ID, and no environment accepts
// it.
const GRAPH_RESOURCE = "00000003-0000-0000-c000-000000000000";

function accessToken(
  entra: EntraState,
  app: AppRegistration,
  objectId: string,
  resource: string | undefined,
  origin: string,
): string {
  const issued = Math.floor(entra.now() / 1000);
  return seal(entra.key, "at+jwt", {
    aud: resource ?? GRAPH_RESOURCE,
    iss: `${origin}/${entra.directory.tenantId}/`,
    iat: issued,
    nbf: issued,
    exp: issued + accessTokenLifetime(entra),
    appid: app.clientId,
    oid: objectId,
    tid: entra.directory.tenantId,
    uti: randomUUID(),
  });
}

function idToken(
  entra: EntraState,
  app: AppRegistration,
  user: DirectoryUser,
  origin: string,
  nonce: string | undefined,
): string {
  const issued = Math.floor(entra.now() / 1000);
  return signJwt({
    aud: app.clientId,
    iss: entra.issuer(origin),
    iat: issued,
    nbf: issued,
    exp: issued + accessTokenLifetime(entra),
    name: user.displayName,
    oid: user.objectId,
    preferred_username: user.userPrincipalName,
    sub: createHash("sha256").update(`${app.clientId} ${user.objectId}`).digest("base64url"),
    tid: entra.directory.tenantId,
    ver: "2.0",
    ...(nonce === undefined ? {} : { nonce }),
  });
}

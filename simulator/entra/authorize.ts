// Implements the authorize endpoint: it checks the request, signs the user in, asks for consent,
// and redirects to the application with a code. Tests that have no browser add
// `simulator_user=<name>` (and `simulator_consent=no`) to the URL: that user then signs in without
// a page. Source: Microsoft Learn "… OAuth 2.0 authorization code flow", "… admin consent".
import { randomBytes, randomUUID } from "node:crypto";
import { AadstsError } from "./aadsts.ts";
import {
  findApp,
  findUser,
  isMultiTenantEndpoint,
  type AppRegistration,
  type DirectoryUser,
} from "./directory.ts";
import { redirectToApp, escapeHtml, htmlResponse, signInPage, type ResponseMode } from "./pages.ts";
import { readScopes, type Scopes } from "./scopes.ts";
import { seal, unseal } from "./sealed-tokens.ts";
import type { EntraState } from "./state.ts";
import { requireResource, requireUser } from "./token.ts";
import type { CodeGrant, EntraRequest, EntraResponse } from "./types.ts";

const CODE_LIFETIME = 10 * 60_000;
const SESSION_COOKIE = "ESTSAUTHPERSISTENT";

interface AuthorizeRequest {
  readonly app: AppRegistration;
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly scope: string;
  readonly scopes: Scopes;
  readonly codeChallenge: CodeGrant["codeChallenge"];
}

/** @throws AadstsError for what is shown to the user instead of being sent to the redirect URI */
export function authorize(entra: EntraState, tenant: string, request: EntraRequest): EntraResponse {
  const { query } = request;
  const app = requireApp(entra, query);
  if (app.multiTenant === false && isMultiTenantEndpoint(tenant))
    throw new AadstsError(50194, app.clientId, app.displayName);
  const redirectUri = requireRedirectUri(app, query);
  const responseMode = readResponseMode(query.get("response_mode"));
  const redirect = (values: Record<string, string>): EntraResponse => {
    const state = query.get("state");
    return redirectToApp(redirectUri, responseMode, state === null ? values : { ...values, state });
  };
  try {
    const authorizeRequest = readAuthorizeRequest(entra, app, redirectUri, responseMode, request);
    return signIn(entra, authorizeRequest, request, redirect);
  } catch (error) {
    if (!(error instanceof AadstsError)) throw error;
    return redirect({ error: error.oauthError, error_description: error.message });
  }
}

function requireApp(entra: EntraState, query: URLSearchParams): AppRegistration {
  const clientId = query.get("client_id");
  if (!clientId) throw new AadstsError(900144, "client_id");
  const app = findApp(entra.directory, clientId);
  if (!app) throw new AadstsError(700016, clientId, entra.directory.tenantName);
  return app;
}

function requireRedirectUri(app: AppRegistration, query: URLSearchParams): string {
  const redirectUri = query.get("redirect_uri") ?? app.redirectUris[0] ?? "";
  if (!app.redirectUris.some((one) => matchesRedirectUri(one, redirectUri))) {
    throw new AadstsError(50011, redirectUri, app.clientId);
  }
  return redirectUri;
}

// Entra ID ignores the port of loopback redirect URIs (RFC 8252 section 7.3).
function matchesRedirectUri(registered: string, requested: string): boolean {
  if (registered === requested) return true;
  if (!URL.canParse(registered) || !URL.canParse(requested)) return false;
  const [a, b] = [new URL(registered), new URL(requested)];
  const loopback = a.hostname === "localhost" || a.hostname === "127.0.0.1";
  return loopback && a.protocol === b.protocol && a.hostname === b.hostname && a.pathname === b.pathname;
}

function readResponseMode(text: string | null): ResponseMode {
  return text === "fragment" || text === "form_post" ? text : "query";
}

function readAuthorizeRequest(
  entra: EntraState,
  app: AppRegistration,
  redirectUri: string,
  responseMode: ResponseMode,
  { query, origin }: EntraRequest,
): AuthorizeRequest {
  const responseType = query.get("response_type");
  if (responseType === null) throw new AadstsError(900144, "response_type");
  if (responseType !== "code") throw new AadstsError(700051, responseType);
  const scope = query.get("scope");
  if (scope === null) throw new AadstsError(900144, "scope");
  const scopes = readScopes(scope);
  requireResource(entra, scopes.resource, origin);
  return { app, redirectUri, responseMode, scope, scopes, codeChallenge: readCodeChallenge(query) };
}

function readCodeChallenge(query: URLSearchParams): CodeGrant["codeChallenge"] {
  const text = query.get("code_challenge");
  if (text === null) return undefined;
  const method = query.get("code_challenge_method") ?? "plain";
  if (method !== "S256" && method !== "plain") throw new AadstsError(9002313);
  return { text, method };
}

function signIn(
  entra: EntraState,
  authorizeRequest: AuthorizeRequest,
  request: EntraRequest,
  redirect: (values: Record<string, string>) => EntraResponse,
): EntraResponse {
  const { query } = request;
  const simulatedUser = query.get("simulator_user");
  if (simulatedUser !== null) {
    const user = findUser(entra.directory, simulatedUser);
    if (!user) throw new AadstsError(50034, simulatedUser, entra.directory.tenantName);
    return grantCode(entra, authorizeRequest, user, query.get("simulator_consent") !== "no", query, redirect);
  }
  if (request.method === "POST") return signInByForm(entra, authorizeRequest, request, redirect);
  const prompt = query.get("prompt");
  const session = sessionUser(entra, request);
  const hasConsent = session !== undefined && entra.hasConsent(authorizeRequest.app.clientId, session);
  if (prompt === "none") {
    if (!session) throw new AadstsError(50058);
    if (!hasConsent)
      throw new AadstsError(65001, authorizeRequest.app.clientId, authorizeRequest.app.displayName);
    return grantCode(entra, authorizeRequest, session, true, query, redirect);
  }
  if (hasConsent && prompt === null)
    return grantCode(entra, authorizeRequest, session, true, query, redirect);
  return signInPage(signInForm(entra, authorizeRequest, query, session, undefined));
}

function signInByForm(
  entra: EntraState,
  authorizeRequest: AuthorizeRequest,
  request: EntraRequest,
  redirect: (values: Record<string, string>) => EntraResponse,
): EntraResponse {
  const form = new URLSearchParams(request.body);
  if (form.get("consent") === "no") throw new AadstsError(65004);
  const login = form.get("login") ?? "";
  const user = findUser(entra.directory, login);
  if (!user || user.password !== form.get("passwd")) {
    const error = user ? new AadstsError(50126) : new AadstsError(50034, login, entra.directory.tenantName);
    return signInPage(signInForm(entra, authorizeRequest, request.query, user, error.message));
  }
  const response = grantCode(entra, authorizeRequest, user, true, request.query, redirect);
  const cookie = `${SESSION_COOKIE}=${seal(entra.key, "session", { oid: user.objectId })}; Path=/; HttpOnly`;
  return { ...response, headers: { ...response.headers, "set-cookie": cookie } };
}

function grantCode(
  entra: EntraState,
  authorizeRequest: AuthorizeRequest,
  user: DirectoryUser,
  hasConsent: boolean,
  query: URLSearchParams,
  redirect: (values: Record<string, string>) => EntraResponse,
): EntraResponse {
  const { app } = authorizeRequest;
  requireUser(entra, app, user.objectId);
  if (!hasConsent) throw new AadstsError(65004);
  if (app.needsAdminConsent && !app.adminConsent) {
    throw new AadstsError(90094, entra.directory.tenantName, app.displayName);
  }
  entra.recordConsent(app.clientId, user.objectId);
  const code = `1.${randomBytes(48).toString("base64url")}`;
  entra.codes.set(code, {
    clientId: app.clientId,
    redirectUri: authorizeRequest.redirectUri,
    objectId: user.objectId,
    scope: authorizeRequest.scope,
    nonce: query.get("nonce") ?? undefined,
    codeChallenge: authorizeRequest.codeChallenge,
    expiresAt: entra.now() + CODE_LIFETIME,
    redeemed: false,
  });
  return redirect({ code, session_state: randomUUID() });
}

function signInForm(
  entra: EntraState,
  authorizeRequest: AuthorizeRequest,
  query: URLSearchParams,
  user: DirectoryUser | undefined,
  error: string | undefined,
): Parameters<typeof signInPage>[0] {
  const hasConsent = user !== undefined && entra.hasConsent(authorizeRequest.app.clientId, user);
  const asksConsent =
    !authorizeRequest.app.adminConsent && (!hasConsent || query.get("prompt") === "consent");
  return {
    appName: authorizeRequest.app.displayName,
    tenantName: entra.directory.tenantName,
    userNames: entra.directory.users.map((one) => one.userPrincipalName),
    userName: user?.userPrincipalName ?? query.get("login_hint") ?? "",
    permissions: asksConsent ? authorizeRequest.scopes.granted : [],
    error,
  };
}

function sessionUser(entra: EntraState, request: EntraRequest): DirectoryUser | undefined {
  const cookies = request.headers["cookie"];
  const cookie = new RegExp(`${SESSION_COOKIE}=([^;]+)`).exec(String(cookies ?? ""))?.[1];
  const session = cookie === undefined ? undefined : unseal(entra.key, "session", cookie);
  return entra.directory.users.find((user) => user.objectId === session?.["oid"]);
}

/**
 * An administrator consents for the whole tenant; `simulator_consent=yes|no` answers without a
 * page.
 */
export function adminConsent(entra: EntraState, request: EntraRequest): EntraResponse {
  const { query } = request;
  const app = requireApp(entra, query);
  const redirectUri = requireRedirectUri(app, query);
  const consent =
    query.get("simulator_consent") ??
    (request.method === "POST" ? new URLSearchParams(request.body).get("consent") : null);
  const state = query.get("state");
  const common = state === null ? {} : { state };
  if (consent === "yes") {
    app.adminConsent = true;
    return redirectToApp(redirectUri, "query", {
      tenant: entra.directory.tenantId,
      ...common,
      admin_consent: "True",
    });
  }
  if (consent === "no") {
    const declined = new AadstsError(65004);
    return redirectToApp(redirectUri, "query", {
      error: "permission_denied",
      error_description: declined.message,
      ...common,
    });
  }
  return htmlResponse(
    200,
    "Permissions requested (simulated Entra ID)",
    `<p>Accept for all of ${escapeHtml(entra.directory.tenantName)}: <strong>${escapeHtml(app.displayName)}</strong></p>
<form method="post"><button name="consent" value="yes">Accept</button><button name="consent" value="no">Cancel</button></form>`,
  );
}

// The authorize endpoint: who asks, may they, a person signs in and agrees, and a code goes back to the application.
// Tests that have no browser add `simulator_user=<name>` (and `simulator_consent=no`) to the address: that person
// then signs in without a page. Source: Microsoft Learn "… OAuth 2.0 authorization code flow", "… admin consent".
import { randomBytes, randomUUID } from "node:crypto";
import { AadstsError } from "./aadsts.ts";
import { findApp, findUser, isAnyTenant, type AppRegistration, type DirectoryUser } from "./directory.ts";
import type { CodeGrant, Entra, EntraReply, EntraRequest } from "./entra.ts";
import { backToApp, escapeHtml, htmlReply, signInPage, type ResponseMode } from "./pages.ts";
import { readScopes, type Scopes } from "./scopes.ts";
import { seal, unseal } from "./sealed-tokens.ts";
import { requireResource, requireUser } from "./token.ts";

const CODE_LIFETIME = 10 * 60_000;
const SESSION_COOKIE = "ESTSAUTHPERSISTENT";

interface AuthorizeRequest {
  readonly app: AppRegistration;
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  readonly scope: string;
  readonly scopes: Scopes;
  readonly challenge: CodeGrant["challenge"];
}

/** @throws AadstsError for what is shown to the person instead of being sent to the redirect URI */
export function authorize(entra: Entra, tenant: string, request: EntraRequest): EntraReply {
  const { query } = request;
  const app = requireApp(entra, query);
  if (app.multiTenant === false && isAnyTenant(tenant))
    throw new AadstsError(50194, app.clientId, app.displayName);
  const redirectUri = requireRedirectUri(app, query);
  const mode = responseMode(query.get("response_mode"));
  const back = (values: Record<string, string>): EntraReply => {
    const state = query.get("state");
    return backToApp(redirectUri, mode, state === null ? values : { ...values, state });
  };
  try {
    const asked = readAuthorizeRequest(entra, app, redirectUri, mode, request);
    return signIn(entra, asked, request, back);
  } catch (error) {
    if (!(error instanceof AadstsError)) throw error;
    return back({ error: error.oauthError, error_description: error.message });
  }
}

function requireApp(entra: Entra, query: URLSearchParams): AppRegistration {
  const clientId = query.get("client_id");
  if (!clientId) throw new AadstsError(900144, "client_id");
  const app = findApp(entra.directory, clientId);
  if (!app) throw new AadstsError(700016, clientId, entra.directory.tenantName);
  return app;
}

function requireRedirectUri(app: AppRegistration, query: URLSearchParams): string {
  const redirectUri = query.get("redirect_uri") ?? app.redirectUris[0] ?? "";
  if (!app.redirectUris.some((one) => sameRedirect(one, redirectUri))) {
    throw new AadstsError(50011, redirectUri, app.clientId);
  }
  return redirectUri;
}

// Entra ID ignores the port of loopback redirect URIs (RFC 8252 section 7.3).
function sameRedirect(registered: string, given: string): boolean {
  if (registered === given) return true;
  if (!URL.canParse(registered) || !URL.canParse(given)) return false;
  const [a, b] = [new URL(registered), new URL(given)];
  const loopback = a.hostname === "localhost" || a.hostname === "127.0.0.1";
  return loopback && a.protocol === b.protocol && a.hostname === b.hostname && a.pathname === b.pathname;
}

function responseMode(text: string | null): ResponseMode {
  return text === "fragment" || text === "form_post" ? text : "query";
}

function readAuthorizeRequest(
  entra: Entra,
  app: AppRegistration,
  redirectUri: string,
  mode: ResponseMode,
  { query, origin }: EntraRequest,
): AuthorizeRequest {
  const responseType = query.get("response_type");
  if (responseType === null) throw new AadstsError(900144, "response_type");
  if (responseType !== "code") throw new AadstsError(700051, responseType);
  const scope = query.get("scope");
  if (scope === null) throw new AadstsError(900144, "scope");
  const scopes = readScopes(scope);
  requireResource(entra, scopes.resource, origin);
  return { app, redirectUri, mode, scope, scopes, challenge: readChallenge(query) };
}

function readChallenge(query: URLSearchParams): CodeGrant["challenge"] {
  const text = query.get("code_challenge");
  if (text === null) return undefined;
  const method = query.get("code_challenge_method") ?? "plain";
  if (method !== "S256" && method !== "plain") throw new AadstsError(9002313);
  return { text, method };
}

function signIn(
  entra: Entra,
  asked: AuthorizeRequest,
  request: EntraRequest,
  back: (values: Record<string, string>) => EntraReply,
): EntraReply {
  const { query } = request;
  const switched = query.get("simulator_user");
  if (switched !== null) {
    const user = findUser(entra.directory, switched);
    if (!user) throw new AadstsError(50034, switched, entra.directory.tenantName);
    return decide(entra, asked, user, query.get("simulator_consent") !== "no", query, back);
  }
  if (request.method === "POST") return signInByForm(entra, asked, request, back);
  const prompt = query.get("prompt");
  const session = sessionUser(entra, request);
  const agreed = session !== undefined && entra.hasConsent(asked.app.clientId, session);
  if (prompt === "none") {
    if (!session) throw new AadstsError(50058);
    if (!agreed) throw new AadstsError(65001, asked.app.clientId, asked.app.displayName);
    return decide(entra, asked, session, true, query, back);
  }
  if (agreed && prompt === null) return decide(entra, asked, session, true, query, back);
  return signInPage(form(entra, asked, query, session, undefined));
}

function signInByForm(
  entra: Entra,
  asked: AuthorizeRequest,
  request: EntraRequest,
  back: (values: Record<string, string>) => EntraReply,
): EntraReply {
  const given = new URLSearchParams(request.body);
  if (given.get("consent") === "no") throw new AadstsError(65004);
  const login = given.get("login") ?? "";
  const user = findUser(entra.directory, login);
  if (!user || user.password !== given.get("passwd")) {
    const problem = user ? new AadstsError(50126) : new AadstsError(50034, login, entra.directory.tenantName);
    return signInPage(form(entra, asked, request.query, user, problem.message));
  }
  const reply = decide(entra, asked, user, true, request.query, back);
  const cookie = `${SESSION_COOKIE}=${seal(entra.key, "session", { oid: user.objectId })}; Path=/; HttpOnly`;
  return { ...reply, headers: { ...reply.headers, "set-cookie": cookie } };
}

function decide(
  entra: Entra,
  asked: AuthorizeRequest,
  user: DirectoryUser,
  agrees: boolean,
  query: URLSearchParams,
  back: (values: Record<string, string>) => EntraReply,
): EntraReply {
  const { app } = asked;
  requireUser(entra, app, user.objectId);
  if (!agrees) throw new AadstsError(65004);
  if (app.needsAdminConsent && !app.adminConsent) {
    throw new AadstsError(90094, entra.directory.tenantName, app.displayName);
  }
  entra.recordConsent(app.clientId, user.objectId);
  const code = `1.${randomBytes(48).toString("base64url")}`;
  entra.codes.set(code, {
    clientId: app.clientId,
    redirectUri: asked.redirectUri,
    objectId: user.objectId,
    scope: asked.scope,
    nonce: query.get("nonce") ?? undefined,
    challenge: asked.challenge,
    expiresAt: entra.now() + CODE_LIFETIME,
    redeemed: false,
  });
  return back({ code, session_state: randomUUID() });
}

function form(
  entra: Entra,
  asked: AuthorizeRequest,
  query: URLSearchParams,
  user: DirectoryUser | undefined,
  problem: string | undefined,
): Parameters<typeof signInPage>[0] {
  const agreed = user !== undefined && entra.hasConsent(asked.app.clientId, user);
  const ask = !asked.app.adminConsent && (!agreed || query.get("prompt") === "consent");
  return {
    appName: asked.app.displayName,
    tenantName: entra.directory.tenantName,
    userNames: entra.directory.users.map((one) => one.userPrincipalName),
    chosen: user?.userPrincipalName ?? query.get("login_hint") ?? "",
    permissions: ask ? asked.scopes.granted : [],
    problem,
  };
}

function sessionUser(entra: Entra, request: EntraRequest): DirectoryUser | undefined {
  const cookies = request.headers["cookie"];
  const found = new RegExp(`${SESSION_COOKIE}=([^;]+)`).exec(String(cookies ?? ""))?.[1];
  const session = found === undefined ? undefined : unseal(entra.key, "session", found);
  return entra.directory.users.find((user) => user.objectId === session?.["oid"]);
}

/** An administrator agrees for the whole tenant; `simulator_consent=yes|no` answers without a page. */
export function adminConsent(entra: Entra, request: EntraRequest): EntraReply {
  const { query } = request;
  const app = requireApp(entra, query);
  const redirectUri = requireRedirectUri(app, query);
  const answer =
    query.get("simulator_consent") ??
    (request.method === "POST" ? new URLSearchParams(request.body).get("consent") : null);
  const state = query.get("state");
  const common = state === null ? {} : { state };
  if (answer === "yes") {
    app.adminConsent = true;
    return backToApp(redirectUri, "query", {
      tenant: entra.directory.tenantId,
      ...common,
      admin_consent: "True",
    });
  }
  if (answer === "no") {
    const declined = new AadstsError(65004);
    return backToApp(redirectUri, "query", {
      error: "permission_denied",
      error_description: declined.message,
      ...common,
    });
  }
  return htmlReply(
    200,
    "Permissions requested (simulated Entra ID)",
    `<p>Accept for all of ${escapeHtml(entra.directory.tenantName)}: <strong>${escapeHtml(app.displayName)}</strong></p>
<form method="post"><button name="consent" value="yes">Accept</button><button name="consent" value="no">Cancel</button></form>`,
  );
}

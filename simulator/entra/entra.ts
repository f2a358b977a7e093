// A simulated Entra ID: the authority that signs people and applications in and hands out the tokens the
// simulated organisation accepts. Endpoints by path, on the server's own origin; no socket, no real clock in here:
// it answers plain requests with plain replies, and reads the time it is given.
import { createHash, randomUUID } from "node:crypto";
import { AadstsError, aadstsBody, type AadstsCode } from "./aadsts.ts";
import { authorize, adminConsent } from "./authorize.ts";
import { isMultiTenantEndpoint, isTenant, type Directory, type DirectoryUser } from "./directory.ts";
import { errorPage } from "./pages.ts";
import { keySet, seal, unseal } from "./sealed-tokens.ts";
import { issueTokens } from "./token.ts";

export interface EntraRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** The origin the request was sent to: authority and, unless `resources` says otherwise, environment. */
  readonly origin: string;
}

export interface EntraResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface EntraOptions {
  readonly directory: Directory;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Origins tokens may be asked for; default: the origin the request was sent to. */
  readonly resources?: () => readonly string[];
  /** Makes the keys; the same seed accepts the tokens of an earlier process. Default: random. */
  readonly seed?: string;
  /** What `expires_in` says. Default 3599. */
  readonly accessTokenSeconds?: number;
  /** Days of inactivity a refresh token survives. Default 90. */
  readonly refreshTokenDays?: number;
  /** Whether a refresh token that was used once is accepted again (as Entra ID does) or refused. Default accepted. */
  readonly oldRefreshTokens?: "accepted" | "refused";
}

/** What a bearer token is worth at an environment. `userId` is absent when the identity has no systemuser there. */
export type BearerCheck =
  | {
      readonly ok: true;
      readonly objectId: string;
      readonly userId: string | undefined;
      readonly clientId: string;
    }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "expired" | "wrong-audience" };

/** A code that was handed to the redirect URI and waits to be redeemed. */
export interface CodeGrant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly objectId: string;
  readonly scope: string;
  readonly nonce: string | undefined;
  readonly codeChallenge: { readonly text: string; readonly method: "S256" | "plain" } | undefined;
  readonly expiresAt: number;
  redeemed: boolean;
}

interface ForcedError {
  readonly code: AadstsCode;
  readonly grant: string | undefined;
  remaining: number;
}

export class Entra {
  readonly directory: Directory;
  readonly codes = new Map<string, CodeGrant>();
  /** Refresh tokens by id that were exchanged already. */
  readonly usedRefreshTokens = new Set<string>();
  readonly revokedRefreshTokens = new Set<string>();
  /** Per object id: tokens issued at or before this moment are revoked. */
  readonly tokensValidFrom = new Map<string, number>();
  readonly options: EntraOptions;
  readonly key: string;
  /** Per app and person: agreed, or withdrawn later. */
  private readonly consents = new Map<string, boolean>();
  private readonly forcedErrors: ForcedError[] = [];
  private lastIssueTime = 0;

  constructor(options: EntraOptions) {
    this.options = options;
    this.directory = options.directory;
    this.key = createHash("sha256")
      .update(`entra ${options.seed ?? randomUUID()}`)
      .digest("hex");
  }

  get tenantId(): string {
    return this.directory.tenantId;
  }

  now(): number {
    return this.options.now();
  }

  /** A moment later than any given out before, so that "issued before the revocation" is clear on a clock that stands still. */
  nextIssueTime(): number {
    this.lastIssueTime = Math.max(this.now(), this.lastIssueTime + 1);
    return this.lastIssueTime;
  }

  /** The reply, or undefined when the path is none of Entra ID's. */
  handle(request: EntraRequest): EntraResponse | undefined {
    const [, tenant = "", ...rest] = request.path.split("/");
    const endpoint = rest.join("/").toLowerCase();
    switch (endpoint) {
      case "v2.0/.well-known/openid-configuration":
        return this.jsonEndpoint(request, tenant, () =>
          jsonResponse(200, this.metadata(request.origin, tenant)),
        );
      case "discovery/v2.0/keys":
        return this.jsonEndpoint(request, tenant, () => jsonResponse(200, keySet()));
      case "oauth2/v2.0/token":
        return this.jsonEndpoint(request, tenant, () =>
          jsonResponse(200, issueTokens(this, tenant, request)),
        );
      case "oauth2/v2.0/authorize":
        return this.htmlEndpoint(tenant, () => authorize(this, tenant, request));
      case "adminconsent":
      case "v2.0/adminconsent":
        return this.htmlEndpoint(tenant, () => adminConsent(this, request));
      default:
        return undefined;
    }
  }

  /**
   * What a request's Authorization header is worth at the environment `audience` (an origin).
   * The sentence to send back is the environment's business: a 401 for everything that is not ok.
   */
  check(authorization: string | undefined, audience: string): BearerCheck {
    const bearer = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
    if (bearer === undefined) return { ok: false, reason: "missing" };
    const claims = unseal(this.key, "at+jwt", bearer);
    if (!claims) return { ok: false, reason: "malformed" };
    if (Number(claims["exp"]) * 1000 <= this.now()) return { ok: false, reason: "expired" };
    if (claims["aud"] !== audience.toLowerCase()) return { ok: false, reason: "wrong-audience" };
    const objectId = String(claims["oid"]);
    const clientId = String(claims["appid"]);
    const identity =
      this.directory.users.find((user) => user.objectId === objectId) ??
      this.directory.apps.find((app) => app.objectId === objectId);
    return { ok: true, objectId, clientId, userId: identity?.userId };
  }

  /** A refresh token as if this user had just signed in to this app and agreed. */
  issueRefreshToken(clientId: string, userPrincipalName: string, scope: string): string {
    const user = this.directory.users.find((one) => one.userPrincipalName === userPrincipalName);
    if (!user) throw new Error(`The simulated tenant has no user ${userPrincipalName}.`);
    this.recordConsent(clientId, user.objectId);
    return this.sealRefreshToken(clientId, user.objectId, scope);
  }

  sealRefreshToken(clientId: string, objectId: string, scope: string): string {
    return seal(this.key, "rt", {
      id: randomUUID(),
      appid: clientId,
      oid: objectId,
      scope,
      iat: this.nextIssueTime(),
    });
  }

  /** AADSTS50173 for this one refresh token from now on. */
  revokeRefreshToken(token: string): void {
    this.revokedRefreshTokens.add(String(unseal(this.key, "rt", token)?.["id"]));
  }

  /** "Revoke sessions": AADSTS50173 for every refresh token the user has so far; access tokens live on until they expire. */
  revokeSessions(objectId: string): void {
    this.tokensValidFrom.set(objectId, this.nextIssueTime());
  }

  /** The next `times` token requests (of this grant type, if given) fail with this AADSTS number. */
  forceError(code: AadstsCode, { times = 1, grant }: { times?: number; grant?: string } = {}): void {
    this.forcedErrors.push({ code, grant, remaining: times });
  }

  takeForcedError(grant: string): AadstsCode | undefined {
    const forced = this.forcedErrors.find((one) => one.remaining > 0 && (one.grant ?? grant) === grant);
    if (forced) forced.remaining -= 1;
    return forced?.code;
  }

  hasConsent(clientId: string, user: DirectoryUser): boolean {
    const app = this.directory.apps.find((one) => one.clientId === clientId);
    return app?.adminConsent === true || this.consents.get(`${clientId} ${user.objectId}`) === true;
  }

  recordConsent(clientId: string, objectId: string): void {
    this.consents.set(`${clientId} ${objectId}`, true);
  }

  /** AADSTS65001 at the next refresh. */
  withdrawConsent(clientId: string, objectId: string): void {
    this.consents.set(`${clientId} ${objectId}`, false);
  }

  hasWithdrawnConsent(clientId: string, objectId: string): boolean {
    return this.consents.get(`${clientId} ${objectId}`) === false;
  }

  knowsResource(resource: string, origin: string): boolean {
    const known = this.options.resources?.() ?? [origin];
    return known.some((one) => one.toLowerCase() === resource);
  }

  issuer(origin: string): string {
    return `${origin}/${this.directory.tenantId}/v2.0`;
  }

  /** OpenID Connect discovery; under /common and /organizations the issuer holds a literal placeholder, as in Entra ID. */
  private metadata(origin: string, tenant: string): Record<string, unknown> {
    const base = `${origin}/${tenant}`;
    return {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      issuer: isMultiTenantEndpoint(tenant) ? `${origin}/{tenantid}/v2.0` : this.issuer(origin),
      request_uri_parameter_supported: false,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      claims_supported: [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "nonce",
        "name",
        "preferred_username",
        "oid",
        "tid",
      ],
      tenant_region_scope: "EU",
      cloud_instance_name: "microsoftonline.com",
    };
  }

  private jsonEndpoint(request: EntraRequest, tenant: string, respond: () => EntraResponse): EntraResponse {
    try {
      this.requireTenant(tenant);
      return respond();
    } catch (error) {
      if (!(error instanceof AadstsError)) throw error;
      return jsonResponse(error.status, aadstsBody(error, this.now(), request.origin));
    }
  }

  private htmlEndpoint(tenant: string, respond: () => EntraResponse): EntraResponse {
    try {
      this.requireTenant(tenant);
      return respond();
    } catch (error) {
      if (!(error instanceof AadstsError)) throw error;
      return errorPage(error, this.now());
    }
  }

  private requireTenant(tenant: string): void {
    if (!isTenant(this.directory, tenant)) throw new AadstsError(90002, tenant);
  }
}

function jsonResponse(status: number, body: unknown): EntraResponse {
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store, no-cache",
      pragma: "no-cache",
      "x-ms-request-id": randomUUID(),
    },
    body: JSON.stringify(body),
  };
}

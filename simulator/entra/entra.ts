// Simulates Entra ID: signs users and applications in and issues the tokens that the simulated
// organisation accepts. Its endpoints are on the server's own origin. It has neither socket nor
// clock: it maps a request to a response, and is given the time.
import { randomUUID } from "node:crypto";
import { AadstsError, aadstsBody } from "./aadsts.ts";
import { authorize, adminConsent } from "./authorize.ts";
import { isMultiTenantEndpoint, isTenant } from "./directory.ts";
import { errorPage } from "./pages.ts";
import { keySet, unseal } from "./sealed-tokens.ts";
import { EntraState } from "./state.ts";
import { issueTokens } from "./token.ts";
import type { BearerCheck, EntraRequest, EntraResponse } from "./types.ts";

export class Entra extends EntraState {
  /** Returns undefined when the path is not one of Entra ID's. */
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
   * Checks the Authorization header of a request to the environment `audience` (an origin). The
   * environment answers everything that is not ok with a 401 of its own.
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

  /**
   * OpenID Connect discovery. Under /common and /organizations the issuer holds a literal
   * placeholder, as in Entra ID.
   */
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

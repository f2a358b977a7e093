// Parses the `scope` parameter: the one resource, its permissions, and the scopes of OpenID
// Connect.
import { AadstsError } from "./aadsts.ts";

const OPENID_SCOPES = new Set(["openid", "profile", "email", "offline_access"]);

export interface Scopes {
  /** The origin of the environment without a slash; undefined when there are OpenID scopes alone. */
  readonly resource: string | undefined;
  /** The scopes that the token response repeats, those of the resource first. */
  readonly granted: readonly string[];
  readonly openid: boolean;
  readonly offline: boolean;
}

/** @throws AadstsError 70011 for unknown scopes, and for two resources at once */
export function readScopes(text: string): Scopes {
  const scopes = text.split(/\s+/).filter((word) => word !== "");
  const openidScopes = scopes.filter((word) => OPENID_SCOPES.has(word));
  const resourceScopes = scopes.filter((word) => !OPENID_SCOPES.has(word));
  const resources = new Set(resourceScopes.map((word) => resourceOf(word)));
  if (scopes.length === 0 || resources.size > 1) throw new AadstsError(70011, text);
  return {
    resource: [...resources][0],
    granted: [...resourceScopes, ...openidScopes],
    openid: openidScopes.includes("openid"),
    offline: openidScopes.includes("offline_access"),
  };
}

// A resource that itself ends in a slash results in "//.default" (Microsoft Learn: "Scopes and
// permissions", trailing slash and /.default).
function resourceOf(scope: string): string {
  const match = /^(https?:\/\/[^/\s]+)\/{1,2}(user_impersonation|\.default)$/i.exec(scope);
  if (!match?.[1]) throw new AadstsError(70011, scope);
  return match[1].toLowerCase();
}

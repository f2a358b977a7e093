// Who may call a route, decided before a byte of the body is read: the session's role against the route's access, and for
// whatever changes something the proof that the request comes from a page of ours.
import type { FastifyRequest } from "fastify";
import { isCsrfTokenOf } from "../access/tokens.ts";
import { accessLevels, type Access, type Route } from "./contract/route.ts";
import { ApiError, type Caller } from "./implement.ts";

/** Each role may do what the ones before it may; the levels are the roles, and "anyone" below them. */
function isAllowed(access: Access, caller: Caller): boolean {
  return accessLevels.indexOf(caller.teammate?.role ?? "anyone") >= accessLevels.indexOf(access);
}

const WHO: Record<Access, string> = {
  anyone: "anyone",
  teammate: "a teammate",
  "workspace-admin": "an admin of the workspace",
  "company-admin": "a company admin",
};

/** @throws ApiError 401 signed out, 403 not allowed */
export function checkAccess(route: Route, caller: Caller): void {
  if (isAllowed(route.access, caller)) return;
  if (caller.teammate === null)
    throw new ApiError(401, "signed-out", "You are not signed in, or no longer. Sign in and try again.");
  throw new ApiError(403, "not-allowed", `Only ${WHO[route.access]} may do this. Ask one.`);
}

const FORGED = new ApiError(
  403,
  "forged",
  "This request does not come from a page of Sluice that this browser has open. Reload the page and try again.",
);

/**
 * A page of another site can make a browser send a request with its cookie, but can neither read our CSRF token nor
 * forge Origin and Sec-Fetch-Site. Each of the three alone would do; a program that is no browser sends the token.
 * @throws ApiError 403
 */
export function checkOrigin(request: FastifyRequest, cookie: string | undefined, publicUrl: string): void {
  if (request.method === "GET") return;
  const { origin, "sec-fetch-site": site, "x-sluice-csrf": token } = request.headers;
  if (site !== undefined && site !== "same-origin") throw FORGED;
  if (origin !== undefined && origin !== publicUrl && origin !== ownOrigin(request)) throw FORGED;
  if (cookie === undefined || typeof token !== "string" || !isCsrfTokenOf(cookie, token)) throw FORGED;
}

/** The address as the browser wrote it: localhost where the operator wrote 127.0.0.1. Another site's cookie is not sent there. */
function ownOrigin(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

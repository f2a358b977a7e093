// Authenticates callers of the web application's API by the session of the browser's cookie.
// Browsers send the cookie by themselves, so a request that changes something must also prove that
// it comes from a page of ours.
import type { FastifyRequest } from "fastify";
import type { Kysely } from "kysely";
import { teammateBySession } from "../access/sessions.ts";
import { isCsrfTokenOf } from "../access/tokens.ts";
import type { Tables } from "../db/tables.ts";
import type { Clock } from "../lib/clock.ts";
import { cookieOf } from "./cookie.ts";
import { ApiError } from "./implement.ts";
import type { HttpApi } from "./mount.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The value of our cookie, if the browser sent it. */
    browserToken: string | undefined;
  }
}

export type SessionAuthDeps = {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly publicUrl: () => string;
};

export function sessionAuth({
  db,
  clock,
  publicUrl,
}: SessionAuthDeps): Pick<HttpApi, "authenticate" | "checkCsrf"> {
  return {
    authenticate: async (request) => {
      request.browserToken = cookieOf(request, publicUrl());
      if (request.browserToken === undefined) return { teammate: null };
      return { teammate: (await teammateBySession(db, request.browserToken, clock.now())) ?? null };
    },
    checkCsrf: (request) => checkOrigin(request, publicUrl()),
  };
}

const FORGED = new ApiError(
  403,
  "forged",
  "This request does not come from a page of Sluice that this browser has open. Reload the page and try again.",
);

/**
 * Another site's page can make a browser send a request with its cookie, but can neither read our
 * CSRF token nor forge Origin and Sec-Fetch-Site. Each of the three would suffice; programs other
 * than browsers send only the token.
 * @throws ApiError 403
 */
function checkOrigin(request: FastifyRequest, publicUrl: string): void {
  if (request.method === "GET") return;
  const { origin, "sec-fetch-site": site, "x-sluice-csrf": token } = request.headers;
  if (site !== undefined && site !== "same-origin") throw FORGED;
  if (origin !== undefined && origin !== publicUrl && origin !== ownOrigin(request)) throw FORGED;
  const { browserToken } = request;
  if (browserToken === undefined || typeof token !== "string" || !isCsrfTokenOf(browserToken, token))
    throw FORGED;
}

/**
 * Returns the origin as the browser wrote it, such as localhost if the operator wrote 127.0.0.1.
 * The cookie of another host is not sent there.
 */
function ownOrigin(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

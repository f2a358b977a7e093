// The only cookie holds a random token. Before signing in, the token only ties a browser to its
// CSRF token and to a sign-in in progress. Signing in replaces it by a session's token, which
// prevents session fixation.
import type { FastifyReply, FastifyRequest } from "fastify";
import { MAX_LIFETIME_MS } from "../access/sessions.ts";
import { isToken, newToken } from "../access/tokens.ts";

const NAME = "sluice";

/**
 * With https, browsers refuse a cookie of this name that another host or a plain http page sets
 * (RFC 6265bis, "__Host-").
 */
function cookieName(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? `__Host-${NAME}` : NAME;
}

export function cookieOf(request: FastifyRequest, publicUrl: string): string | undefined {
  const value = request.cookies[cookieName(publicUrl)];
  return value !== undefined && isToken(value) ? value : undefined;
}

export function setCookie(reply: FastifyReply, publicUrl: string, token: string): void {
  reply.setCookie(cookieName(publicUrl), token, {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: publicUrl.startsWith("https:"),
    maxAge: MAX_LIFETIME_MS / 1000,
  });
}

/** Returns the browser's token; sets a new one if the browser has none. */
export function ensureCookie(request: FastifyRequest, reply: FastifyReply, publicUrl: string): string {
  const existing = cookieOf(request, publicUrl);
  if (existing !== undefined) return existing;
  const token = newToken();
  setCookie(reply, publicUrl, token);
  return token;
}

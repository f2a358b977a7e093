// Tokens of sessions and links: 256 random bits, stored as a hash only, so that a copy of the
// database grants no access.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

export function isToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/** The hash that is stored. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** The CSRF token of a session: only pages of this origin can read it. */
export function csrfTokenOf(cookie: string): string {
  return createHmac("sha256", cookie).update("sluice csrf").digest("base64url");
}

export function isCsrfTokenOf(cookie: string, sent: string): boolean {
  const expected = Buffer.from(csrfTokenOf(cookie));
  const actual = Buffer.from(sent);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

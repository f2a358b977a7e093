// Who may come in and what they may do: sessions, one-time links, passwords, invitations, signing in with Microsoft.
// A token is 256 random bits; it is kept as a hash alone, so a copy of the database lets nobody in.
// Every time is the clock's that is passed in.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

export function isToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/** What is stored in a token's place. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Proves that a request was made by a page of ours: only that page was told the answer for its browser's cookie. */
export function csrfTokenOf(cookie: string): string {
  return createHmac("sha256", cookie).update("sluice csrf").digest("base64url");
}

export function isCsrfTokenOf(cookie: string, sent: string): boolean {
  const expected = Buffer.from(csrfTokenOf(cookie));
  const actual = Buffer.from(sent);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

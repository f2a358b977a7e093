// Sealed tokens: what a token means is inside it, protected by a key of this authority, so nothing is kept per token
// and, with a key made from a seed, a simulator that is started again still knows the tokens it gave out before.
import { createHmac, sign, timingSafeEqual } from "node:crypto";
import { KEY_ID, PUBLIC_JWK, signingKey } from "./signing-key.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const hmac = (key: string, text: string): string =>
  createHmac("sha256", key).update(text).digest("base64url");

/** A token of three parts like a JWT; the first part tells a reader what kind it is. */
export function seal(key: string, kind: string, payload: object): string {
  const text = `${encode({ typ: kind, alg: "HS256" })}.${encode(payload)}`;
  return `${text}.${hmac(key, text)}`;
}

/** The payload of a token that this key sealed as this kind; undefined for anything else. */
export function unseal(key: string, kind: string, token: string): Record<string, unknown> | undefined {
  const [head, body, signature, ...rest] = token.split(".");
  if (!head || !body || !signature || rest.length > 0) return undefined;
  if (head !== encode({ typ: kind, alg: "HS256" })) return undefined;
  const expected = Buffer.from(hmac(key, `${head}.${body}`));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const payload: unknown = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
  return typeof payload === "object" && payload !== null ? { ...payload } : undefined;
}

/** The JSON Web Key Set that verifies our id_tokens. */
export function keySet(): { keys: Record<string, unknown>[] } {
  return { keys: [PUBLIC_JWK] };
}

/** A JWT signed with RS256. */
export function signJwt(claims: object): string {
  const text = `${encode({ typ: "JWT", alg: "RS256", kid: KEY_ID })}.${encode(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), signingKey()).toString("base64url")}`;
}

// Seals tokens: a token carries its payload, authenticated by the authority's key, so nothing is
// stored per token. When the key comes from a seed, a restarted simulator accepts the tokens that
// it issued before.
import { createHmac, sign, timingSafeEqual } from "node:crypto";
import { KEY_ID, PUBLIC_JWK, signingKey } from "./signing-key.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const hmac = (key: string, text: string): string =>
  createHmac("sha256", key).update(text).digest("base64url");

/** Returns a token of three parts like a JWT, whose header names its kind. */
export function seal(key: string, kind: string, payload: object): string {
  const text = `${encode({ typ: kind, alg: "HS256" })}.${encode(payload)}`;
  return `${text}.${hmac(key, text)}`;
}

/**
 * Returns the payload of a token that this key sealed as this kind, undefined for anything else.
 */
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

/** Returns a JWT signed with RS256. */
export function signJwt(claims: object): string {
  const text = `${encode({ typ: "JWT", alg: "RS256", kid: KEY_ID })}.${encode(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), signingKey()).toString("base64url")}`;
}

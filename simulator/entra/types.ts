// Defines what the simulated Entra ID takes and returns: requests, responses, options, grants.
import type { Directory } from "./directory.ts";

export interface EntraRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /**
   * The origin that was called. It is the authority and, unless `resources` says otherwise, the
   * environment.
   */
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
  /** Origins that tokens may be requested for. Default: the origin that was called. */
  readonly resources?: () => readonly string[];
  /** Makes the keys: the same seed accepts the tokens of an earlier process. Default: random. */
  readonly seed?: string;
  /** The value of `expires_in`. Default: 3599. */
  readonly accessTokenSeconds?: number;
  /** Days of inactivity after which a refresh token expires. Default: 90. */
  readonly refreshTokenDays?: number;
  /** Whether a refresh token that was used is accepted again. Default: accepted, as in Entra ID. */
  readonly oldRefreshTokens?: "accepted" | "refused";
}

/**
 * The result of checking a bearer token; `userId` is absent when the identity has no systemuser.
 */
export type BearerCheck =
  | {
      readonly ok: true;
      readonly objectId: string;
      readonly userId: string | undefined;
      readonly clientId: string;
    }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "expired" | "wrong-audience" };

/** An authorization code that was sent to the redirect URI, and what it may be redeemed for. */
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

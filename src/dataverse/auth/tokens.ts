// Access tokens from Microsoft Entra ID: for an app by its secret, or for a person by a stored refresh token.
// Each source asks once at a time, keeps a token until shortly before it ends, and never shows a secret in an error.
import * as oauth from "openid-client";
import { untilAborted } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";
import { delegatedScope, entraClient, requestWithRetry, accessTokenOf } from "./token-endpoint.ts";
import type { ClientCredentials, AccessToken, SignInContext } from "./token-endpoint.ts";

export interface TokenSource {
  /** A token that is good for some minutes. Throws SignInError. */
  token(signal?: AbortSignal): Promise<string>;
  /** After a 401: another token than the stale one. */
  renew(staleToken: string, signal?: AbortSignal): Promise<string>;
}

export interface StoredSignIn extends ClientCredentials {
  readonly refreshToken: string;
  /** Entra gives a new refresh token with each use. It is saved before the access token that came with it is used. */
  readonly saveRefreshToken: (newToken: string) => Promise<void>;
}

export interface SharedSignIn extends ClientCredentials {
  /**
   * Lends the newest refresh token for one request at a time, and keeps the one that came of it before it resolves.
   * For a token that several processes use: two that exchange it at once would each lose what the other got.
   */
  readonly exchange: <T>(use: (refreshToken: string) => Promise<ExchangeResult<T>>) => Promise<T>;
}

export interface ExchangeResult<T> {
  readonly refreshToken: string;
  readonly result: T;
}

/** A token is renewed this long before its end, so that none ends while a request waits in a queue. */
const RENEWAL_MARGIN_MS = 5 * 60_000;

export function clientCredentialTokens(
  context: SignInContext,
  credentials: Required<ClientCredentials>,
): TokenSource {
  const configuration = entraClient(context, credentials);
  const scope = `${context.environment.origin}/.default`;
  return cachedTokens(context.clock, async () =>
    accessTokenOf(
      await requestWithRetry(context, () => oauth.clientCredentialsGrant(configuration, { scope })),
    ),
  );
}

export function storedRefreshTokens(context: SignInContext, signIn: StoredSignIn): TokenSource {
  let current = signIn.refreshToken;
  let saved = true;
  const save = async () => {
    if (saved) return;
    await signIn.saveRefreshToken(current);
    saved = true;
  };
  return sharedRefreshTokens(context, {
    ...signIn,
    exchange: async (use) => {
      // A token that could not be saved last time is the newest there is: it must not be lost to yet another one.
      await save();
      const { refreshToken, result } = await use(current);
      saved = refreshToken === current;
      current = refreshToken;
      await save();
      return result;
    },
  });
}

/** @param initialToken an access token that is there already */
export function sharedRefreshTokens(
  context: SignInContext,
  signIn: SharedSignIn,
  initialToken?: AccessToken,
): TokenSource {
  const configuration = entraClient(context, signIn);
  const scope = delegatedScope(context.environment);
  // The token is lent for one request, and not for the waits between two.
  const refresh = (): Promise<AccessToken> =>
    requestWithRetry(context, () =>
      signIn.exchange(async (refreshToken) => {
        const answer = await oauth.refreshTokenGrant(configuration, refreshToken, { scope });
        return { refreshToken: answer.refresh_token ?? refreshToken, result: accessTokenOf(answer) };
      }),
    );
  return cachedTokens(context.clock, refresh, initialToken);
}

function cachedTokens(
  clock: Clock,
  requestToken: () => Promise<AccessToken>,
  initialToken?: AccessToken,
): TokenSource {
  let current: { token: string; renewAt: number } | undefined;
  const remember = ({ token, expiresInSeconds }: AccessToken): string => {
    const lifeMs = expiresInSeconds * 1_000;
    const renewAt = clock.now().getTime() + Math.max(lifeMs - RENEWAL_MARGIN_MS, lifeMs / 2);
    current = { token, renewAt };
    return token;
  };
  if (initialToken !== undefined) remember(initialToken);
  let pending: Promise<string> | undefined;
  const refresh = (signal: AbortSignal | undefined): Promise<string> => {
    // One at a time: two refreshes with the same refresh token would race to save what they got. A caller that stops
    // waiting does not stop the others.
    pending ??= requestToken()
      .then(remember)
      .finally(() => {
        pending = undefined;
      });
    return untilAborted(pending, signal);
  };
  return {
    token: async (signal) => {
      signal?.throwIfAborted();
      if (current !== undefined && clock.now().getTime() < current.renewAt) return current.token;
      return await refresh(signal);
    },
    renew: async (staleToken, signal) => {
      signal?.throwIfAborted();
      if (current !== undefined && current.token !== staleToken) return current.token;
      // If no other one is to be had, the next who asks is not given it again.
      current = undefined;
      return await refresh(signal);
    },
  };
}

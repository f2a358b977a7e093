// Access tokens from Microsoft Entra ID: for an application by its secret, for a user by a refresh
// token. A source sends one request at a time, caches the token until shortly before it expires,
// and never includes a secret in an error.
import * as oauth from "openid-client";
import { untilAborted } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";
import { delegatedScope, entraClient, requestWithRetry, accessTokenOf } from "./token-endpoint.ts";
import type { ClientCredentials, AccessToken, SignInContext } from "./token-endpoint.ts";

export interface TokenSource {
  /**
   * A token that is valid for some minutes.
   * @throws SignInError
   */
  token(signal?: AbortSignal): Promise<string>;
  /** Another token than the stale one, after a 401. */
  renew(staleToken: string, signal?: AbortSignal): Promise<string>;
}

export interface StoredSignIn extends ClientCredentials {
  readonly refreshToken: string;
  /** Throws, before an exchange, if the token that it gives could not be saved. */
  readonly assertSavable?: () => void;
  /** Saves the refresh token that Entra issues at each use, before its access token is used. */
  readonly saveRefreshToken: (newToken: string) => Promise<void>;
}

export interface SharedSignIn extends ClientCredentials {
  /**
   * Runs one exchange at a time with the newest refresh token, and stores the next one before it
   * resolves. For a token that several processes use: two that exchange it at once would lose each
   * other's.
   */
  readonly exchange: <T>(use: (refreshToken: string) => Promise<ExchangeResult<T>>) => Promise<T>;
}

export interface ExchangeResult<T> {
  readonly refreshToken: string;
  readonly result: T;
}

/**
 * Tokens are renewed this long before they expire, so that none expires while a request is queued.
 */
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
      // A token that was not saved last time is the newest one, and must not be lost to the next.
      await save();
      signIn.assertSavable?.();
      const { refreshToken, result } = await use(current);
      saved = refreshToken === current;
      current = refreshToken;
      await save();
      return result;
    },
  });
}

/** @param initialToken an access token that was issued before */
export function sharedRefreshTokens(
  context: SignInContext,
  signIn: SharedSignIn,
  initialToken?: AccessToken,
): TokenSource {
  const configuration = entraClient(context, signIn);
  const scope = delegatedScope(context.environment);
  // The refresh token is claimed for one request, not for the waits between retries.
  const refresh = (): Promise<AccessToken> =>
    requestWithRetry(context, () =>
      signIn.exchange(async (refreshToken) => {
        const response = await oauth.refreshTokenGrant(configuration, refreshToken, { scope });
        return { refreshToken: response.refresh_token ?? refreshToken, result: accessTokenOf(response) };
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
    // One refresh at a time: two with the same refresh token would race to save theirs. A caller that
    // stops waiting does not abort it for the others.
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
      // If the renewal fails, the next caller must not get the stale token again.
      current = undefined;
      return await refresh(signal);
    },
  };
}

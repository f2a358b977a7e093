// Interactive sign-in: OAuth authorization code flow with PKCE, in the tenant of the environment
// (Microsoft Learn, "Microsoft identity platform and OAuth 2.0 authorization code flow"). The
// caller keeps state and verifier while the browser is at Microsoft.
import * as oauth from "openid-client";
import { signInErrorOf } from "./aadsts.ts";
import { SignInError } from "../http/errors.ts";
import { delegatedScope, entraClient, requestWithRetry, accessTokenOf } from "./token-endpoint.ts";
import type { ClientCredentials, AccessToken, SignInContext } from "./token-endpoint.ts";

export interface AuthorizationRequest {
  /** The URL of the sign-in page. */
  readonly url: string;
  /** Returned with the redirect. */
  readonly state: string;
  /** The PKCE verifier, kept on the server; the code is useless without it. */
  readonly verifier: string;
}

export interface IssuedTokens {
  readonly accessToken: AccessToken;
  readonly refreshToken: string;
}

/** Creates an authorization request. Sends nothing. */
export async function startSignIn(
  context: SignInContext,
  app: ClientCredentials,
  redirectUri: string,
): Promise<AuthorizationRequest> {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(entraClient(context, app), {
    redirect_uri: redirectUri,
    scope: delegatedScope(context.environment),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    // The user signed in to Microsoft in this browser may not be the one to connect.
    prompt: "select_account",
  });
  return { url: url.href, state, verifier };
}

/**
 * The error of an authorization response. Only Entra's number is used of its text, because anybody
 * can forge a redirect.
 */
export function authorizationError(error: string, description: string): SignInError {
  // "Return to the application without granting consent" comes without a number.
  const declined = error === "access_denied" && !/AADSTS\d/.test(description);
  return signInErrorOf({ status: 302, error, description: declined ? "AADSTS65004" : description });
}

/** @throws SignInError */
export async function redeemCode(
  context: SignInContext,
  app: ClientCredentials,
  redirect: { readonly code: string; readonly redirectUri: string; readonly verifier: string },
): Promise<IssuedTokens> {
  const configuration = entraClient(context, app);
  const response = await requestWithRetry(context, () =>
    oauth.genericGrantRequest(configuration, "authorization_code", {
      code: redirect.code,
      redirect_uri: redirect.redirectUri,
      code_verifier: redirect.verifier,
      scope: delegatedScope(context.environment),
    }),
  );
  if (response.refresh_token !== undefined)
    return { accessToken: accessTokenOf(response), refreshToken: response.refresh_token };
  throw new SignInError(
    "configuration",
    "Microsoft Entra ID gave a sign-in that ends within the hour, and none that lasts.",
    {
      fix: 'In the app registration, allow the permission "offline_access", then connect again.',
    },
  );
}

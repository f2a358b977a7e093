// Sends requests to the token endpoint of Microsoft Entra ID, retries them, and turns its responses
// into errors. Its URLs follow from authority and tenant (Microsoft Learn, "OAuth 2.0 and OpenID
// Connect protocols").
import * as oauth from "openid-client";
import type { Clock } from "../../lib/clock.ts";
import { HttpError } from "../../lib/http.ts";
import type { Http, HttpResponse } from "../../lib/http.ts";
import { httpFetch } from "../../lib/http-fetch.ts";
import { retryDelay, classifyStatus } from "../../lib/retry-timing.ts";
import type { FailureClass } from "../../lib/retry-timing.ts";
import { signInErrorOf } from "./aadsts.ts";
import type { Environment } from "./environment-address.ts";
import type { SignInAuthority } from "./discovery.ts";
import { SignInError } from "../http/errors.ts";
import { explainAnswer, explainNoAnswer, type RequestFacts } from "../http/intermediary.ts";

export interface SignInContext {
  readonly environment: Environment;
  /** From `discoverSignIn`. */
  readonly authority: SignInAuthority;
  readonly http: Http;
  readonly clock: Clock;
  /** Ends the wait before a retry. */
  readonly signal?: AbortSignal | undefined;
  /** Timeout of one request, response included. Default 30. */
  readonly requestSeconds?: number | undefined;
}

export interface ClientCredentials {
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string | undefined;
}

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** The scope of a delegated sign-in: act as the user in this environment, with a refresh token. */
export function delegatedScope({ origin }: Environment): string {
  return `${origin}/user_impersonation offline_access`;
}

export function accessTokenOf(response: oauth.TokenEndpointResponse): AccessToken {
  return { token: response.access_token, expiresInSeconds: response.expires_in ?? 600 };
}

const MAX_ATTEMPTS = 4;

export function entraClient(
  { authority, http, requestSeconds = 30 }: SignInContext,
  { clientId, clientSecret }: ClientCredentials,
): oauth.Configuration {
  const base = `${authority.origin}/${authority.tenant}`;
  const configuration = new oauth.Configuration(
    {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
    },
    clientId,
    undefined,
    clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret),
  );
  // Discovery accepts http only for the simulator at 127.0.0.1.
  if (authority.origin.startsWith("http://")) oauth.allowInsecureRequests(configuration);
  configuration.timeout = requestSeconds;
  configuration[oauth.customFetch] = httpFetch(http, (response, url, body) => {
    if (!isEntras(response)) throw new ForeignAnswer(response, new URL(url).host, secretsOf(body));
  });
  return configuration;
}

/** Whether it is a token, or an error of OAuth: something else stands in between. */
function isEntras({ body }: HttpResponse): boolean {
  try {
    const answer: unknown = JSON.parse(body.toString("utf8"));
    if (typeof answer !== "object" || answer === null) return false;
    return (
      ("error" in answer && /^[a-z][a-z_]*$/.test(String(answer.error))) ||
      ("access_token" in answer && typeof answer.access_token === "string")
    );
  } catch {
    return false;
  }
}

function secretsOf(body: unknown): string[] {
  if (!(body instanceof URLSearchParams)) return [];
  const names = ["client_secret", "refresh_token", "code", "code_verifier"];
  return names.flatMap((name) => body.getAll(name));
}

/** An answer that is not from Microsoft Entra ID. */
class ForeignAnswer extends Error {
  override readonly name = "ForeignAnswer";
  readonly failure: TokenFailure;

  constructor(response: HttpResponse, host: string, secrets: readonly string[]) {
    super(`${host} answered with HTTP ${response.status}.`);
    const request: RequestFacts = { host, service: "Microsoft Entra ID", secrets };
    const { finding, fix } = explainAnswer(response, request);
    this.failure = {
      failureClass: classifyStatus(response.status),
      retryAfter: retryAfterOf(response),
      signInError: new SignInError("retry", finding, { fix }),
    };
  }
}

/**
 * Sends a token request, and retries transient failures.
 * @throws SignInError
 */
export async function requestWithRetry<T>(
  { authority, clock, signal }: SignInContext,
  request: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const { failureClass, retryAfter, signInError } = tokenFailureOf(error, authority);
      const delay = retryDelay({
        failure: failureClass === "throttled" && attempt >= MAX_ATTEMPTS ? "permanent" : failureClass,
        attempt,
        retryAfter,
        now: clock.now(),
        throttledMs: 0,
        jitter: Math.random(),
        limits: {
          maxTransientAttempts: MAX_ATTEMPTS,
          throttledBudgetMs: 10 * 60_000,
          maxDelayMs: 2 * 60_000,
        },
      });
      if (delay === "give-up") throw signInError;
      await clock.sleep(delay, signal);
    }
  }
}

interface TokenFailure {
  readonly failureClass: FailureClass;
  readonly retryAfter?: string | undefined;
  readonly signInError: Error;
}

// openid-client's error is not kept as the cause: it has the whole response, which may contain a
// secret.
function tokenFailureOf(error: unknown, authority: SignInAuthority): TokenFailure {
  if (error instanceof oauth.ResponseBodyError) {
    const description = error.error_description ?? "";
    const signInError = signInErrorOf({ status: error.status, error: error.error, description });
    return { failureClass: signInError.category === "retry" ? "transient" : "permanent", signInError };
  }
  const causes = [error, error instanceof Error ? error.cause : undefined];
  const foreign = causes.find((one) => one instanceof ForeignAnswer);
  if (foreign !== undefined) return foreign.failure;
  const response = causes.find((one) => one instanceof Response);
  if (response !== undefined) {
    const signInError = signInErrorOf({ status: response.status, error: "", description: "" });
    const retryAfter = response.headers.get("retry-after") ?? "";
    return { failureClass: classifyStatus(response.status), retryAfter, signInError };
  }
  const httpError = causes.find((one) => one instanceof HttpError);
  if (httpError === undefined) throw error;
  return connectionFailure(httpError, authority);
}

function connectionFailure(error: HttpError, { origin }: SignInAuthority): TokenFailure {
  const request: RequestFacts = { host: new URL(origin).host, service: "Microsoft Entra ID", secrets: [] };
  const { finding, fix } = explainNoAnswer(error, request);
  const isPermanent = ["tls", "too-large", "closed"].includes(error.kind);
  const failureClass =
    error.proxyStatus === undefined
      ? isPermanent
        ? "permanent"
        : "transient"
      : classifyStatus(error.proxyStatus);
  return { failureClass, signInError: new SignInError("retry", finding, { fix, cause: error }) };
}

function retryAfterOf(response: {
  headers: Readonly<Record<string, string | string[] | undefined>>;
}): string {
  return String(response.headers["retry-after"] ?? "");
}

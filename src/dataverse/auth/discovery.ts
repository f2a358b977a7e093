// Discovers where an environment signs in: without a token, the environment responds with its
// authority and tenant (Microsoft Learn, "Use OAuth authentication with Microsoft Dataverse"). No
// secret is sent before the authority is known to be Microsoft's.
import type { Clock } from "../../lib/clock.ts";
import { HttpError, headerValues } from "../../lib/http.ts";
import type { Http, HttpResponse } from "../../lib/http.ts";
import { DEFAULT_RETRY_LIMITS, retryDelay, classifyStatus } from "../../lib/retry-timing.ts";
import type { RetryLimits, FailureClass } from "../../lib/retry-timing.ts";
import { AddressError } from "./environment-address.ts";
import type { Environment } from "./environment-address.ts";
import { dataverseErrorOf, ProtocolError } from "../http/errors.ts";
import { errorResponseOf, explainedError } from "../http/failures.ts";
import { explainAnswer, explainNoAnswer, type RequestFacts } from "../http/intermediary.ts";

export interface SignInAuthority {
  /** Without a trailing slash, for example https://login.microsoftonline.com */
  readonly origin: string;
  /** The tenant's GUID, or "common" for very old environments. */
  readonly tenant: string;
}

const AUTHORITIES: ReadonlySet<string> = new Set([
  "https://login.microsoftonline.com",
  "https://login.microsoftonline.us",
  "https://login.partner.microsoftonline.cn",
  "https://login.windows.net",
]);

// A mistyped address should be reported soon.
const RETRY_LIMITS: RetryLimits = { ...DEFAULT_RETRY_LIMITS, maxTransientAttempts: 4 };

export interface DiscoveryContext {
  readonly http: Http;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @throws AddressError if nothing answers at the address, DataverseError if something else than
 * Dataverse does, or Dataverse not as it should. The host is one of Microsoft's, so whatever
 * answers in another way stands in between.
 */
export async function discoverSignIn(
  environment: Environment,
  context: DiscoveryContext,
): Promise<SignInAuthority> {
  const response = await probe(environment, context);
  const uri =
    response.status === 401 ? authorizationUri(headerValues(response, "www-authenticate")) : undefined;
  if (uri === undefined) throw unexpectedAnswer(response, requestFacts(environment));
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const tenant = url?.pathname.split("/")[1] ?? "";
  const isSimulator = environment.region === "simulator" && url?.origin === environment.origin;
  const isMicrosofts = url !== undefined && AUTHORITIES.has(url.origin) && url.username === "";
  if (url === undefined || tenant === "" || !(isMicrosofts || isSimulator))
    throw new ProtocolError(
      `The environment wants us to sign in at ${url?.origin ?? "no valid address"}, which is not one of Microsoft's ` +
        "sign-in servers. Nothing was sent there.",
      {},
      {
        fix:
          "Check the address; if it is right, have your network checked: it seems to lead the name to another server, " +
          "such as a self-hosted Dynamics 365.",
      },
    );
  return { origin: url.origin, tenant };
}

function requestFacts({ origin }: Environment): RequestFacts {
  return { host: new URL(origin).host, service: "Dynamics 365", secrets: [] };
}

function unexpectedAnswer(response: HttpResponse, request: RequestFacts): Error {
  const isRefusal = response.status >= 400 && response.status !== 401;
  const errorResponse = isRefusal ? errorResponseOf(response, []) : undefined;
  if (errorResponse !== undefined && errorResponse.message !== "") return dataverseErrorOf(errorResponse);
  return explainedError(explainAnswer(response, request), response);
}

/**
 * The `authorization_uri` of a WWW-Authenticate header: quoted or not, anywhere among the
 * parameters.
 */
export function authorizationUri(challenges: readonly string[]): string | undefined {
  for (const challenge of challenges) {
    const match = /\bauthorization_uri\s*=\s*(?:"([^"]*)"|([^\s,"]+))/i.exec(challenge);
    const value = match?.[1] ?? match?.[2];
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

interface ProbeFailure {
  readonly failureClass: FailureClass;
  readonly retryAfter?: string;
  readonly error: Error;
}

async function probe(
  environment: Environment,
  { http, clock, signal }: DiscoveryContext,
): Promise<HttpResponse> {
  const failures = { throttled: 0, transient: 0, permanent: 0 };
  let throttledMs = 0;
  for (;;) {
    const outcome = await sendProbe(environment, http, signal);
    if ("response" in outcome) return outcome.response;
    const { failureClass, retryAfter, error } = outcome;
    failures[failureClass] += 1;
    const delay = retryDelay({
      failure: failureClass,
      attempt: failures[failureClass],
      retryAfter,
      now: clock.now(),
      throttledMs,
      jitter: Math.random(),
      limits: RETRY_LIMITS,
    });
    if (delay === "give-up") throw error;
    if (failureClass === "throttled") throttledMs += delay;
    await clock.sleep(delay, signal);
  }
}

async function sendProbe(
  environment: Environment,
  http: Http,
  signal: AbortSignal | undefined,
): Promise<{ response: HttpResponse } | ProbeFailure> {
  try {
    const response = await http.send({
      url: environment.apiRoot,
      headers: { Accept: "application/json" },
      signal,
    });
    const failureClass = classifyStatus(response.status);
    if (failureClass === "permanent") return { response };
    const retryAfter = String(response.headers["retry-after"] ?? "");
    return { failureClass, retryAfter, error: unexpectedAnswer(response, requestFacts(environment)) };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return noAnswer(error, requestFacts(environment));
  }
}

function noAnswer(error: HttpError, request: RequestFacts): ProbeFailure {
  const explanation = explainNoAnswer(error, request);
  if (error.proxyStatus !== undefined)
    return { failureClass: classifyStatus(error.proxyStatus), error: explainedError(explanation) };
  const { finding, fix } = explanation;
  const isPermanent = ["no-such-host", "tls", "too-large", "closed"].includes(error.kind);
  return {
    failureClass: isPermanent ? "permanent" : "transient",
    error: new AddressError("unreachable", finding, { fix, cause: error }),
  };
}

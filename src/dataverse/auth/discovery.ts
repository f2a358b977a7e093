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
import { DataverseError, ProtocolError } from "../http/errors.ts";

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
 * @throws AddressError if there is no Dataverse online at the address, DataverseError if it cannot
 * be reached now
 */
export async function discoverSignIn(
  environment: Environment,
  context: DiscoveryContext,
): Promise<SignInAuthority> {
  const challenges = headerValues(await probe(environment, context), "www-authenticate");
  const uri = authorizationUri(challenges);
  if (uri === undefined) throw AddressError.of("self-hosted");
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const tenant = url?.pathname.split("/")[1] ?? "";
  if (url === undefined || /^(adfs)?$/i.test(tenant)) throw AddressError.of("self-hosted");
  const isSimulator = environment.region === "simulator" && url.origin === environment.origin;
  if (!isSimulator && (!AUTHORITIES.has(url.origin) || url.username !== ""))
    throw new ProtocolError(
      `The environment wants us to sign in at ${url.origin}, which is not one of Microsoft's sign-in servers. Nothing ` +
        "was sent there.",
      {},
      { fix: "Check the address; if it is right, have your network checked." },
    );
  return { origin: url.origin, tenant };
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
    const error = new DataverseError(
      "unavailable",
      `Dynamics 365 is not available at the moment (HTTP ${response.status}).`,
      { status: response.status },
      { fix: "Try again later." },
    );
    return { failureClass, retryAfter: String(response.headers["retry-after"] ?? ""), error };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const isPermanent = ["no-such-host", "tls", "too-large", "closed"].includes(error.kind);
    const fix = "Check the address of the environment, and that this server may reach it.";
    const addressError = new AddressError("unreachable", error.message, { fix, cause: error });
    return { failureClass: isPermanent ? "permanent" : "transient", error: addressError };
  }
}

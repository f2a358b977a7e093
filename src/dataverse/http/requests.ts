// Sends requests to Dataverse: the token only to its own origin, retries while they make sense, and
// every failure as an error for the admin. Callers need to know nothing of HTTP 429, tokens or
// incomplete bodies.
import type { z } from "zod";
import { linkSignals } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";
import { HttpError } from "../../lib/http.ts";
import type { Http, HttpResponse } from "../../lib/http.ts";
import type { Log } from "../../lib/log.ts";
import { retryDelay } from "../../lib/retry-timing.ts";
import type { Environment } from "../auth/environment-address.ts";
import { IncompleteBody, parseJson, requestIdOf } from "./json-body.ts";
import { responseInBatch, batchOfOne } from "./batch.ts";
import { DataverseError, ProtocolError } from "./errors.ts";
import { connectionFailure, failureOf, incompleteBodyFailure } from "./failures.ts";
import type { Failure } from "./failures.ts";
import type { RequestStats, Usage } from "../model.ts";
import type { TokenSource } from "../auth/tokens.ts";

export interface RequestOptions {
  readonly prefer?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Requests {
  readonly usage: Readonly<Usage>;
  /**
   * Sends a GET to a path below the API root, or to an absolute URL of the same origin. `read` gets a
   * 2xx response; if it throws IncompleteBody, the request is retried.
   */
  get<T>(
    target: string,
    options: RequestOptions,
    read: (response: HttpResponse) => T | Promise<T>,
  ): Promise<T>;
  json<T>(target: string, schema: z.ZodType<T>, options?: RequestOptions): Promise<T>;
}

export interface RequestsContext {
  readonly environment: Environment;
  readonly tokens: TokenSource;
  readonly http: Http;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRequest?: ((stats: RequestStats) => void) | undefined;
}

// Dataverse accepts 32 KB; the rest is for what proxies add.
const MAX_URL_LENGTH = 30_000;

// The headers of every request (Microsoft Learn, "Compose HTTP requests and handle errors").
const HEADERS = {
  Accept: "application/json",
  "OData-Version": "4.0",
  "OData-MaxVersion": "4.0",
  "If-None-Match": "null",
};

export function openRequests(context: RequestsContext): Requests {
  const usage: Usage = { requests: 0, retries: 0, throttled: 0, throttledMs: 0, bytes: 0 };
  const countingContext: RequestsContext = {
    ...context,
    onRequest: (stats) => {
      usage.bytes += stats.wireBytes;
      context.onRequest?.(stats);
    },
  };
  const get: Requests["get"] = async (target, options, read) => {
    const url = environmentUrl(target, context.environment);
    const linked = linkSignals(context.signal, options.signal);
    try {
      return await sendWithRetry(countingContext, usage, url, { ...options, signal: linked.signal }, read);
    } finally {
      linked.release();
    }
  };
  return {
    usage,
    get,
    json: (target, schema, options = {}) =>
      get(target, options, (response) => {
        const parsed = schema.safeParse(parseJson(response));
        if (parsed.success) return parsed.data;
        throw new ProtocolError(
          `Dynamics 365 answered ${pathOf(target)} in a form that is not understood.`,
          { status: response.status, requestId: requestIdOf(response) },
          { fix: "Please report this with the log.", cause: parsed.error },
        );
      }),
  };
}

function environmentUrl(target: string, environment: Environment): URL {
  const url = URL.canParse(target, environment.apiRoot) ? new URL(target, environment.apiRoot) : undefined;
  if (url !== undefined && url.origin === environment.origin && url.pathname.startsWith("/api/data/"))
    return url;
  throw new ProtocolError(
    `Dynamics 365 answered with a link to another host (${url?.origin ?? "not a URL"}), which was not followed: ` +
      `only ${environment.origin} is given our token.`,
    {},
    { fix: "If a proxy rewrites addresses, have it leave Dynamics 365 alone." },
  );
}

async function sendWithRetry<T>(
  context: RequestsContext,
  usage: Usage,
  url: URL,
  options: RequestOptions,
  read: (response: HttpResponse) => T | Promise<T>,
): Promise<T> {
  const { tokens, clock, log } = context;
  const { signal } = options;
  const failures = { throttled: 0, transient: 0, permanent: 0, token: 0, "not-a-member-yet": 0 };
  let throttledMs = 0;
  let token = await tokens.token(signal);
  for (;;) {
    usage.requests += 1;
    const outcome = await attempt(context, url, token, options, read);
    if ("value" in outcome) return outcome.value;
    const { error, failureClass, retryAfter } = outcome;
    failures[failureClass] += 1;
    if (failureClass === "throttled") usage.throttled += 1;
    if (failureClass === "token") {
      if (failures.token > 1) throw error;
      usage.retries += 1;
      token = await tokens.renew(token, signal);
      continue;
    }
    // Dataverse does not know a user for some seconds after it was added, so one retry decides.
    if (failureClass === "not-a-member-yet" && failures[failureClass] > 1) throw error;
    const delay = retryDelay({
      failure: failureClass === "not-a-member-yet" ? "transient" : failureClass,
      attempt: failures[failureClass],
      retryAfter,
      now: clock.now(),
      throttledMs,
      jitter: Math.random(),
    });
    if (delay === "give-up") throw error;
    usage.retries += 1;
    if (failureClass === "throttled") {
      throttledMs += delay;
      usage.throttledMs += delay;
    }
    log?.warn("A request to Dynamics 365 failed; retrying", {
      path: url.pathname,
      failure: failureClass,
      attempt: failures[failureClass],
      delayMs: delay,
      ...logFields(error),
    });
    await clock.sleep(delay, signal);
    // The token may have expired during the wait; its refusal then says nothing about the new one.
    failures.token = 0;
    token = await tokens.token(signal);
  }
}

function logFields(error: Error): Readonly<Record<string, unknown>> {
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  if (!(error instanceof DataverseError)) return { reason };
  return { status: error.status, code: error.serverCode, requestId: error.requestId, reason };
}

async function attempt<T>(
  context: RequestsContext,
  url: URL,
  token: string,
  options: RequestOptions,
  read: (response: HttpResponse) => T | Promise<T>,
): Promise<{ value: T } | Failure> {
  let response: HttpResponse | undefined;
  try {
    response = await sendOnce(context, url, token, options);
    if (response.status < 200 || response.status > 299) return failureOf(response);
    return { value: await read(response) };
  } catch (error) {
    if (error instanceof HttpError) return connectionFailure(error);
    if (!(error instanceof IncompleteBody)) throw error;
    return incompleteBodyFailure(error, response);
  }
}

async function sendOnce(
  { http, clock, onRequest }: RequestsContext,
  url: URL,
  token: string,
  { prefer, signal }: RequestOptions,
): Promise<HttpResponse> {
  const started = clock.now().getTime();
  const headers = { ...HEADERS, ...(prefer === undefined ? {} : { Prefer: prefer }) };
  const needsBatch = url.href.length > MAX_URL_LENGTH;
  const method = needsBatch ? "POST" : "GET";
  const stats = { method, path: url.pathname, ms: 0, status: 0, wireBytes: 0, bytes: 0 } as const;
  const reportAttempt = (response?: HttpResponse) => {
    const ms = clock.now().getTime() - started;
    if (response === undefined) onRequest?.({ ...stats, ms });
    else
      onRequest?.({
        ...stats,
        ms,
        status: response.status,
        wireBytes: response.wireBytes,
        bytes: response.body.length,
      });
  };
  try {
    const response = needsBatch
      ? await sendAsBatch(http, url, token, headers, signal)
      : await http.send({ url: url.href, headers: { ...headers, Authorization: `Bearer ${token}` }, signal });
    reportAttempt(response);
    return response;
  } catch (error) {
    reportAttempt();
    throw error;
  }
}

async function sendAsBatch(
  http: Http,
  url: URL,
  token: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const batch = batchOfOne(url, headers);
  const target = new URL("$batch", new URL(url.pathname.replace(/[^/]*$/, ""), url));
  const outer = await http.send({
    url: target.href,
    method: "POST",
    headers: { ...HEADERS, "Content-Type": batch.contentType, Authorization: `Bearer ${token}` },
    body: batch.body,
    signal,
  });
  if (outer.status !== 200) return outer;
  const inner = responseInBatch(outer);
  if (inner === undefined) throw new IncompleteBody("The batch response is incomplete.");
  return inner;
}

function pathOf(target: string): string {
  return target.split("?", 1)[0] ?? target;
}

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
import { connectionFailure, failureOf, incompleteBodyFailure, webPageFailure } from "./failures.ts";
import type { Failure } from "./failures.ts";
import type { RequestFacts } from "./intermediary.ts";
import { isWebPage } from "./quoted-text.ts";
import type { RequestStats, Usage } from "../model.ts";
import type { TokenSource } from "../auth/tokens.ts";

export interface RequestOptions {
  readonly prefer?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Columns whose numbers `json` has as strings, their literals, if a double may not hold them. */
  readonly numbers?: readonly string[] | undefined;
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
// Dataverse accepts 64 KB in a batch (.NET: URLs of less than 65,520 characters).
const MAX_BATCHED_URL_LENGTH = 65_519;
// Web servers have refused longer URLs as malformed, or as those of a file that is not there.
const SHORT_URL_LENGTH = 2_048;

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
        const parsed = schema.safeParse(parseJson(response, options.numbers));
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
  let inBatch = url.href.length > MAX_URL_LENGTH;
  let token = await tokens.token(signal);
  for (;;) {
    usage.requests += 1;
    const outcome = await attempt(context, { url, token, options, inBatch }, read);
    if ("value" in outcome) return outcome.value;
    const { error, failureClass, retryAfter } = outcome;
    if (failureClass === "url-too-long") {
      usage.retries += 1;
      inBatch = true;
      continue;
    }
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

interface Attempt {
  readonly url: URL;
  readonly token: string;
  readonly options: RequestOptions;
  /** Whether the GET is sent inside a batch, where its URL may be longer. */
  readonly inBatch: boolean;
}

async function attempt<T>(
  context: RequestsContext,
  request: Attempt,
  read: (response: HttpResponse) => T | Promise<T>,
): Promise<{ value: T } | Failure> {
  const { url, token, inBatch } = request;
  const facts: RequestFacts = { host: url.host, service: "Dynamics 365", secrets: [token] };
  let response: HttpResponse | undefined;
  try {
    response = await sendOnce(context, request);
    if (response.status >= 200 && response.status <= 299) return { value: await read(response) };
    const failure = failureOf(response, facts);
    if (!inBatch) return mayBeTooLong(url, response) ? { ...failure, failureClass: "url-too-long" } : failure;
    return isTooLong(url, failure)
      ? { failureClass: "permanent", error: queryTooLong(url, response) }
      : failure;
  } catch (error) {
    if (error instanceof HttpError) return connectionFailure(error, facts);
    if (!(error instanceof IncompleteBody)) throw error;
    if (response !== undefined && isWebPage(response)) return webPageFailure(response, facts);
    return incompleteBodyFailure(error, response);
  }
}

/** IIS answers 404 with a page to a query that is too long for it, and proxies answer 400. */
function mayBeTooLong(url: URL, response: HttpResponse): boolean {
  const { status } = response;
  if (status === 414 || status === 431) return true;
  return (status === 400 || status === 404) && url.href.length > SHORT_URL_LENGTH && isWebPage(response);
}

/** Whether the query is too long even inside a batch. */
function isTooLong({ href }: URL, { error }: Failure): boolean {
  if (!(error instanceof DataverseError)) return false;
  if (error.code === "query-too-long") return true;
  const isUnexplained = ["refused", "intermediary", "environment-not-found"].includes(error.code);
  return isUnexplained && href.length > MAX_BATCHED_URL_LENGTH;
}

function queryTooLong({ href }: URL, response: HttpResponse): DataverseError {
  const [length, limit] = [href.length, MAX_BATCHED_URL_LENGTH].map((count) => count.toLocaleString("en"));
  return new DataverseError(
    "query-too-long",
    `The query is too long for Dynamics 365 (HTTP ${response.status}): it has ${length} characters, and at most ${limit} ` +
      "are accepted.",
    { status: response.status, requestId: requestIdOf(response) },
    { fix: "Map fewer columns, or choose a view that lists fewer values in its filter." },
  );
}

async function sendOnce(
  { http, clock, onRequest }: RequestsContext,
  { url, token, options: { prefer, signal }, inBatch }: Attempt,
): Promise<HttpResponse> {
  const started = clock.now().getTime();
  const headers = { ...HEADERS, ...(prefer === undefined ? {} : { Prefer: prefer }) };
  const method = inBatch ? "POST" : "GET";
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
    const response = inBatch
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
  // The status of a part that failed is the batch's too, so the part is looked for in any case.
  const inner = responseInBatch(outer);
  if (inner !== undefined) return inner;
  if (outer.status < 200 || outer.status > 299 || isWebPage(outer)) return outer;
  throw new IncompleteBody("The batch response is incomplete.");
}

function pathOf(target: string): string {
  return target.split("?", 1)[0] ?? target;
}

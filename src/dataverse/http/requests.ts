// One request to Dataverse: the token only to our own origin, tried again as long as it makes sense, and any failure
// told as an error for the admin. Nothing above this file knows about 429, tokens or torn bodies.
import type { z } from "zod";
import { linkSignals } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";
import { HttpError } from "../../lib/http.ts";
import type { Http, HttpResponse } from "../../lib/http.ts";
import type { Log } from "../../lib/log.ts";
import { retryDelay } from "../../lib/retry-timing.ts";
import type { Environment } from "../auth/environment-address.ts";
import { IncompleteBody, parseJson, requestIdOf } from "./json-body.ts";
import { answerInBatch, batchOfOne } from "./batch.ts";
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
   * GETs a path below the API root, or an absolute URL of the same origin. `read` gets an answer of 2xx; if it throws
   * TornBody, the request is tried again.
   */
  get<T>(target: string, options: RequestOptions, read: (answer: HttpResponse) => T | Promise<T>): Promise<T>;
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

// Dataverse takes 32 KB; some room is left for what proxies add.
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
      get(target, options, (answer) => {
        const parsed = schema.safeParse(parseJson(answer));
        if (parsed.success) return parsed.data;
        throw new ProtocolError(
          `Dynamics 365 answered ${pathOf(target)} in a form that is not understood.`,
          { status: answer.status, requestId: requestIdOf(answer) },
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
    `Dynamics 365 answered with a link to another place (${url?.origin ?? "not a URL"}), which was not followed: ` +
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
  read: (answer: HttpResponse) => T | Promise<T>,
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
    const { error, trouble, retryAfter } = outcome;
    failures[trouble] += 1;
    if (trouble === "throttled") usage.throttled += 1;
    if (trouble === "token") {
      if (failures.token > 1) throw error;
      usage.retries += 1;
      token = await tokens.renew(token, signal);
      continue;
    }
    // A user that was just added is unknown for some seconds (seen after provisioning); asking once more tells.
    if (trouble === "not-a-member-yet" && failures[trouble] > 1) throw error;
    const delay = retryDelay({
      failure: trouble === "not-a-member-yet" ? "transient" : trouble,
      attempt: failures[trouble],
      retryAfter,
      now: clock.now(),
      throttledMs,
      jitter: Math.random(),
    });
    if (delay === "give-up") throw error;
    usage.retries += 1;
    if (trouble === "throttled") {
      throttledMs += delay;
      usage.throttledMs += delay;
    }
    log?.warn("Dynamics 365 did not serve a request; trying again", {
      path: url.pathname,
      trouble,
      attempt: failures[trouble],
      delayMs: delay,
      ...(error instanceof DataverseError
        ? { status: error.status, code: error.serverCode, requestId: error.requestId }
        : {}),
      reason: error.cause instanceof Error ? error.cause.message : error.message,
    });
    await clock.sleep(delay, signal);
    // The wait may have been longer than the token lives; a refusal of the old one then says nothing of the new one.
    failures.token = 0;
    token = await tokens.token(signal);
  }
}

async function attempt<T>(
  context: RequestsContext,
  url: URL,
  token: string,
  options: RequestOptions,
  read: (answer: HttpResponse) => T | Promise<T>,
): Promise<{ value: T } | Failure> {
  let answer: HttpResponse | undefined;
  try {
    answer = await sendOnce(context, url, token, options);
    if (answer.status < 200 || answer.status > 299) return failureOf(answer);
    return { value: await read(answer) };
  } catch (error) {
    if (error instanceof HttpError) return connectionFailure(error);
    if (!(error instanceof IncompleteBody)) throw error;
    return incompleteBodyFailure(error, answer);
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
  const reportAttempt = (answer?: HttpResponse) => {
    const ms = clock.now().getTime() - started;
    if (answer === undefined) onRequest?.({ ...stats, ms });
    else
      onRequest?.({
        ...stats,
        ms,
        status: answer.status,
        wireBytes: answer.wireBytes,
        bytes: answer.body.length,
      });
  };
  try {
    const answer = needsBatch
      ? await sendAsBatch(http, url, token, headers, signal)
      : await http.send({ url: url.href, headers: { ...headers, Authorization: `Bearer ${token}` }, signal });
    reportAttempt(answer);
    return answer;
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
  const inner = answerInBatch(outer);
  if (inner === undefined) throw new IncompleteBody("The batch answer is not complete.");
  return inner;
}

function pathOf(target: string): string {
  return target.split("?", 1)[0] ?? target;
}

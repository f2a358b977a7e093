// The HTTP server: logs requests, mounts the routes, sets security headers, and answers errors with
// a sentence and the request's id. It is built here and started elsewhere, so that tests build the
// same one.
import { randomUUID } from "node:crypto";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { APP_PREFIX, type Contract } from "./contract/route.ts";
import { serveHealth } from "./health.ts";
import { docsPage } from "./docs-page.ts";
import { ApiError, type Implementation } from "./implement.ts";
import { serveMetrics, type ServedMetrics } from "./metrics.ts";
import { mountRoutes } from "./mount.ts";
import { openApiDocument } from "./openapi.ts";
import { errorPage } from "./error-page.ts";
import { toHttpError } from "./errors.ts";
import { sessionAuth } from "./session-auth.ts";
import { serveUi } from "./ui.ts";

/** What the server of every process needs. */
export type BaseServerDeps = {
  /**
   * The database that /readyz queries. Its pool is not that of requests, so that slow requests do not
   * make a working process look unavailable.
   */
  readonly healthDb: Kysely<Tables>;
  readonly log: Log;
  /**
   * The origin that people use. If any port may be taken, it is known only once the server listens.
   */
  readonly publicUrl: () => string;
  readonly trustedProxies: readonly string[];
  /** Undefined if metrics are disabled. */
  readonly metrics?: ServedMetrics | undefined;
};

export type ServerDeps = BaseServerDeps & {
  readonly contract: Contract;
  /** The contract's implementations. */
  readonly routes: readonly Implementation[];
  /** The database with the sessions. */
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly version: string;
  /** Directory of the built user interface; without it, only the API is served. */
  readonly ui?: string | undefined;
};

const BODY_LIMIT_BYTES = 1_048_576;
/** Maximum time for a request to arrive completely; its answer may take longer. */
const REQUEST_TIMEOUT_MS = 120_000;

/** Builds the server of a process without pages: health and metrics. */
export async function buildBaseServer(deps: BaseServerDeps): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: [...deps.trustedProxies],
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 500 },
  });
  server.decorateRequest("caller");
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CSP },
    hsts: false,
  });
  addHeaders(server, deps.publicUrl);
  logRequests(server, deps.log);
  closeConnectionsWhenStopping(server);
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, deps.log));
  server.setNotFoundHandler((request, reply) => sendError(NOT_FOUND, request, reply, deps.log));
  serveHealth(server, deps);
  serveMetrics(server, deps.metrics);
  return server;
}

/**
 * Builds the server with API and pages. `close` completes requests in progress and ends event
 * streams.
 */
export async function buildServer(deps: ServerDeps): Promise<FastifyInstance> {
  const { db, clock, publicUrl, contract, routes, version } = deps;
  const server = await buildBaseServer(deps);
  server.decorateRequest("browserToken");
  await server.register(cookie);
  mountRoutes(server, { prefix: APP_PREFIX, contract, routes, ...sessionAuth({ db, clock, publicUrl }) });
  let openApi: ReturnType<typeof openApiDocument> | undefined;
  server.get(`${APP_PREFIX}/openapi.json`, async () => (openApi ??= openApiDocument(routes, version)));
  server.get("/api/docs", async (_, reply) => reply.type("text/html; charset=utf-8").send(docsPage(routes)));
  if (deps.ui !== undefined) await serveUi(server, deps.ui);
  return server;
}

/** Mantine writes its styles into the page; scripts come from our own files alone. */
const CSP = {
  "default-src": ["'self'"],
  "style-src": ["'self'", "'unsafe-inline'"],
  "img-src": ["'self'", "data:"],
  "font-src": ["'self'"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};

const YEAR_SECONDS = 31_536_000;

function addHeaders(server: FastifyInstance, publicUrl: () => string): void {
  server.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    if (publicUrl().startsWith("https:"))
      reply.header("strict-transport-security", `max-age=${YEAR_SECONDS}`);
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
  });
}

/**
 * Logs the route's pattern instead of the URL, because a path may be a one-time link, and a query
 * may hold a code.
 */
function logRequests(server: FastifyInstance, log: Log): void {
  server.addHook("onResponse", async (request, reply) => {
    log.info("request", {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      teammate: request.caller?.teammate?.id ?? null,
    });
  });
}

/**
 * Browsers keep a connection open for a minute, and stopping would wait for that. An answer whose
 * headers were sent before the stop has no "connection: close", so idle connections are closed as
 * well.
 */
function closeConnectionsWhenStopping(server: FastifyInstance): void {
  let isStopping = false;
  server.addHook("preClose", async () => {
    isStopping = true;
  });
  server.addHook("onSend", async (_, reply) => {
    if (isStopping) reply.header("connection", "close");
  });
  server.addHook("onResponse", async () => {
    if (isStopping) setImmediate(() => server.server.closeIdleConnections());
  });
}

const NOT_FOUND = new ApiError(
  404,
  "not-found",
  "There is nothing at this address. Check how it is written; /api/docs lists all there is.",
);

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const { status, error: httpError } = toHttpError(error);
  if (status >= 500) {
    log.error("A request failed.", {
      err: error,
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
    });
  }
  const body = { ...httpError, requestId: request.id };
  // Only a browser that follows a link accepts HTML; requests of our pages do not.
  if (request.method === "GET" && request.headers.accept?.includes("text/html") === true)
    return reply.status(status).type("text/html; charset=utf-8").send(errorPage(body));
  return reply.status(status).send({ error: body });
}

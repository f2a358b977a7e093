// The web application's server: what comes in is logged, guarded and validated, what goes out carries security headers
// and, when it is a refusal, a sentence and the request's id. Built here, started elsewhere, so tests build the same.
// Routes come as implementations of the contract; what they need they were given where they were made (src/app.ts).
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

/** What every process answers that listens. */
export type BaseServerParts = {
  /** What /readyz asks. Not that of requests, so that slow ones do not make a process that works look like one that does not. */
  readonly healthDb: Kysely<Tables>;
  readonly log: Log;
  /** The origin people use; known once it listens, if it is told to take any port. */
  readonly publicUrl: () => string;
  readonly trustedProxies: readonly string[];
  /** Undefined: nobody may read any. */
  readonly metrics?: ServedMetrics | undefined;
};

export type ServerParts = BaseServerParts & {
  readonly contract: Contract;
  /** The code of the contract, route by route. */
  readonly routes: readonly Implementation[];
  /** Where sessions are looked up. */
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly version: string;
  /** Directory of the built user interface; without one, only the API answers. */
  readonly ui?: string | undefined;
};

const BODY_LIMIT_BYTES = 1_048_576;
/** For a request to arrive whole; nothing said about its answer. */
const REQUEST_TIMEOUT_MS = 120_000;

/** Of a process that serves no pages: says how it is and what it counted. Ready to listen. */
export async function buildBaseServer(parts: BaseServerParts): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: [...parts.trustedProxies],
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 500 },
  });
  server.decorateRequest("caller");
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CSP },
    hsts: false,
  });
  addHeaders(server, parts.publicUrl);
  logRequests(server, parts.log);
  closeConnectionsWhenStopping(server);
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, parts.log));
  server.setNotFoundHandler((request, reply) => sendError(NOT_FOUND, request, reply, parts.log));
  serveHealth(server, parts);
  serveMetrics(server, parts.metrics);
  return server;
}

/** Ready to listen. `close` finishes what is under way and ends streams of events. */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { db, clock, publicUrl, contract, routes, version } = parts;
  const server = await buildBaseServer(parts);
  server.decorateRequest("browser");
  await server.register(cookie);
  mountRoutes(server, { prefix: APP_PREFIX, contract, routes, ...sessionAuth({ db, clock, publicUrl }) });
  let openApi: ReturnType<typeof openApiDocument> | undefined;
  server.get(`${APP_PREFIX}/openapi.json`, async () => (openApi ??= openApiDocument(routes, version)));
  server.get("/api/docs", async (_, reply) => reply.type("text/html; charset=utf-8").send(docsPage(routes)));
  if (parts.ui !== undefined) await serveUi(server, parts.ui);
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

/** The route's pattern stands for the address: a path may be a one-time link, a query may hold a code. */
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
 * A browser would keep the connection of its last answer open for a minute, and the stop would wait for it. An answer that had begun
 * when the stop came has told its reader nothing of that.
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
  // Only a browser that follows a link asks for a page; what our pages fetch does not.
  if (request.method === "GET" && request.headers.accept?.includes("text/html") === true)
    return reply.status(status).type("text/html; charset=utf-8").send(errorPage(body));
  return reply.status(status).send({ error: body });
}

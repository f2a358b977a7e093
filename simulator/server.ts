// Serves the simulated Dynamics 365 environment and its Entra ID on one port of 127.0.0.1, over
// node:http. This file owns the socket and the order of the middleware (see http-middleware.ts);
// webapi/ decides what the Web API answers, org/ holds the organisation. Responses are gzipped when
// the client accepts it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { gzip } from "node:zlib";
import { promisify } from "node:util";
import type { Authority, Hooks, HttpResponse, HttpRequest } from "./http-middleware.ts";
import type { Org } from "./org/org.ts";
import { createWebApi } from "./webapi/web-api.ts";
import { unauthorized } from "./webapi/responses.ts";

const gzipAsync = promisify(gzip);

export interface SimulatorOptions {
  readonly org: Org;
  /** Default: a free port. */
  readonly port?: number;
  /** The clock of date functions. Default: the organisation's. */
  readonly now?: () => Date;
  readonly authority: Authority;
  readonly hooks?: Hooks;
}

export interface Simulator {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly org: Org;
  /**
   * The number of requests so far, by method and path without ids and queries, e.g. "GET
   * /api/data/v9.2/accounts".
   */
  readonly requests: ReadonlyMap<string, number>;
  /** The hooks, which may be set and removed while the server runs. */
  readonly hooks: Hooks;
  close(): Promise<void>;
}

/** Starts listening on 127.0.0.1. @throws when the port is taken */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const hooks: Hooks = { ...options.hooks };
  const requests = new Map<string, number>();
  const webApi = createWebApi(options.org, options.now ?? options.org.now);

  async function handleRequest(request: HttpRequest): Promise<HttpResponse> {
    const entraResponse = options.authority.handle(request);
    if (entraResponse) return entraResponse;
    const token = options.authority.check(authorization(request), request.origin);
    if (!token.ok) return unauthorized(request.origin, options.authority.tenantId, token.reason);
    if (token.userId !== undefined) request.userId = token.userId;
    const serve = () => webApi(request);
    return hooks.limits && token.userId !== undefined ? hooks.limits(request, serve) : serve();
  }

  const server = createServer({ maxHeaderSize: 128 * 1024 }, (incoming, outgoing) => {
    void (async () => {
      try {
        countRequest(requests, incoming);
        const method = incoming.method ?? "GET";
        const rendered = hooks.respondFromCache?.(method, incoming.url ?? "/", incoming.headers);
        if (rendered) {
          outgoing.writeHead(200, { ...rendered.headers, "content-length": rendered.body.length });
          outgoing.end(rendered.body);
          return;
        }
        const request = await readRequest(incoming);
        const response = hooks.faults
          ? await hooks.faults(request, () => handleRequest(request))
          : await handleRequest(request);
        await sendResponse(response, incoming, outgoing);
      } catch (error) {
        sendFailure(outgoing, error);
      }
    })();
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The simulator listens on no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    org: options.org,
    requests,
    hooks,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function authorization(request: HttpRequest): string | undefined {
  const value = request.headers["authorization"];
  return typeof value === "string" ? value : value?.[0];
}

function countRequest(requests: Map<string, number>, incoming: IncomingMessage): void {
  const path = (incoming.url ?? "/").split("?", 1)[0] ?? "/";
  const pattern = `${incoming.method} ${decodeSafely(path).replace(/\([^)]*\)/g, "()")}`;
  requests.set(pattern, (requests.get(pattern) ?? 0) + 1);
}

function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const body = await text(incoming);
  const url = incoming.url ?? "/";
  const queryStart = url.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    url,
    path: queryStart < 0 ? url : url.slice(0, queryStart),
    query: new URLSearchParams(queryStart < 0 ? "" : url.slice(queryStart + 1)),
    headers: incoming.headers,
    body,
    origin: `http://${incoming.headers.host ?? "127.0.0.1"}`,
  };
}

async function sendResponse(
  response: HttpResponse,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const headers: Record<string, string | string[] | number> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = typeof value === "string" ? value : [...value];
  }
  let body = typeof response.body === "string" ? Buffer.from(response.body) : response.body;
  // Below about one packet gzip only costs. Level 1 keeps the simulator from being what a benchmark
  // measures.
  if (body.length > 1400 && acceptsGzip(incoming) && headers["content-encoding"] === undefined) {
    body = await gzipAsync(body, { level: 1 });
    headers["content-encoding"] = "gzip";
    headers["vary"] = "Accept-Encoding";
  }
  if (response.disconnectAfterBytes === 0) {
    outgoing.destroy();
    return;
  }
  if (response.status !== 204 && response.status !== 304) headers["content-length"] = body.length;
  outgoing.writeHead(response.status, headers);
  if (response.disconnectAfterBytes === undefined || response.disconnectAfterBytes >= body.length) {
    outgoing.end(incoming.method === "HEAD" ? undefined : body);
    return;
  }
  outgoing.write(body.subarray(0, response.disconnectAfterBytes), () => outgoing.destroy());
}

function acceptsGzip(incoming: IncomingMessage): boolean {
  const accepted = incoming.headers["accept-encoding"];
  const encodings = Array.isArray(accepted) ? accepted.join(",") : (accepted ?? "");
  return /(^|,)\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[\d.]+)?\s*(,|$)/i.test(encodings);
}

/** A failure of the simulator itself must be visible as such, and not look like Dataverse's. */
function sendFailure(outgoing: ServerResponse, error: unknown): void {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
  outgoing.end(`The simulator failed, not the client: ${cause}`);
}

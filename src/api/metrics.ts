// GET /metrics, for callers with the operator's token, and the duration of requests. A request is
// counted by its route's pattern, because a URL may hold an account's id or a one-time link.
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { Histogram } from "prom-client";
import type { Metrics } from "../jobs/metrics.ts";
import { ApiError } from "./implement.ts";

export type ServedMetrics = Pick<Metrics, "registry" | "text"> & { readonly token: string };

export function serveMetrics(server: FastifyInstance, metrics: ServedMetrics | undefined): void {
  if (metrics) measureRequests(server, metrics);
  server.get("/metrics", async (request, reply) => {
    if (!metrics)
      throw new ApiError(
        404,
        "metrics-off",
        "There are no metrics, since METRICS_TOKEN is not set. Set it, start Sluice again, and let Prometheus send it as a bearer token.",
      );
    if (!isBearer(request.headers.authorization, metrics.token)) {
      reply.header("www-authenticate", "Bearer");
      throw new ApiError(
        401,
        "metrics-token",
        "This is not the token that METRICS_TOKEN holds. Send that one: Authorization: Bearer and the token.",
      );
    }
    return reply.type(metrics.registry.contentType).send(await metrics.text());
  });
}

/** Compares digests, which have one length, so that the time taken reveals nothing. */
function isBearer(header: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function measureRequests(server: FastifyInstance, { registry }: ServedMetrics): void {
  const duration = new Histogram({
    name: "sluice_http_request_duration_seconds",
    help: "How long this process took to answer, without streams of events.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  server.addHook("onResponse", async (request, reply) => {
    // An event stream lasts as long as its page is open.
    if (request.headers.accept === "text/event-stream") return;
    const route = request.routeOptions.url ?? "none";
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

// Liveness and readiness of a process, for supervisors, load balancers and monitoring.
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { untilAborted } from "../lib/abort.ts";
import type { Log } from "../lib/log.ts";

/** Less than the timeout of a caller: the image's own health check waits for five seconds. */
const READY_TIMEOUT_MS = 2_000;

export function serveHealth(
  server: FastifyInstance,
  { healthDb, log }: { readonly healthDb: Kysely<Tables>; readonly log: Log },
): void {
  server.get("/healthz", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  server.get("/readyz", { exposeHeadRoute: true }, async (request, reply) => {
    try {
      await untilAborted(sql`select 1`.execute(healthDb), AbortSignal.timeout(READY_TIMEOUT_MS));
      return { status: "ready" };
    } catch (cause) {
      log.error("The database does not answer.", { err: cause, requestId: request.id });
      return reply.status(503).send({ status: "the database does not answer" });
    }
  });
}

// Whether a process lives, and whether its database answers: for whoever starts, watches and replaces processes.
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { Log } from "../lib/log.ts";

export function serveHealth(
  server: FastifyInstance,
  { db, log }: { readonly db: Kysely<Tables>; readonly log: Log },
): void {
  server.get("/healthz", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  server.get("/readyz", { exposeHeadRoute: true }, async (request, reply) => {
    try {
      await sql`select 1`.execute(db);
      return { status: "ready" };
    } catch (cause) {
      log.error("The database does not answer.", { err: cause, requestId: request.id });
      return reply.status(503).send({ status: "the database does not answer" });
    }
  });
}

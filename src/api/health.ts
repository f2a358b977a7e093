// Whether a process lives, and whether its database answers: for whoever starts, watches and
// replaces processes.
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { untilAborted } from "../lib/abort.ts";
import type { Log } from "../lib/log.ts";

/** Less than whoever asks waits for: the image's own check has five seconds. */
const READY_WITHIN_MS = 2_000;

export function serveHealth(
  server: FastifyInstance,
  { healthDb, log }: { readonly healthDb: Kysely<Tables>; readonly log: Log },
): void {
  server.get("/healthz", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  server.get("/readyz", { exposeHeadRoute: true }, async (request, reply) => {
    try {
      await within(READY_WITHIN_MS, sql`select 1`.execute(healthDb));
      return { status: "ready" };
    } catch (cause) {
      log.error("The database does not answer.", { err: cause, requestId: request.id });
      return reply.status(503).send({ status: "the database does not answer" });
    }
  });
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const limit = setTimeout(() => late.abort(new Error(`No answer came within ${limitMs} ms.`)), limitMs);
  try {
    return await untilAborted(work, late.signal);
  } finally {
    clearTimeout(limit);
  }
}

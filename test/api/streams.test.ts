import { PassThrough } from "node:stream";
import type { FastifyReply } from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { accountRoutes } from "../../src/api/contract/accounts.ts";
import type { Route } from "../../src/api/contract/route.ts";
import { runRoutes } from "../../src/api/contract/runs.ts";
import { implement } from "../../src/api/implement.ts";
import { buildServer } from "../../src/api/server.ts";
import { createLog } from "../../src/lib/log.ts";
import { until } from "../harness/stages.ts";
import { webWorkspace } from "../harness/web.ts";

/** A server of one route that answers as given, and its answer. */
async function answering(route: Route, path: string, handle: (reply: FastifyReply) => void) {
  const { database, clock, as } = await webWorkspace();
  const { cookie } = await as("workspace-admin");
  const server = await buildServer({
    contract: { route },
    routes: [implement(route, async (_, __, { reply }) => handle(reply))],
    db: database.kysely,
    healthDb: database.kysely,
    clock,
    log: createLog({ level: "silent" }),
    version: "1",
    publicUrl: () => "",
    trustedProxies: [],
  });
  onTestFinished(() => server.close());
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  const response = await fetch(`${origin}/api/app${path}`, { headers: { cookie: `sluice=${cookie}` } });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { server, reader };
}

it("ends streams of events when it stops, and does not wait for their readers", async () => {
  const { server, reader } = await answering(runRoutes.followRun, "/runs/1/events", (reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("data: {}\n\n");
  });
  expect((await reader.read()).value).toBe("data: {}\n\n");
  await server.close();
  expect((await reader.read()).done).toBe(true);
});

it("completes a started answer when it stops, and then closes its connection", async () => {
  const parts = new PassThrough();
  parts.write("first,");
  const { server, reader } = await answering(
    accountRoutes.exportAccounts,
    "/accounts/export.csv",
    (reply) => void reply.type("text/csv").send(parts),
  );
  // Otherwise the connection would stay open.
  server.server.keepAliveTimeout = 0;
  expect((await reader.read()).value).toBe("first,");
  const stopped = server.close();
  await until(async () => !server.server.listening);
  parts.end("last");
  expect((await reader.read()).value).toBe("last");
  expect((await reader.read()).done).toBe(true);
  await stopped;
});

import { expect, it, onTestFinished } from "vitest";
import { runRoutes } from "../../src/api/contract/runs.ts";
import { implement } from "../../src/api/implement.ts";
import { buildServer } from "../../src/api/server.ts";
import { createLog } from "../../src/lib/log.ts";
import { webWorkspace } from "../harness/web.ts";

it("ends streams of events when it stops, and does not wait for their readers", async () => {
  const { database, clock, as } = await webWorkspace();
  const admin = await as("workspace-admin");
  const endless = implement(runRoutes.followRun, async (_, __, { reply }) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("data: {}\n\n");
  });
  const server = await buildServer({
    routes: [endless],
    db: database.kysely,
    clock,
    log: createLog({ level: "silent" }),
    version: "1",
    publicUrl: () => "",
    trustedProxies: [],
  });
  onTestFinished(() => server.close());
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  const headers = { cookie: `sluice=${admin.cookie}` };
  const { body } = await fetch(`${origin}/api/app/runs/1/events`, { headers });
  const reader = body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: {}\n\n");
  await server.close();
  expect((await reader?.read())?.done).toBe(true);
});

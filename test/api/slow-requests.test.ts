// Slow requests: they end by themselves, and block neither runs nor health checks.
import { expect, it, onTestFinished } from "vitest";
import { buildServer } from "../../src/api/server.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { testDatabase } from "../harness/database.ts";
import { untilBlocked } from "../harness/stages.ts";
import { webWorkspace } from "../harness/web.ts";
import { connectedWeb } from "../jobs/connected.ts";

/** Blocks reading mails until the test ends it; a run of these tests reads none. */
async function lockMails(pool: Awaited<ReturnType<typeof testDatabase>>["pool"]) {
  const client = await pool.connect();
  await client.query("begin; lock table mails");
  onTestFinished(() => client.release());
  return {
    waiting: (count: number) => untilBlocked({ pool }, count),
    open: () => client.query("rollback"),
  };
}

it("slow requests block neither a sync nor /readyz", async () => {
  const { web, org, carol, plan } = await connectedWeb({ env: { SLUICE_DATABASE_CONNECTIONS: "12" } });
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  const lock = await lockMails(web.database.pool);

  const stuck = Array.from({ length: 10 }, () => carol.get("/mail"));
  await lock.waiting(6);
  const ready = await fetch(`${web.origin}/readyz`);
  await web.runner.apply(id, { id: await web.idOf("company-admin"), name: "Carol" });
  await web.runner.waitUntilIdle();
  const { rows } = await web.database.pool.query("select status from runs");
  await lock.open();

  expect([ready.status, rows]).toEqual([200, [{ status: "done" }]]);
  expect(new Set((await Promise.all(stuck)).map(({ status }) => status))).toEqual(new Set([200]));
});

it("a query beyond a request's time limit is cancelled, and the answer says so", async () => {
  const web = await webWorkspace({ env: { SLUICE_QUERY_SECONDS: "1" } });
  const carol = await web.as("company-admin");
  const lock = await lockMails(web.database.pool);

  const { status, body } = await carol.get("/mail");
  await lock.open();

  expect([status, body.error.code]).toEqual([500, "slow-query"]);
  expect(body.error.sentence).toContain("took longer than a request is given");
  expect((await carol.get("/mail")).status).toBe(200);
});

it("/readyz answers within its own limit when the database does not answer at all", async () => {
  const { url } = await testDatabase();
  const busy = openDatabase(url, { max: 1 });
  const only = await busy.pool.connect();
  const server = await buildServer({
    contract: {},
    routes: [],
    db: busy.kysely,
    healthDb: busy.kysely,
    clock: createSettableClock("2026-03-02T09:00:00Z"),
    log: createLog({ level: "silent" }),
    version: "1",
    publicUrl: () => "",
    trustedProxies: [],
  });
  onTestFinished(async () => {
    only.release();
    await busy.close();
  });

  const started = performance.now();
  const { statusCode } = await server.inject("/readyz");

  expect(statusCode).toBe(503);
  expect(performance.now() - started).toBeLessThan(4_000);
});

// PostgreSQL is unavailable for a while, as during every update of the database server: the process
// waits, and the run continues.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { startEmbedded, type EmbeddedServer } from "../../src/db/embedded/start.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { fewOrAll } from "../harness/counts.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";
import { closeGate, exportedAccounts, STAGES } from "../harness/stages.ts";
import { startMultiProcessSite } from "../harness/multi-process-site.ts";

/**
 * A second is enough for every stage; a long run waits once for as long as the update of a server
 * takes.
 */
const AWAY_MS = { read: fewOrAll(3_000, 30_000), plan: 1_000, apply: 1_000, finish: 1_000 };

it("a process survives an outage in every stage, and the run continues", async () => {
  const server = await ownServer();
  const site = await startMultiProcessSite({ accounts: 300, database: server.database });
  const worker = await site.startWorker();
  let gate = await closeGate("read", site);
  const run = await site.requestSync();

  for (const [index, stage] of STAGES.entries()) {
    await gate.reached();
    await server.stop();
    await gate.open();
    await delay(AWAY_MS[stage]);
    // The worker is stopped until the next gate is closed; otherwise it could pass before that.
    worker.child.kill("SIGSTOP");
    await server.start();
    const next = STAGES[index + 1];
    if (next) gate = await closeGate(next, site);
    worker.child.kill("SIGCONT");
  }
  await site.untilDone(run);

  expect(worker.child.exitCode).toBeNull();
  const undisturbed = await testDatabase();
  await site.syncUninterrupted(undisturbed);
  expect(await exportedAccounts(server.database)).toBe(await exportedAccounts(undisturbed));
  const { rows } = await server.database.pool.query("select id, status, error from runs");
  expect(rows).toEqual([{ id: run, status: "done", error: null }]);
  worker.child.kill("SIGTERM");
  expect(await worker.ended).toMatchObject({ code: 0 });
}, 300_000);

/** Starts a server that the test can stop and start again, at one address. */
async function ownServer() {
  const directory = await mkdtemp(join(tmpdir(), "sluice-away-"));
  await chmod(directory, 0o755);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const start = () =>
    startEmbedded({
      directory,
      durable: false,
      log: { info: () => undefined, warn: () => undefined },
    });
  let server: EmbeddedServer = await start();
  onTestFinished(() => server.stop());
  const { user, password, host, port, database: name } = server.address;
  const url = `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${name}`;
  const opened = openDatabase(url);
  await migrate(opened.pool);
  onTestFinished(() => opened.close());
  const database: TestDatabase = { ...opened, url };
  return {
    database,
    stop: () => server.stop(),
    start: async () => {
      server = await start();
    },
  };
}

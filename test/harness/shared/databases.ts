// One PostgreSQL server for a run of the tests, with databases cloned in advance from a migrated
// template. None is dropped: the server is removed at the end, and each drop would force a
// checkpoint (8 ms on an idle server, more on a busy one).
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../../src/db/embedded/start.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import type { SharedService } from "./shared-service.ts";

const TEMPLATE = "template_sluice";

/**
 * Number of databases that are cloned in advance: a file that needs one for each test seldom waits,
 * and a run of one file clones few in vain.
 */
const CLONED_AHEAD = 4;

/**
 * SLUICE_TEST_POSTGRES=15 runs the tests on the PostgreSQL of that version that Debian installs.
 */
const major = process.env["SLUICE_TEST_POSTGRES"];

const quiet = { info: () => undefined, warn: (sentence: string) => console.warn(sentence) };

export async function startDatabases(): Promise<SharedService> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-test-"));
  // mkdtemp closes the directory to other users, and root starts the server as another user.
  await chmod(directory, 0o755);
  const server = await startEmbedded({
    directory,
    log: quiet,
    durable: false,
    ...(major && { binaries: `/usr/lib/postgresql/${major}/bin` }),
  });
  const admin = openDatabase({ ...server.address, max: 1 });
  // Autovacuum would visit each database that is left, several a second.
  await admin.pool.query("alter system set autovacuum = off");
  await admin.pool.query("select pg_reload_conf()");
  await admin.pool.query(`create database ${TEMPLATE}`);
  const template = openDatabase({ ...server.address, database: TEMPLATE });
  await migrate(template.pool);
  // PostgreSQL clones no template that has an open connection.
  await template.close();

  let made = 0;
  async function clone(): Promise<string> {
    const name = `test_${(made += 1)}`;
    // Measured: 42 ms, and 127 with the default, which copies through the write-ahead log.
    await admin.pool.query(`create database ${name} template ${TEMPLATE} strategy file_copy`);
    return name;
  }
  const ready = Array.from({ length: CLONED_AHEAD }, () => deferRejection(clone()));
  return {
    async get() {
      ready.push(deferRejection(clone()));
      return { address: server.address, name: await ready.shift() };
    },
    async close() {
      await Promise.allSettled(ready);
      await admin.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Keeps a rejection for whoever awaits the promise later; nobody may be waiting when it fails. */
function deferRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

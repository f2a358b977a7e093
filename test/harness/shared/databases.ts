// One PostgreSQL for a run of the tests, with databases cloned ahead from a migrated template. None is dropped: the whole
// server goes at the end, and each drop would force a checkpoint (8 ms on an idle server, more on a busy one).
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../../src/db/embedded/start.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import type { SharedService } from "./shared-service.ts";

const TEMPLATE = "template_sluice";

/** Enough that a file which makes one a test seldom waits, and few enough for a run of one file. */
const CLONED_AHEAD = 4;

/** SLUICE_TEST_POSTGRES=15 runs the tests on that version as Debian installs it. */
const major = process.env["SLUICE_TEST_POSTGRES"];

const quiet = { info: () => undefined, warn: (sentence: string) => console.warn(sentence) };

export async function startDatabases(): Promise<SharedService> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-test-"));
  // mkdtemp closes it to others, and as root the server is another user.
  await chmod(directory, 0o755);
  const server = await startEmbedded({
    directory,
    log: quiet,
    durable: false,
    ...(major && { binaries: `/usr/lib/postgresql/${major}/bin` }),
  });
  const admin = openDatabase({ ...server.address, max: 1 });
  // It would visit every database that is left behind, several a second.
  await admin.pool.query("alter system set autovacuum = off");
  await admin.pool.query("select pg_reload_conf()");
  await admin.pool.query(`create database ${TEMPLATE}`);
  const template = openDatabase({ ...server.address, database: TEMPLATE });
  await migrate(template.pool);
  // A template with a connection open on it cannot be cloned.
  await template.close();

  let made = 0;
  async function clone(): Promise<string> {
    const name = `test_${(made += 1)}`;
    // Copying files takes 42 ms here; through the log, which is the default, 127.
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

/** What fails before anybody waits for it is thrown to whoever does. */
function deferRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

// The one PostgreSQL of a test run, behind a small door: the first test file that asks for a database starts
// it and migrates the template, the others get their copy of it. Files that need no database never wait for
// one. Runs in vitest's main process (globalSetup); `database.ts` is the other side of the door.
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type EmbeddedServer, startEmbedded } from "../../src/db/embedded/start.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/pool.ts";

declare module "vitest" {
  export interface ProvidedContext {
    databaseDoor: string;
  }
}

export const TEMPLATE = "template_sluice";

/** SLUICE_TEST_POSTGRES=15 runs the tests on that version as Debian installs it. */
const major = process.env["SLUICE_TEST_POSTGRES"];

const quiet = { info: () => undefined, warn: (sentence: string) => console.warn(sentence) };

async function startServer(directory: string): Promise<EmbeddedServer> {
  const server = await startEmbedded({
    directory,
    log: quiet,
    durable: false,
    ...(major && { binaries: `/usr/lib/postgresql/${major}/bin` }),
  });
  const admin = openDatabase(server.address);
  await admin.pool.query(`create database ${TEMPLATE}`);
  await admin.close();
  const template = openDatabase({ ...server.address, database: TEMPLATE });
  await migrate(template.pool);
  // A template with a connection open on it cannot be copied.
  await template.close();
  return server;
}

/** vitest calls this once before all files; what it returns, once after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-test-"));
  // mkdtemp closes it to others, and as root the server is another user.
  await chmod(directory, 0o755);
  let starting: Promise<EmbeddedServer> | undefined;
  const door = createServer((visitor) => {
    visitor.on("error", () => undefined);
    starting ??= startServer(directory);
    starting.then(
      (server) => visitor.end(JSON.stringify({ address: server.address })),
      (error: unknown) =>
        visitor.end(JSON.stringify({ refused: error instanceof Error ? error.message : String(error) })),
    );
  });
  const path = join(tmpdir(), `sluice-door-${randomBytes(6).toString("hex")}`);
  await new Promise<void>((resolve) => door.listen(path, resolve));
  project.provide("databaseDoor", path);
  return async () => {
    await new Promise((resolve) => door.close(resolve));
    await (await starting?.catch(() => undefined))?.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

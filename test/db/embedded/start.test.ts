import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from "../../../src/db/embedded/start.ts";
import { lastLogLines } from "../../../src/db/embedded/postmaster.ts";
import { skipped } from "../../harness/skipped.ts";

// These tests start other processes, which take long on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const quiet = { info: () => undefined, warn: () => undefined };

// Creating a data folder takes a second of two processors; four tests create one, the others share
// this.
let shared: string;
beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), "sluice-embedded-"));
  await chmod(shared, 0o755);
  const server = await startEmbedded({ directory: shared, log: quiet, durable: false });
  await query(server, "create table kept as select 1 as one");
  await server.stop();
  return () => rm(shared, { recursive: true, force: true });
});

const isPlainUser = skipped("a data folder of root", process.getuid?.() === 0, "a plain user runs it");

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-embedded-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  // mkdtemp sets mode 0700, and under root the server runs as another user.
  await chmod(directory, 0o755);
  return directory;
}

async function start(directory: string, more: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> {
  const server = await startEmbedded({ directory, log: quiet, durable: false, ...more });
  onTestFinished(() => server.stop());
  return server;
}

async function query(server: EmbeddedServer, sql: string): Promise<unknown[]> {
  const client = new Client(server.address);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/**
 * Starts the same directory in another process.
 * @returns the first line it prints
 */
async function otherProcess(directory: string): Promise<{ child: ChildProcess; said: string }> {
  const program = join(import.meta.dirname, "owner-program.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    await once(child, "exit");
  });
  const [said] = await once(createInterface(child.stdout), "line");
  return { child, said: String(said) };
}

async function postmasterPid(directory: string): Promise<number> {
  return Number((await readFile(join(directory, "postgres/data/postmaster.pid"), "utf8")).split("\n")[0]);
}

test("data is there at the next start, and only its user can read the password", async () => {
  const server = await start(shared);
  expect(await query(server, "select one from kept")).toEqual([{ one: 1 }]);
  expect((await stat(join(shared, "postgres/password"))).mode & 0o777).toBe(0o600);
  const stranger = { ...server, address: { ...server.address, password: "guess" } };
  await expect(query(stranger, "select 1")).rejects.toThrow("password authentication failed");
});

test("a second process on the same directory gets an error that names the first", async () => {
  const { child } = await otherProcess(shared);
  await expect(start(shared)).rejects.toThrow(`in use by another Sluice (process ${child.pid})`);
});

test("a server in another container, whose process is invisible, is not started a second time", async () => {
  const { child } = await otherProcess(shared);
  const file = join(shared, "postgres/data/postmaster.pid");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^\d+/, "99999999"));
  await expect(start(shared)).rejects.toThrow(`in use by another Sluice (process ${child.pid})`);
  await writeFile(file, text);
});

test("of two processes started at once on an empty directory, one owns it and the other is refused", async () => {
  const directory = await temporary();
  const said = (await Promise.all([otherProcess(directory), otherProcess(directory)])).map(
    (other) => other.said,
  );
  expect(said.filter((line) => line.startsWith("owner of"))).toHaveLength(1);
  expect(said.filter((line) => line.includes("in use by another Sluice"))).toHaveLength(1);
});

test("after kill -9 of the owner its server is used again at once", async () => {
  const { child } = await otherProcess(shared);
  const orphan = await postmasterPid(shared);
  child.kill("SIGKILL");
  await once(child, "exit");
  const server = await start(shared);
  expect(await postmasterPid(shared)).toBe(orphan);
  await server.stop();
  await expect(postmasterPid(shared)).rejects.toThrow("ENOENT");
});

test("after kill -9 of the server itself, committed rows are there at the next start", async () => {
  const server = await start(shared, { durable: true });
  await query(server, "create table also_kept as select 2 as two");
  process.kill(await postmasterPid(shared), "SIGKILL");
  await server.stop();
  const next = await start(shared);
  expect(await query(next, "select one, two from kept, also_kept")).toEqual([{ one: 1, two: 2 }]);
});

test("after a crash and recovery of PostgreSQL the lock is held again", async () => {
  const server = await start(shared);
  const owner = "select pid from pg_locks where locktype = 'advisory' and granted";
  const [held] = await query(server, owner);
  process.kill(Number(Object.values(held ?? {})[0]), "SIGKILL");
  await vi.waitUntil(async () => (await query(server, owner).catch(() => [])).length > 0, {
    timeout: 60_000,
  });

  expect((await otherProcess(shared)).said).toContain(`in use by another Sluice (process ${process.pid})`);
});

test("stop waits for the end of the process, after its pid file is gone", async () => {
  const server = await start(shared);
  const pid = await postmasterPid(shared);
  // As between the removal of the pid file and the end of the process.
  process.kill(pid, "SIGSTOP");
  await rm(join(shared, "postgres/data/postmaster.pid"));
  const events: string[] = [];
  const stopped = server.stop().then(() => events.push("stopped"));
  await delay(200);
  events.push("ends");
  process.kill(pid, "SIGCONT");
  await stopped;
  expect(events).toEqual(["ends", "stopped"]);
});

test("a server that ends unexpectedly is reported with lines of its log", async () => {
  const directory = await temporary();
  const server = await start(directory);
  process.kill(await postmasterPid(directory), "SIGINT");
  const { message } = await server.lost;
  expect(message).toContain("and Sluice cannot work without it. Start Sluice again; what was committed");
  await server.stop();
  expect(await query(await start(directory), "select 1 as one")).toEqual([{ one: 1 }]);
});

test("the last log lines leave out refused connections", async () => {
  const path = await temporary();
  const full =
    '2026-11-30 20:41:23.9 UTC [26170]  PANIC:  could not write to file "pg_wal/x": No space left on device';
  const early = [
    "2026-11-30 20:41:23.927 UTC [26182] [unknown] FATAL:  the database system is not yet accepting connections",
    "2026-11-30 20:41:23.927 UTC [26182] [unknown] DETAIL:  Consistent recovery state has not been yet reached.",
  ];
  await writeFile(join(path, "postgres.log"), [full, ...early, ...early, ...early].join("\n"));
  expect(await lastLogLines({ path })).toBe(full);
});

test("a stale pid file whose id another process has does not prevent the start", async () => {
  const stale = `${process.pid}\n${shared}/postgres/data\n1700000000\n5432\n${shared}/postgres\n\n 1 2\nready\n`;
  await writeFile(join(shared, "postgres/data/postmaster.pid"), stale);
  const server = await start(shared);
  expect(await query(server, "select one from kept")).toEqual([{ one: 1 }]);
});

test("the socket of a directory with a long path is in a shorter one", async () => {
  const directory = join(await temporary(), "a-long-name-".repeat(10));
  const server = await start(directory);
  expect(server.address.host.length).toBeLessThan(100);
  expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("data of another major version, or no PostgreSQL to run, is refused with what to do", async () => {
  const directory = await temporary();
  await expect(start(directory, { binaries: "/nowhere" })).rejects.toThrow(
    /^No PostgreSQL can run here: \/nowhere .*Install PostgreSQL 15 or newer, or set DATABASE_URL/,
  );
  await mkdir(join(directory, "postgres/data"), { recursive: true });
  await writeFile(join(directory, "postgres/data/PG_VERSION"), "9\n");
  await expect(start(directory)).rejects.toThrow(
    /was made by PostgreSQL 9, and no PostgreSQL 9 can run here/,
  );
});

test.skipIf(isPlainUser)("root in a directory closed to others finds its data again", async () => {
  const closed = await temporary();
  await chmod(closed, 0o700);
  const directory = join(closed, "data");
  const first = await start(directory);
  await query(first, "create table kept as select 1 as one");
  await first.stop();
  onTestFinished(async () =>
    rm(await realpath(join(directory, "postgres")), { recursive: true, force: true }),
  );
  expect((await lstat(join(directory, "postgres"))).isSymbolicLink()).toBe(true);
  expect(await query(await start(directory), "select one from kept")).toEqual([{ one: 1 }]);
});

test.skipIf(isPlainUser)(
  "a directory in root's own data folder is not reported as a different place",
  async () => {
    await mkdir("/var/lib/sluice", { recursive: true });
    const directory = await mkdtemp("/var/lib/sluice/test-");
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await chmod(directory, 0o755);
    const said: string[] = [];

    await start(directory, { log: { ...quiet, info: (sentence) => said.push(sentence) } });

    expect(said).toEqual([]);
  },
);

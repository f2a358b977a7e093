// The disk of the embedded PostgreSQL fills up during a run: the run reports it, nothing is lost,
// and the run continues once there is space. The disk is a small one in memory that only the
// processes of this test see.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { newToken } from "../../src/access/tokens.ts";
import type { RunView } from "../../src/api/contract/runs.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { builtCommand, connectionYaml } from "../harness/command.ts";
import { skipped } from "../harness/skipped.ts";
import { until } from "../harness/stages.ts";
import { browserAt, type Browser } from "../harness/web.ts";

const ACCOUNTS = 20_000;
/** PostgreSQL itself needs about 60 MB, and the accounts as much. */
const DISK_MB = 400;
/** Number of segments of 16 MB. */
const LOG_SEGMENTS = 6;
/** Enough to record what happened, and too little for a run. */
const FREE_BYTES = 3 * 1024 * 1024;

function mayMount(): boolean {
  try {
    execFileSync("unshare", ["-m", "true"], { stdio: "ignore" });
    return process.platform === "linux";
  } catch {
    return false;
  }
}

const isWithoutDisk = skipped("a full disk", mayMount(), "only root on Linux can mount a small one");

it.skipIf(isWithoutDisk)(
  "a run reports it, loses nothing, and continues when there is space",
  async () => {
    const { disk, serve } = await smallDisk();
    const { admin, log } = await serve();
    // There may be too little space for even that to be in the run's row before there is more.
    const interrupted = (id: number) =>
      until(async () => log().includes(`Run ${id} failed.`) || log().includes(`how run ${id} ended`));

    const freeSpace = await fillUp(disk);
    const sync = await requestRun(admin, "/runs", { mode: "sync" });
    await interrupted(sync);
    await freeSpace();
    const read = await runWhen(admin, sync, isFinal);
    expect(read).toMatchObject({ status: "failed", error: FULL });
    const { settings } = read;

    const plan = await runWhen(admin, await requestRun(admin, "/runs", { mode: "plan", settings }), isFinal);
    const freeSpaceAgain = await fillUp(disk);
    await requestRun(admin, `/runs/${plan.id}/apply`);
    await interrupted(plan.id);
    await freeSpaceAgain();
    const broken = await runWhen(admin, plan.id, ({ error }) => error !== null);
    expect(["queued", "applying"]).toContain(broken.status);
    const applied = await runWhen(admin, plan.id, isFinal);

    expect(applied).toMatchObject({ status: "done", error: null, counts: { created: plan.counts.created } });
    const { body } = await admin.get("/accounts/count");
    expect(body).toMatchObject({ count: plan.counts.created });
  },
  300_000,
);

it.skipIf(isWithoutDisk)(
  "the process exits with a sentence when PostgreSQL ends, loses nothing, and starts again when there is space",
  async () => {
    const { disk, serve, run } = await smallDisk();
    const { admin, ended } = await serve();
    const first = await runWhen(admin, await requestRun(admin, "/runs", { mode: "sync" }), isFinal);
    expect(first).toMatchObject({ status: "done" });
    const queued = await requestRun(admin, "/runs", { mode: "sync" });
    const freeSpace = await fillUp(disk, useUpLogSegments);

    await Promise.race([ended, until(() => nextLogSegment(disk))]);

    expect(await ended).toMatchObject({ code: 5, stderr: expect.stringMatching(ENDED) });
    expect(await run(["serve"])).toMatchObject({ code: 5, stderr: expect.stringMatching(NOT_STARTED) });
    await freeSpace();
    const again = await serve();
    expect(await runWhen(again.admin, queued, isFinal)).toMatchObject({ status: "done", error: null });
    const { body } = await again.admin.get("/accounts/count");
    expect(body).toMatchObject({ count: first.counts.created });
  },
  300_000,
);

const ENDED =
  /PostgreSQL ended in .*, and Sluice cannot work without it\. Make space on its disk, and start Sluice again; .* No space left on device/;
const NOT_STARTED = /PostgreSQL .* did not start in .* No space left on device/;

const FULL = { kind: "disk-full", sentence: expect.stringContaining("The disk of the database is full") };

function isFinal({ status }: RunView): boolean {
  return !["queued", "reading", "planning", "applying"].includes(status);
}

/**
 * Prepares log segments for the run: PostgreSQL ends at once (PANIC) when it finds no space for a
 * new one, so the position in its segment would decide what fills up first. A checkpoint renames
 * segments that it no longer needs for later use, up to min_wal_size (80 MB).
 */
async function keepLogSegments(disk: string): Promise<void> {
  await asOwner(disk, async (pool) => {
    // PostgreSQL ends no empty segment, so a message is written into it.
    for (let segments = 0; segments < LOG_SEGMENTS; segments += 1) await pool.query(NEXT_SEGMENT);
    await pool.query("checkpoint");
    expect(await segmentsAhead(pool)).toBeGreaterThanOrEqual(3);
  });
}

/** Uses up all prepared segments but the one that is being written. */
async function useUpLogSegments(disk: string): Promise<void> {
  await asOwner(disk, async (pool) => {
    while ((await segmentsAhead(pool)) > 0) await pool.query(NEXT_SEGMENT);
  });
}

/**
 * Starts one more segment.
 *
 * @returns whether that ended PostgreSQL
 */
async function nextLogSegment(disk: string): Promise<boolean> {
  return asOwner(disk, (pool) => pool.query(NEXT_SEGMENT)).then(
    () => false,
    () => true,
  );
}

const NEXT_SEGMENT = "select pg_logical_emit_message(false, 'test', ''), pg_switch_wal()";

async function segmentsAhead(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ ahead: number }>(
    "select count(*)::int as ahead from pg_ls_waldir() where name > pg_walfile_name(pg_current_wal_lsn())",
  );
  return rows[0]!.ahead;
}

async function asOwner(disk: string, work: (pool: Pool) => Promise<unknown>): Promise<void> {
  const home = join(disk, "postgres");
  const password = await readFile(join(home, "password"), "utf8");
  const { pool, close } = openDatabase({ host: home, user: "sluice", password, database: "sluice" });
  try {
    await work(pool);
  } finally {
    await close();
  }
}

/** @returns a function that makes space again */
async function fillUp(disk: string, prepare = keepLogSegments): Promise<() => Promise<void>> {
  await prepare(disk);
  const filler = join(disk, "filler");
  const { bavail, bsize } = await statfs(disk);
  await writeFile(filler, Buffer.alloc(bavail * bsize - FREE_BYTES, 1));
  return () => rm(filler);
}

/**
 * Requests a run until the request is accepted: the database may be away for a moment.
 *
 * @returns the run's id
 */
async function requestRun(admin: Browser, path: string, body?: unknown): Promise<number> {
  let run = 0;
  await until(async () => {
    const answer = await admin.post(path, body);
    run = Number(answer.body?.run?.id);
    return answer.status === 200;
  });
  return run;
}

async function runWhen(admin: Browser, id: number, condition: (run: RunView) => boolean): Promise<RunView> {
  let run: RunView | undefined;
  await until(async () => {
    run = (await admin.get(`/runs/${id}`)).body?.run ?? run;
    return run !== undefined && condition(run);
  });
  return run!;
}

type ProcessEnd = { readonly code: number | null; readonly stderr: string };
type Served = { readonly admin: Browser; readonly ended: Promise<ProcessEnd>; readonly log: () => string };

async function smallDisk() {
  const simulator = await runSimulator({ accounts: ACCOUNTS });
  onTestFinished(() => simulator.close());
  const folder = await mkdtemp(join(tmpdir(), "sluice-small-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // The user that PostgreSQL runs as must be able to enter it.
  await chmod(folder, 0o755);
  await writeFile(join(folder, "sluice.yaml"), connectionYaml(simulator));
  const home = join(folder, "disk");
  await mkdir(home);
  // This process keeps the disk mounted as long as its input is open, whichever other processes end.
  const mount = `mount -t tmpfs -o size=${DISK_MB}m,mode=755 sluice "$0" && echo mounted && exec cat`;
  const holder = spawn("unshare", ["-m", "sh", "-c", mount, home], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(async () => {
    holder.stdin.end();
    await once(holder, "close");
  });
  await once(holder.stdout, "data");
  const env = {
    PATH: process.env["PATH"] ?? "",
    SLUICE_HOME: home,
    SLUICE_SIMULATOR: simulator.origin,
    SLUICE_PORT: "0",
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
  };

  const program = await builtCommand();
  function start(args: readonly string[]) {
    const inside = ["-t", String(holder.pid), "-m", "sh", "-c", 'cd "$0" && exec "$@"', folder];
    const child = spawn("nsenter", [...inside, process.execPath, program, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<ProcessEnd>((resolve) =>
      child.on("close", (code) => resolve({ code, stderr })),
    );
    onTestFinished(async () => {
      child.kill("SIGTERM");
      await ended;
    });
    return { ended, printed: () => stdout, log: () => stderr };
  }

  return {
    disk: `/proc/${holder.pid}/root${home}`,
    run: (args: readonly string[]) => start(args).ended,
    serve: async (): Promise<Served> => {
      const { ended, printed, log } = start(["serve", "--admin", "carol@ourcompany.example"]);
      const link = /(http:\/\/127\.0\.0\.1:\d+)\/links\/([\w-]{43})/;
      await until(async () => link.test(printed()));
      const [, origin = "", token = ""] = link.exec(printed()) ?? [];
      const admin = browserAt(origin, newToken());
      await admin.post(`/links/${token}`, { name: "Carol", password: "a fine long password" });
      return { admin, ended, log };
    },
  };
}

// The disk of the embedded PostgreSQL fills up in the middle of a run: the run says so, nothing is lost, and it goes on once
// there is space again. The disk is a small one of its own, in memory, which only the processes of this test see.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { newToken } from "../../src/access/tokens.ts";
import type { RunView } from "../../src/api/contract/runs.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { connectionYaml } from "../harness/command.ts";
import { until } from "../harness/stages.ts";
import { browserAt, type Browser } from "../harness/web.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/sluice.js", import.meta.url));
const ACCOUNTS = 20_000;
/** PostgreSQL itself takes some 60 MB of it, the accounts as much again. */
const DISK_MB = 400;
/** Of 16 MB. */
const LOG_SEGMENTS = 6;
/** Left free: enough to say what happened, and not enough for a run. */
const LEFT = 3 * 1024 * 1024;

function mayMount(): boolean {
  try {
    execFileSync("unshare", ["-m", "true"], { stdio: "ignore" });
    return process.platform === "linux";
  } catch {
    return false;
  }
}

it.skipIf(!mayMount())(
  "says so, loses nothing, and goes on when there is space again",
  async () => {
    const { admin, disk, log } = await servedFromSmallDisk();
    // There may be too little space for even that to be in the run's row before there is more.
    const brokenOff = (id: number) =>
      until(
        async () => log().includes(`Run ${id} came to an error.`) || log().includes(`how run ${id} ended`),
      );

    const makeSpace = await fillUp(disk);
    const sync = await asked(admin, "/runs", { mode: "sync" });
    await brokenOff(sync);
    await makeSpace();
    const read = await seen(admin, sync, isOver);
    expect(read).toMatchObject({ status: "failed", error: FULL });
    const { settings } = read;

    const plan = await seen(admin, await asked(admin, "/runs", { mode: "plan", settings }), isOver);
    const makeSpaceAgain = await fillUp(disk);
    await asked(admin, `/runs/${plan.id}/apply`);
    await brokenOff(plan.id);
    await makeSpaceAgain();
    const broken = await seen(admin, plan.id, ({ error }) => error !== null);
    expect(["queued", "applying"]).toContain(broken.status);
    const applied = await seen(admin, plan.id, isOver);

    expect(applied).toMatchObject({ status: "done", error: null, counts: { created: plan.counts.created } });
    const { body } = await admin.get("/accounts/count");
    expect(body).toMatchObject({ count: plan.counts.created });
  },
  300_000,
);

const FULL = { kind: "disk-full", sentence: expect.stringContaining("The disk of the database is full") };

function isOver({ status }: RunView): boolean {
  return !["queued", "reading", "planning", "applying"].includes(status);
}

/**
 * Log segments for what is to come: PostgreSQL ends at once (PANIC) when it finds no space for a new one, so where in its segment
 * the log happens to stand would decide what fills up first. A checkpoint keeps segments that it needs no more, up to
 * min_wal_size (80 MB), under the names of the next ones.
 */
async function keepLogSegments(disk: string): Promise<void> {
  const home = join(disk, "postgres");
  const password = await readFile(join(home, "password"), "utf8");
  const { pool, close } = openDatabase({ host: home, user: "sluice", password, database: "sluice" });
  try {
    // A switch needs something in the segment that it ends.
    for (let segments = 0; segments < LOG_SEGMENTS; segments += 1)
      await pool.query("select pg_logical_emit_message(false, 'test', ''), pg_switch_wal()");
    await pool.query("checkpoint");
    const { rows } = await pool.query<{ ahead: number }>(
      "select count(*)::int as ahead from pg_ls_waldir() where name > pg_walfile_name(pg_current_wal_lsn())",
    );
    expect(rows[0]?.ahead).toBeGreaterThanOrEqual(3);
  } finally {
    await close();
  }
}

/** @returns what makes space again */
async function fillUp(disk: string): Promise<() => Promise<void>> {
  await keepLogSegments(disk);
  const filler = join(disk, "filler");
  const { bavail, bsize } = await statfs(disk);
  await writeFile(filler, Buffer.alloc(bavail * bsize - LEFT, 1));
  return () => rm(filler);
}

/** Asked until it is taken: the database may be away for a moment. @returns the run's id */
async function asked(admin: Browser, path: string, body?: unknown): Promise<number> {
  let run = 0;
  await until(async () => {
    const answer = await admin.post(path, body);
    run = Number(answer.body?.run?.id);
    return answer.status === 200;
  });
  return run;
}

async function seen(admin: Browser, id: number, isSo: (run: RunView) => boolean): Promise<RunView> {
  let run: RunView | undefined;
  await until(async () => {
    run = (await admin.get(`/runs/${id}`)).body?.run ?? run;
    return run !== undefined && isSo(run);
  });
  return run!;
}

async function servedFromSmallDisk(): Promise<{ admin: Browser; disk: string; log: () => string }> {
  const simulator = await runSimulator({ accounts: ACCOUNTS });
  onTestFinished(() => simulator.close());
  const folder = await mkdtemp(join(tmpdir(), "sluice-small-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Closed, it would keep out the user that PostgreSQL runs as.
  await chmod(folder, 0o755);
  await writeFile(join(folder, "sluice.yaml"), connectionYaml(simulator));
  const mount = `mount -t tmpfs -o size=${DISK_MB}m,mode=755 sluice "$0" && cd "$0/.." && exec "$@"`;
  const home = join(folder, "disk");
  execFileSync("mkdir", [home]);
  const child = spawn(
    "unshare",
    [
      "-m",
      "sh",
      "-c",
      mount,
      home,
      process.execPath,
      PROGRAM,
      "serve",
      "--admin",
      "carol@ourcompany.example",
    ],
    {
      env: {
        PATH: process.env["PATH"] ?? "",
        SLUICE_HOME: home,
        SLUICE_SIMULATOR: simulator.origin,
        SLUICE_PORT: "0",
        DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "close");
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  let logged = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (logged += text));
  await until(async () => /\/links\/[\w-]{43}/.test(said));
  const [, origin = "", token = ""] = /(http:\/\/127\.0\.0\.1:\d+)\/links\/([\w-]{43})/.exec(said) ?? [];
  const admin = browserAt(origin, newToken());
  await admin.post(`/links/${token}`, { name: "Carol", password: "a fine long password" });
  return { admin, disk: `/proc/${child.pid}/root${home}`, log: () => logged };
}

// `sluice serve` is stopped before it is ready, as by a supervisor: it ends well and soon, leaves
// nothing behind, and can start again.
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { command, connectionYaml, type ProcessResult } from "../harness/command.ts";
import { testDatabase } from "../harness/database.ts";
import { skipped } from "../harness/skipped.ts";
import { until } from "../harness/stages.ts";

// Other processes are started here, which takes time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const SERVE = { SLUICE_PORT: "0", SLUICE_KEY: "5".repeat(64) };
/**
 * A signal that arrives while Node itself starts has no handler yet, and nothing is left behind.
 */
const CLEAN_ENDS = [
  { code: 0, signal: null },
  { code: null, signal: "SIGTERM" },
];

/** A Sluice with a PostgreSQL of its own in a folder. */
async function commandWithOwnPostgres() {
  const sluice = await command(SERVE);
  // PostgreSQL runs as another user, which needs access to the folder.
  await chmod(sluice.folder, 0o755);
  const home = join(sluice.folder, ".sluice/postgres");
  const start = () => {
    const started = sluice.start(["serve"]);
    let output = "";
    started.process.stdout?.on("data", (text: string) => (output += text));
    return { ...started, hasPrinted: async () => output.includes("\n") };
  };
  /** Starts it, and stops it at that moment. */
  async function stoppedAt(
    moment: (hasPrinted: () => Promise<boolean>) => Promise<unknown>,
  ): Promise<ProcessResult> {
    const { process, ended, hasPrinted } = start();
    await Promise.race([moment(hasPrinted), ended]);
    process.kill("SIGTERM");
    return ended;
  }
  return { home, stoppedAt };
}

async function has(folder: string, name: RegExp): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).some((one) => name.test(one));
}

/** Returns the processes of a PostgreSQL in this folder, and the files that a running one has. */
async function leftovers(home: string): Promise<string[]> {
  const lines = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  const files = await readdir(home).catch(() => []);
  const data = await readdir(join(home, "data")).catch(() => []);
  return [
    ...lines.filter((line) => line.includes(home)),
    ...files.filter((name) => /^\.s\.PGSQL|^data\.new|^password\./.test(name)),
    ...data.filter((name) => name === "postmaster.pid"),
  ];
}

it.skipIf(skipped("what a stop leaves behind", process.platform === "linux", "it looks into /proc"))(
  "ends well whenever it is told, with a PostgreSQL of its own",
  async () => {
    const { home, stoppedAt } = await commandWithOwnPostgres();
    const files: [string, RegExp][] = [
      // The data folder is created; PostgreSQL starts; it accepts connections, and migrations run.
      [home, /^data\.new/],
      [join(home, "data"), /^postmaster\.pid$/],
      [home, /^\.s\.PGSQL\.\d+$/],
    ];
    const ends: [string, unknown][] = [];
    const note = async (moment: string, ended: ProcessResult) => {
      const { code, signal, stderr } = ended;
      const broken = stderr.split("\n").filter((line) => line.includes("broke"));
      ends.push([moment, { code, signal }]);
      expect({ moment, broken, left: await leftovers(home) }).toEqual({ moment, broken: [], left: [] });
    };
    for (const [folder, name] of files)
      await note(String(name), await stoppedAt(() => until(() => has(folder, name))));
    for (const ms of [0, 50, 200, 500, 1000]) await note(`${ms} ms`, await stoppedAt(() => delay(ms)));
    await note("first line", await stoppedAt((hasPrinted) => until(hasPrinted)));

    for (const [, end] of ends) expect(CLEAN_ENDS).toContainEqual(end);
    expect(ends.filter(([moment]) => !moment.endsWith(" ms")).map(([, end]) => end)).toEqual(
      Array.from({ length: 4 }, () => CLEAN_ENDS[0]),
    );
  },
);

it("does not wait for another program that migrates", async () => {
  const database = await testDatabase();
  const sluice = await command({ ...SERVE, DATABASE_URL: database.url });
  const other = await database.pool.connect();
  onTestFinished(() => other.release(true));
  await other.query("begin");
  await other.query("lock table schema_migrations");
  const waiting = async () => {
    const { rows } = await database.pool.query(
      "select from pg_stat_activity where pg_blocking_pids(pid) <> '{}' and datname = current_database()",
    );
    return rows.length > 0;
  };
  const { process, ended } = sluice.start(["serve"]);
  await until(waiting);

  process.kill("SIGTERM");

  expect(await ended).toMatchObject({ code: 0, signal: null, stdout: "", stderr: "" });
  expect(await waiting()).toBe(false);
});

it("does not wait for a Dynamics 365 that does not answer", async () => {
  const database = await testDatabase();
  const simulator = await runSimulator();
  onTestFinished(() => simulator.close());
  const faultId = simulator.faults.add({ path: "WhoAmI", fault: { kind: "hold" } });
  const sluice = await command({
    ...SERVE,
    DATABASE_URL: database.url,
    SLUICE_SIMULATOR: simulator.origin,
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
  });
  await sluice.write("sluice.yaml", connectionYaml(simulator));
  const { process, ended } = sluice.start(["serve"]);
  await until(async () => simulator.faults.list().some(({ id, applied }) => id === faultId && applied > 0));

  process.kill("SIGTERM");

  expect(await ended).toMatchObject({ code: 0, signal: null, stdout: "" });
  const { rows } = await database.pool.query("select sign_in from connection");
  expect(rows).toEqual([{ sign_in: null }]);
});

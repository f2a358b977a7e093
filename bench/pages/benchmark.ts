// Runs `npm run bench -- pages`: measures how long pages of many accounts take through the whole
// server, against the same statements through bare pg plus a route that does nothing. All three run
// in turn in the same process.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fastify from "fastify";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { startSession } from "../../src/access/sessions.ts";
import { buildWebApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { startEmbedded } from "../../src/db/embedded/start.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase, type Database } from "../../src/db/pool.ts";
import type { Tables } from "../../src/db/tables.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { createReleases, type Releases } from "../../src/lib/releases.ts";
import { percentile } from "../statistics.ts";
import { accountCases, planCases, type Case } from "./cases.ts";
import { storePlan } from "./store-plan.ts";
import { fillAccounts, ORGANIZATION } from "./fill-accounts.ts";

/** A page may take so many times its floor. */
const MAX_RATIO = 3;
/** Sampling of a case stops after so many seconds, or after so many samples. */
const MAX_SECONDS = 6;
const MAX_SAMPLES = 60;

type Statement = { readonly sql: string; readonly parameters: readonly unknown[] };
type Times = { readonly server: number[]; readonly sql: number[]; readonly empty: number[] };

/**
 * @returns the exit code: 0, 1 when a page takes longer than it may, 2 when the arguments are
 * invalid
 */
export async function benchmarkPages(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { accounts: { type: "string", default: "20000" } },
  });
  if (!/^[1-9]\d{2,7}$/.test(values.accounts)) {
    console.error("npm run bench -- pages [--accounts N]\n\n  --accounts N   at least 100; default 20000");
    return 2;
  }
  const releases = createReleases();
  try {
    return await measurePages(Number(values.accounts), releases);
  } finally {
    await releases.release();
  }
}

async function measurePages(accounts: number, releases: Releases): Promise<number> {
  console.error(`Preparing ${accounts.toLocaleString("en")} accounts …`);
  const { database, barePool, home } = await openDatabases(releases);
  const fields = await fillAccounts(barePool, accounts);
  const statements: Statement[] = [];
  const requests = await startServer(recordStatements(database, statements), home, releases);
  const run = await storePlan(database, ORGANIZATION, accounts);
  const cases = [...(await accountCases(database, fields, accounts)), ...planCases(run, accounts)];
  console.log(`${accounts.toLocaleString("en")} accounts; milliseconds, p95 (p50)\n`);
  console.log(formatRow("page", "server", "bare pg", "empty", "ratio"));
  let isSlow = false;
  for (const one of cases) {
    const times = await measure(one, statements, barePool, requests);
    const ratio = percentile(95, times.server) / (percentile(95, times.sql) + percentile(95, times.empty));
    isSlow ||= ratio > MAX_RATIO;
    console.log(
      formatRow(
        one.name,
        formatTimes(times.server),
        formatTimes(times.sql),
        formatTimes(times.empty),
        `${ratio.toFixed(2)} ×`,
      ),
    );
  }
  if (isSlow) console.error(`A page takes more than ${MAX_RATIO} × its floor.`);
  return isSlow ? 1 : 0;
}

async function openDatabases(
  releases: Releases,
): Promise<{ database: Database; barePool: Pool; home: string }> {
  const home = await mkdtemp(join(tmpdir(), "sluice-pages-"));
  releases.add(() => rm(home, { recursive: true, force: true }));
  // mkdtemp makes it private, but when run as root the server runs as another user.
  await chmod(home, 0o755);
  const log = { info: () => undefined, warn: (sentence: string) => console.error(sentence) };
  const server = await startEmbedded({ directory: home, log, durable: false });
  releases.add(() => server.stop());
  const database = openDatabase(server.address);
  releases.add(() => database.close());
  await migrate(database.pool);
  const barePool = new Pool({ ...server.address });
  // The server closes idle connections when it stops; pg reports that as an error.
  barePool.on("error", () => undefined);
  releases.add(() => barePool.end());
  return { database, barePool, home };
}

/** Returns the database with its statements recorded, and those of the pools opened from it. */
function recordStatements(database: Database, statements: Statement[]): Database {
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: database.pool }),
    log: ({ query: { sql, parameters } }) => void statements.push({ sql, parameters }),
  });
  return {
    ...database,
    kysely,
    openPool: (limits) => recordStatements(database.openPool(limits), statements),
  };
}

type Requests = { readonly page: (path: string) => Promise<void>; readonly empty: () => Promise<void> };

async function startServer(database: Database, home: string, releases: Releases): Promise<Requests> {
  const { kysely } = database;
  const log = createLog({ level: "info", destination: { write: () => undefined } });
  const config = readConfig({ SLUICE_HOME: home });
  const web = await buildWebApp({ config, database, clock: systemClock, log }, () => "http://127.0.0.1");
  releases.add(() => web.close());
  const origin = await web.server.listen({ host: "127.0.0.1", port: 0 });
  const emptyServer = fastify();
  releases.add(() => emptyServer.close());
  emptyServer.get("/", async () => ({}));
  const emptyOrigin = await emptyServer.listen({ host: "127.0.0.1", port: 0 });
  const { id } = await kysely
    .insertInto("teammates")
    .values({ email: "wren@ourcompany.example", role: "workspace-admin", state: "active" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const cookie = `sluice=${await startSession(kysely, id, systemClock.now())}`;
  const get = async (url: string): Promise<void> => {
    const response = await fetch(url, { headers: { cookie } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  };
  return { page: (path) => get(`${origin}/api/app${path}`), empty: () => get(emptyOrigin) };
}

async function measure(
  { path }: Case,
  recorded: Statement[],
  barePool: Pool,
  requests: Requests,
): Promise<Times> {
  const times: Times = { server: [], sql: [], empty: [] };
  recorded.length = 0;
  await requests.page(path);
  const statements = [...recorded];
  if (statements.length === 0) throw new Error(`No statement of ${path} was recorded.`);
  const deadline = performance.now() + MAX_SECONDS * 1000;
  while (times.server.length < MAX_SAMPLES && (performance.now() < deadline || times.server.length < 5)) {
    times.server.push(await measureTime(() => requests.page(path)));
    times.empty.push(await measureTime(requests.empty));
    times.sql.push(
      await measureTime(async () => {
        for (const { sql, parameters } of statements) await barePool.query(sql, [...parameters]);
      }),
    );
  }
  return times;
}

async function measureTime(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function formatTimes(values: readonly number[]): string {
  return `${percentile(95, values).toFixed(1)} (${percentile(50, values).toFixed(1)})`;
}

function formatRow(name: string, ...cells: readonly string[]): string {
  return name.padEnd(26) + cells.map((cell) => cell.padStart(17)).join("");
}

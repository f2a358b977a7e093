// Sluice in several processes, as an operator of a large site runs it: one for the pages and
// several workers, all real, on one real PostgreSQL, with Dynamics 365 set up in a connection file.
import type { ChildProcess } from "node:child_process";
import { runSimulator, type RunningSimulator } from "../../simulator/main.ts";
import { startSession } from "../../src/access/sessions.ts";
import { loadConnectionFile } from "../../src/connections/file/connection-file.ts";
import { openFileConnection } from "../../src/connections/sign-in/open-client.ts";
import { createRequests } from "../../src/jobs/requests.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { runSync } from "../../src/sync/run.ts";
import type { RunSummary } from "../../src/sync/record/run-summary.ts";
import { expect, onTestFinished } from "vitest";
import { command, connectionYaml, type Command, type ProcessResult } from "./command.ts";
import { testDatabase, type TestDatabase } from "./database.ts";
import { exportedAccounts, until } from "./stages.ts";
import { browserAt, type Browser } from "./web.ts";

export type Process = { readonly child: ChildProcess; readonly ended: Promise<ProcessResult> };

/** A process that exited before it was ready. `bySignal` says that it was killed. */
export class ExitedEarly extends Error {
  readonly bySignal: boolean;

  constructor({ code, stderr }: ProcessResult) {
    super(`It ended with ${code ?? "a signal"}: ${stderr}`);
    this.bySignal = code === null;
  }
}

export type MultiProcessSite = {
  readonly database: TestDatabase;
  readonly simulator: RunningSimulator;
  /** The command line on the same database and with the same connection file. */
  readonly sluice: Command;
  /** Starts a worker; resolves when it polls for runs. */
  startWorker(): Promise<Process>;
  /** Starts the process for the pages and signs a company admin in there. */
  startPages(): Promise<{ admin: Browser; process: Process }>;
  /**
   * Requests a sync as a person does, from the process of the test.
   *
   * @returns the run's id
   */
  requestSync(): Promise<number>;
  /** Resolves when the run is done. */
  untilDone(run: number): Promise<void>;
  /**
   * Makes the same sync in the process of the test on another database, where nothing interrupts it.
   */
  syncUninterrupted(other: TestDatabase): Promise<RunSummary>;
  /** Returns the process that holds the run lease. */
  leaseHolder(): Promise<Process | undefined>;
};

export type MultiProcessOptions = {
  readonly accounts?: number;
  /** Default: a database of the test's own. */
  readonly databaseUrl?: string;
  readonly database?: TestDatabase;
  /** The file that is started as `sluice`; default: the built command. */
  readonly program?: string;
};

async function failToOpen(): Promise<never> {
  throw new Error("The organisation is known by then.");
}

export async function startMultiProcessSite({
  accounts = 0,
  ...options
}: MultiProcessOptions = {}): Promise<MultiProcessSite> {
  const database = options.database ?? (await testDatabase());
  const simulator = await runSimulator({ accounts });
  onTestFinished(() => simulator.close());
  const env = {
    DATABASE_URL: options.databaseUrl ?? database.url,
    SLUICE_SIMULATOR: simulator.origin,
    SLUICE_KEY: "5".repeat(64),
    SLUICE_PORT: "0",
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
  };
  const sluice = await command(env, options.program);
  const file = await sluice.write("sluice.yaml", connectionYaml(simulator));
  const processes = new Map<number, Process>();

  async function startServe(args: readonly string[]): Promise<{ process: Process; output: string }> {
    const { process: child, ended } = sluice.start(["serve", ...args, "--json"]);
    processes.set(child.pid ?? 0, { child, ended });
    let output = "";
    const firstLine = new Promise<void>((resolve) =>
      child.stdout?.on("data", (text: string) => {
        output += text;
        if (output.endsWith("\n")) resolve();
      }),
    );
    const early = await Promise.race([firstLine, ended]);
    if (early) throw new ExitedEarly(early);
    return { process: { child, ended }, output };
  }

  return {
    database,
    simulator,
    sluice,
    startWorker: async () => (await startServe(["--only", "worker"])).process,
    async startPages() {
      const { process, output } = await startServe(["--only", "api"]);
      const { rows } = await database.pool.query<{ id: number }>(
        `insert into teammates (email, name, role, state)
         values ('carol@ourcompany.example', 'Carol', 'company-admin', 'active')
         returning id`,
      );
      const cookie = await startSession(database.kysely, rows[0]!.id, new Date());
      return { admin: browserAt(JSON.parse(output).url, cookie), process };
    },
    requestSync: () =>
      createRequests({ database, clock: systemClock, open: failToOpen }).startSync(undefined),
    untilDone: (run) =>
      until(async () => {
        const { rows } = await database.pool
          .query<{ status: string }>("select status from runs where id = $1", [run])
          .catch(() => ({ rows: [] }));
        return rows[0]?.status === "done";
      }),
    async syncUninterrupted(other) {
      const connection = loadConnectionFile(file, () => simulator.clientSecret);
      const log = createLog({ level: "silent" });
      const at = { simulator: simulator.origin, clock: systemClock, log };
      const open = await openFileConnection(at, connection);
      try {
        const context = {
          database: other,
          source: open.source,
          settings: connection,
          clock: systemClock,
          maxAccounts: 500_000,
        };
        return await runSync(context, "sync");
      } finally {
        await open.close();
      }
    },
    async leaseHolder() {
      const { rows } = await database.pool.query<{ holder: string | null }>("select holder from run_leases");
      return processes.get(Number(/ process (\d+)$/.exec(rows[0]?.holder ?? "")?.[1]));
    },
  };
}

/**
 * Expects the accounts that an uninterrupted sync makes, and that there is one run, which is done.
 */
export async function expectSameAsUninterrupted(site: MultiProcessSite, run: number): Promise<void> {
  const undisturbed = await testDatabase();
  await site.syncUninterrupted(undisturbed);
  expect(await exportedAccounts(site.database)).toBe(await exportedAccounts(undisturbed));
  const { rows } = await site.database.pool.query("select id, status from runs");
  expect(rows).toEqual([{ id: run, status: "done" }]);
}

// A workspace for a test: an empty store, a simulated organisation, and the real sync between them
// over real HTTP. Its defaults are what a test does not care about: mapped columns, a finished
// sign-in, a clock at a fixed time.
import { dynamicsSource } from "../../src/sync/source/dynamics.ts";
import { onTestFinished } from "vitest";
import { runSimulator, type RunningSimulator, type RunOptions } from "../../simulator/main.ts";
import { exportAccounts, type ExportedAccount } from "../../src/accounts/list/export-all.ts";
import { openFileConnection } from "../../src/connections/sign-in/open-client.ts";
import type { DataverseClient } from "../../src/dataverse/client.ts";
import { createSettableClock, type SettableClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { plannedChanges, type PlannedChange } from "../../src/sync/report/planned-changes.ts";
import { applyRun, executeRun, runSync } from "../../src/sync/run.ts";
import { startRun, type RetriedIssues } from "../../src/sync/record/start-run.ts";
import type { RunContext } from "../../src/sync/record/run-context.ts";
import { loadRunIssues, type RunIssue, type RunSummary } from "../../src/sync/record/run-summary.ts";
import type { SyncSettings } from "../../src/settings/sync-settings.ts";
import { testDatabase, type TestDatabase } from "./database.ts";

export type Settings = Partial<SyncSettings>;

const SETTINGS: SyncSettings = {
  selection: { kind: "all" },
  mapping: {
    name: "name",
    description: "description",
    domains: ["websiteurl", "emailaddress1"],
    fields: [
      { column: "industrycode", field: "Industry", type: "text" },
      { column: "numberofemployees", field: "Employees", type: "number" },
      { column: "donotemail", field: "No mail", type: "boolean" },
    ],
  },
  options: { allowDuplicateNames: false, onDomainTaken: "skip" },
  ownDomains: ["ourcompany.com"],
  commonDomains: { add: [], remove: [] },
};

export type Workspace = {
  readonly simulator: RunningSimulator;
  readonly org: RunningSimulator["org"];
  readonly database: TestDatabase;
  readonly client: DataverseClient;
  readonly clock: SettableClock;
  /** Returns the context of a run, with some of it replaced. */
  context(settings?: Settings, replaced?: Partial<RunContext>): RunContext;
  sync(settings?: Settings, replaced?: Partial<RunContext>): Promise<RunSummary>;
  /** Runs a sync that reads only what changed. */
  syncChanges(settings?: Settings): Promise<RunSummary>;
  /** Retries the records of open issues. */
  retry(issues: RetriedIssues, settings?: Settings): Promise<RunSummary>;
  plan(settings?: Settings, replaced?: Partial<RunContext>): Promise<RunSummary>;
  apply(runId: number, settings?: Settings): Promise<RunSummary>;
  accounts(): Promise<ExportedAccount[]>;
  /** Returns the only account of that name. */
  account(name: string): Promise<ExportedAccount>;
  /** Returns the id of the only account of that name, to edit or delete it. */
  numberOf(name: string): Promise<number>;
  changes(runId: number): Promise<PlannedChange[]>;
  issues(runId: number): Promise<RunIssue[]>;
};

/** Makes a record the last in order: records of the same second are ordered by id. */
export const LATER = { createdon: "2099-01-01T00:00:00Z" };

/** Returns issues as "kind name field value", sorted: short enough for a test to spell out. */
export function issueTexts(issues: readonly RunIssue[]): string[] {
  return issues
    .map(({ kind, name, field, value }) => [kind, name, field, value].filter(Boolean).join(" "))
    .toSorted();
}

export async function workspace(options: RunOptions & { pageSize?: number } = {}): Promise<Workspace> {
  const database = await testDatabase();
  const simulator = await runSimulator(options);
  onTestFinished(() => simulator.close());
  const clock = createSettableClock("2026-03-02T09:00:00Z");
  const log = createLog({ level: "silent" });
  const open = await openFileConnection(
    { simulator: simulator.origin, clock, log },
    {
      address: simulator.origin,
      signIn: {
        kind: "refresh-token",
        tenant: undefined,
        clientId: simulator.clientId,
        clientSecret: () => simulator.clientSecret,
        refreshToken: () => simulator.refreshToken,
        refreshTokenFile: undefined,
      },
    },
    options.pageSize === undefined ? {} : { pageSize: options.pageSize },
  );
  onTestFinished(() => open.close());
  const { client } = open;
  const context = (settings: Settings = {}, replaced: Partial<RunContext> = {}): RunContext => ({
    database,
    source: dynamicsSource(client),
    settings: { ...SETTINGS, ...settings },
    clock,
    maxAccounts: 500_000,
    ...replaced,
  });
  const accounts = async (): Promise<ExportedAccount[]> => {
    const all: ExportedAccount[] = [];
    await exportAccounts(database, (some) => void all.push(...some));
    return all;
  };
  return {
    simulator,
    org: simulator.org,
    database,
    client,
    clock,
    context,
    sync: (settings, replaced) => runSync(context(settings, replaced), "sync"),
    syncChanges: (settings) => runSync(context(settings), "changes"),
    retry: async (issues, settings) => {
      const made = context(settings);
      const { organizationId } = await made.source.identity();
      const { origin } = made.source;
      const run = await startRun(made, {
        organizationId,
        origin,
        mode: "retry",
        issues,
        settings: made.settings,
        trigger: "person",
      });
      return executeRun(made, run, async () => made);
    },
    plan: (settings, replaced) => runSync(context(settings, replaced), "plan"),
    apply: (runId, settings) => applyRun(context(settings), runId),
    accounts,
    account: async (name) => {
      const found = (await accounts()).filter((account) => account.name === name);
      if (found.length !== 1) throw new Error(`${found.length} accounts are called ${name}.`);
      return found[0]!;
    },
    numberOf: async (name) => {
      const { rows } = await database.pool.query<{ id: number }>("select id from accounts where name = $1", [
        name,
      ]);
      if (rows.length !== 1) throw new Error(`${rows.length} accounts are called ${name}.`);
      return rows[0]!.id;
    },
    changes: (runId) => plannedChanges(database, runId, 1_000),
    issues: (runId) => loadRunIssues(database.kysely, runId),
  };
}

// `sluice demo`: runs everything on this machine: a simulated Dynamics 365, a plan, a first sync,
// changes at the source, two more syncs, and the web application. Its own database is below
// SLUICE_HOME, and new each time; DATABASE_URL is never touched.
import { join, relative } from "node:path";
import type { RunningSimulator } from "../../../../simulator/main.ts";
import { createAccount } from "../../../accounts/store.ts";
import type { Config } from "../../../config.ts";
import { openFileConnection } from "../../../connections/sign-in/open-client.ts";
import { migrate } from "../../../db/migrate.ts";
import { systemClock } from "../../../lib/clock.ts";
import { withReleases, type Releases } from "../../../lib/releases.ts";
import { openApp, runContext, type App } from "../../../open-app.ts";
import { plannedChanges } from "../../../sync/report/planned-changes.ts";
import { applyRun, runSync } from "../../../sync/run.ts";
import type { RunSummary } from "../../../sync/record/run-summary.ts";
import { createCommandLog, createProgressDisplay, type CommandContext } from "../../context.ts";
import { serveDemo } from "./serve.ts";
import { changeSource, demoConnection, existingAccounts, demoRedirectUris } from "./scenario.ts";
import { exitCodes, type ExitCode } from "../../exit-codes.ts";
import { pluralize } from "../../output/format.ts";
import { changeLines, planReport } from "../../output/plan-report.ts";
import { runReport } from "../../output/run-report.ts";
import { databaseErrorOf } from "../../error-message.ts";

export interface DemoOptions {
  /** Serves at the end; default: on a terminal. */
  readonly serve?: boolean;
}

export async function demo(context: CommandContext, options: DemoOptions): Promise<ExitCode> {
  const serves = options.serve ?? (context.stdout.isTTY === true && !context.json);
  await withReleases(async (releases) => {
    const { app, simulator, runs } = await runDemo(context, releases);
    if (context.json) context.stdout.write(`${JSON.stringify({ runs })}\n`);
    if (serves) {
      await serveDemo(context, app, simulator, releases);
    } else {
      printHeading(context, "Where to look next:");
      print(context, nextSteps(app.config.home, runs[0]?.id ?? 0));
    }
  });
  return exitCodes.done;
}

type DemoResult = {
  readonly app: App;
  readonly simulator: RunningSimulator;
  readonly runs: readonly RunSummary[];
};

async function runDemo(context: CommandContext, releases: Releases): Promise<DemoResult> {
  const { runSimulator } = await import("../../../../simulator/main.ts");
  const simulator = await runSimulator({ demo: true, redirectUris: demoRedirectUris });
  releases.add(() => simulator.close());
  const config = demoConfig(context.config, simulator);
  const organisations = pluralize(simulator.org.accounts.size, "real organisation");
  printHeading(context, `1. A simulated Dynamics 365 with ${organisations} answers at ${simulator.origin}.`);

  const app = await openEmptyDatabase({ ...context, config });
  releases.add(() => app.close());
  for (const account of existingAccounts)
    await createAccount(app.database, account, { kind: "api" }, app.clock.now());
  const existingNames = existingAccounts.map(({ name }) => name).join("; ");
  printHeading(
    context,
    `2. A PostgreSQL of our own is running. Accounts entered by hand so far: ${existingNames}.`,
  );

  const connection = demoConnection(simulator);
  const open = await openFileConnection({ ...app, simulator: simulator.origin }, connection, {
    signal: context.signal,
  });
  releases.add(() => open.close());
  const progress = createProgressDisplay(context);
  const run = runContext(app, open, connection, {
    onProgress: progress.update,
    signal: context.signal,
  });
  const withProgress = (work: Promise<RunSummary>) => work.finally(() => progress.end());

  printHeading(context, "3. Plan: what a sync would do. Nothing is written yet.");
  const planned = await withProgress(runSync(run, "plan"));
  print(context, ["", ...planReport(planned, await plannedChanges(run.database, planned.id, 4))]);

  printHeading(context, "4. Apply: exactly that plan.");
  const first = await withProgress(applyRun(run, planned.id));
  print(context, ["", ...runReport(first)]);

  printHeading(context, "5. Meanwhile, in Dynamics 365:");
  print(
    context,
    changeSource(simulator).map((line) => `   - ${line}`),
  );

  printHeading(context, "6. Sync again: only what differs is written.");
  const second = await withProgress(runSync(run, "sync"));
  const changes = await plannedChanges(run.database, second.id, 20);
  print(context, ["", ...changes.flatMap((change) => changeLines(change, "applied")), ...runReport(second)]);

  printHeading(context, "7. And once more: where nothing changed, nothing is written.");
  const third = await withProgress(runSync(run, "sync"));
  print(context, ["", ...planReport(third, [])]);
  return { app, simulator, runs: [first, second, third] };
}

/** Uses nothing of the operator's: a database and a key below SLUICE_HOME, and no mail server. */
function demoConfig(config: Config, { origin, tenantId, clientId, clientSecret }: RunningSimulator): Config {
  return {
    ...config,
    databaseUrl: undefined,
    home: join(config.home, "demo"),
    simulator: origin,
    publicUrl: undefined,
    key: undefined,
    mail: undefined,
    entra: { tenant: tenantId, clientId, clientSecret },
    dynamicsApp: { clientId, clientSecret },
  };
}

function print(context: CommandContext, lines: readonly string[]): void {
  if (!context.json) context.stdout.write(`${lines.join("\n")}\n`);
}

function printHeading(context: CommandContext, line: string): void {
  print(context, ["", line]);
}

function nextSteps(home: string, firstRun: number): string[] {
  const here = `npm run --silent sluice -- --home ${relative(process.cwd(), home) || "."}`;
  return [
    "  npm run demo -- --serve",
    "      the same, and then the web application; on a terminal it is served unless --no-serve says otherwise",
    `  ${here} issues --run ${firstRun}`,
    "      which accounts were skipped or lost a domain, and what an admin does about it",
    `  ${here} accounts export --format csv`,
    "      all accounts as they are now",
    `  ${here} runs`,
    "      the runs of this demo",
    "  npm run --silent sluice -- simulator",
    "      a simulated Dynamics 365 to connect to yourself; it says how",
    "  README.md",
    "      how to connect a real one",
  ];
}

/** Opens the database of the last demo, if there is one, and empties it. It is the demo's own. */
async function openEmptyDatabase(context: CommandContext): Promise<App> {
  const { config } = context;
  // The warning that it is only the simulator would be pointless here.
  const log = createCommandLog(context, config.logLevel === "warn" ? "error" : config.logLevel);
  const app = await openApp(config, log, systemClock).catch((cause: unknown) => {
    throw databaseErrorOf(cause);
  });
  await app.database.pool.query("drop schema public cascade; create schema public");
  await migrate(app.database.pool);
  return app;
}

// Wires a serving process by hand: the web application with its runner, or a worker.
import manifest from "../package.json" with { type: "json" };
import type { FastifyInstance } from "fastify";
import { createEntraSignIn } from "./access/entra.ts";
import type { ConnectedSource } from "./accounts/synced-fields.ts";
import { accountRoutes } from "./api/app/accounts.ts";
import { changeRoutes } from "./api/app/changes.ts";
import { connectionRoutes } from "./api/app/connection.ts";
import { domainSettingRoutes } from "./api/app/domain-settings.ts";
import { fieldRoutes } from "./api/app/fields.ts";
import { issueRoutes } from "./api/app/issues.ts";
import { mailRoutes } from "./api/app/mail.ts";
import { notificationRoutes } from "./api/app/notifications.ts";
import { runRoutes } from "./api/app/runs.ts";
import { sessionRoutes } from "./api/app/session.ts";
import { setupRoutes } from "./api/app/setup.ts";
import { signInRoutes } from "./api/app/sign-in.ts";
import { teammateRoutes } from "./api/app/teammates.ts";
import { contract } from "./api/contract/all.ts";
import { downloads } from "./api/downloads.ts";
import type { Implementation } from "./api/implement.ts";
import { buildBaseServer, buildServer, type BaseServerDeps } from "./api/server.ts";
import { loadConnection } from "./connections/connection.ts";
import type { ConnectionSettings } from "./connections/file/connection-file.ts";
import { loadOrCreateKey } from "./connections/sign-in/key-file.ts";
import { workspaceTimeZone } from "./connections/schedule/time-zone.ts";
import { openStoredConnection, type ConnectionDeps } from "./connections/sign-in/open-stored-connection.ts";
import { sharedTokens, type SharedTokens } from "./connections/sign-in/shared-tokens.ts";
import { openHttp, type Http } from "./lib/http.ts";
import { createSealer, type Sealer } from "./lib/sealer.ts";
import { removeFileConnection, useConnectionFile } from "./connections/file/use-connection-file.ts";
import { approvalAttention } from "./connections/status/status.ts";
import type { Database } from "./db/pool.ts";
import { createMetrics } from "./jobs/metrics.ts";
import type { RunRequests } from "./jobs/requests.ts";
import { createRunner, type Runner } from "./jobs/runner.ts";
import { notifyRun, type NotifyDeps } from "./notify/notify.ts";
import { requestConnectionCount, type App } from "./open-app.ts";
import { explainIssue } from "./sync/report/explanations.ts";
import { issueKinds } from "./sync/rules/issue-kinds.ts";
import { severityOf } from "./sync/rules/severity.ts";
import { claimNotification, runsToNotify, runToNotify } from "./sync/record/notification-state.ts";

const VERSION: string = manifest.version;

/**
 * Maximum wait for a connection of the pool; browsers and proxies wait about a minute for an
 * answer.
 */
const CONNECTION_WAIT_MS = 10_000;

type ProcessDeps = Pick<App, "config" | "database" | "clock" | "log" | "signal">;

/** Opens a pool of its own for requests, with a statement timeout. */
function openRequestPool({ config, database }: Pick<App, "config" | "database">): Database {
  return database.openPool({
    max: requestConnectionCount(config),
    connectTimeoutMs: CONNECTION_WAIT_MS,
    statementTimeoutMs: config.querySeconds * 1_000,
  });
}

/**
 * Returns what is needed to open the stored connection, after saving that of `file`, if there is
 * one.
 * @throws AddressError if the file's address is invalid
 */
export async function connectionDeps(
  { config, database, clock, log, signal }: ProcessDeps,
  file: ConnectionSettings | undefined,
): Promise<ConnectionDeps> {
  const { simulator, proxy, dynamicsApp, oldKeys } = config;
  const current = config.key ?? (await loadOrCreateKey(config.home));
  const sealer = createSealer({ current, old: oldKeys });
  const tokens = sharedTokens(proxy);
  const deps = { database, clock, log, simulator, proxy, dynamicsApp, sealer, tokens };
  if (file === undefined) await removeFileConnection(database);
  else await useConnectionFile(deps, file, signal);
  return { ...deps, file };
}

/** Returns what accounts need to know about the connection. */
async function connectedSource({ kysely }: Database): Promise<ConnectedSource | null> {
  const { environment, settings } = await loadConnection(kysely);
  if (!environment?.organizationId) return null;
  const { organizationId, origin, appId } = environment;
  return { organizationId, origin, appId, mapping: settings?.mapping ?? null };
}

type RouteDeps = {
  readonly publicUrl: () => string;
  readonly connections: ConnectionDeps;
  readonly requests: RunRequests;
  /** For signing people in with Microsoft. */
  readonly http: Http;
};

function allRoutes(
  { config, database, clock, log }: Pick<App, "config" | "database" | "clock" | "log">,
  { publicUrl, connections, requests, http }: RouteDeps,
): Implementation[] {
  const installation = {
    mail: config.mail !== undefined,
    simulator: config.simulator ?? null,
    version: VERSION,
  };
  const download = downloads({ log });
  const timeZone = () => workspaceTimeZone(database.kysely);
  return [
    ...sessionRoutes({
      database,
      clock,
      log,
      publicUrl,
      microsoft:
        config.entra &&
        createEntraSignIn({ app: config.entra, simulator: config.simulator, database, clock, http }),
      installation,
      name: config.workspace,
      timeZone,
    }),
    ...teammateRoutes({
      database,
      clock,
      publicUrl,
      workspace: config.workspace,
      delivers: config.mail !== undefined,
      sealer: connections.sealer,
    }),
    ...mailRoutes({ database, clock, sealer: connections.sealer }),
    ...accountRoutes({ database, clock, download, source: () => connectedSource(database), timeZone }),
    ...fieldRoutes({ database, source: () => connectedSource(database) }),
    ...domainSettingRoutes({ database }),
    ...connectionRoutes({ connections, publicUrl, notifyWorkers: () => requests.wakeWorkers() }),
    ...signInRoutes({ connections, publicUrl }),
    ...setupRoutes(connections),
    ...notificationRoutes({ database }),
    ...runRoutes({ database, clock, requests }),
    ...changeRoutes({ database, clock, download, timeZone }),
    ...issueRoutes({ database, clock, requests, download }),
  ];
}

/** Returns what notifications of runs need. */
function notifyDeps(
  { config, database, clock, log }: ProcessDeps,
  sealer: Sealer,
  publicUrl: () => string,
): NotifyDeps {
  return {
    database,
    clock,
    log,
    sealer,
    publicUrl,
    workspace: config.workspace,
    delivers: config.mail !== undefined,
    notificationState: { runsToNotify, runToNotify, claimNotification },
    explanations: { issueKinds, severityOf, explainIssue, explainApproval: approvalAttention },
  };
}

type ProcessParts = {
  readonly connections: ConnectionDeps;
  readonly notify: NotifyDeps;
  readonly runner: Runner;
  readonly baseServer: BaseServerDeps;
};

/** Makes what every process has: the stored connection, notifications, a runner and its metrics. */
async function processParts(
  app: ProcessDeps,
  publicUrl: () => string,
  file: ConnectionSettings | undefined,
): Promise<ProcessParts> {
  const { config, database, clock, log } = app;
  const { metricsToken: token, trustedProxies, maxAccounts } = config;
  const connections = await connectionDeps(app, file);
  const notify = notifyDeps(app, connections.sealer, publicUrl);
  const metrics = token === undefined ? undefined : { ...createMetrics(app), token };
  const runner = createRunner({
    database,
    clock,
    log,
    maxAccounts,
    open: (options) => openStoredConnection(connections, options),
    ...(file && { teammates: file.teammates }),
    counters: metrics?.counters,
    notify: (runId) => notifyRun(notify, runId),
  });
  const baseServer = { healthDb: database.kysely, log, publicUrl, trustedProxies, metrics };
  return { connections, notify, runner, baseServer };
}

/** Builds a process without pages: a runner, and a server for health and metrics. */
export async function buildWorker(
  app: ProcessDeps,
  file?: ConnectionSettings,
): Promise<Omit<WebApp, "routes">> {
  const { publicUrl: configuredUrl, host, port } = app.config;
  const publicUrl = () => configuredUrl ?? `http://${host}:${port}`;
  const { connections, notify, runner, baseServer } = await processParts(app, publicUrl, file);
  const server = await buildBaseServer(baseServer);
  return { server, runner, notify, close: createClose(server, runner, connections.tokens) };
}

/**
 * Returns a function that closes server and runner at the same time, because requests in progress
 * may take as long as a process has to end.
 */
function createClose(server: FastifyInstance, runner: Runner, tokens: SharedTokens): () => Promise<void> {
  return async () => {
    await Promise.all([server.close(), runner.close()]);
    await tokens.close();
  };
}

/** The web application of this installation; `server` is ready to listen. */
export type WebApp = {
  readonly server: FastifyInstance;
  readonly routes: readonly Implementation[];
  readonly runner: Runner;
  readonly notify: NotifyDeps;
  /** Completes requests in progress and stops the runner. */
  close(): Promise<void>;
};

/**
 * Builds the web application.
 * @param publicUrl a function, because a server that may take any port knows its address only once
 * it listens
 */
export async function buildWebApp(
  app: ProcessDeps,
  publicUrl: () => string,
  ui?: string,
  file?: ConnectionSettings,
): Promise<WebApp> {
  const { connections, notify, runner, baseServer } = await processParts(app, publicUrl, file);
  const database = openRequestPool(app);
  const http = openHttp({ proxy: app.config.proxy });
  const routes = allRoutes(
    { ...app, database },
    { publicUrl, connections: { ...connections, database }, requests: runner, http },
  );
  const server = await buildServer({
    ...baseServer,
    db: database.kysely,
    contract,
    routes,
    clock: app.clock,
    version: VERSION,
    ui,
  });
  const stop = createClose(server, runner, connections.tokens);
  return {
    server,
    routes,
    runner,
    notify,
    close: async () => {
      await stop();
      await http.close();
      await database.close();
    },
  };
}

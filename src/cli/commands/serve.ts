// `sluice serve`: serves the web application until it is stopped, with the worker and the mail
// delivery. It prints its address and, while nobody can sign in, how the first company admin gets
// in.
import { existsSync } from "node:fs";
import { deleteExpiredAttempts } from "../../access/attempts.ts";
import { deleteExpiredLinks } from "../../access/links.ts";
import { hasCompanyAdmin, createOperatorLink } from "../../access/team.ts";
import { buildWebApp, buildWorker, type WebApp } from "../../app.ts";
import { loadConnectionFile, type ConnectionSettings } from "../../connections/file/connection-file.ts";
import { createMaintenance } from "../../jobs/maintenance.ts";
import type { Runner } from "../../jobs/runner.ts";
import { startWorker } from "../../jobs/worker.ts";
import { openDelivery } from "../../mail/delivery.ts";
import { deleteExpiredTexts, showUndelivered } from "../../mail/outbox.ts";
import { notifyMissed, type NotifyDeps } from "../../notify/notify.ts";
import { notifySecretExpiry } from "../../notify/secret-expiry.ts";
import { pruneHistory } from "../../sync/record/retention.ts";
import { systemClock } from "../../lib/clock.ts";
import { withReleases, type Releases } from "../../lib/releases.ts";
import { openApp, type App } from "../../open-app.ts";
import { createCommandLog, printNote, printResult, untilStopped, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { DEFAULT_CONNECTION_FILE } from "../global-options.ts";
import { findBuiltPages } from "../pages.ts";
import { databaseErrorOf, UsageError } from "../error-message.ts";
import { errorCode } from "../../lib/system-error.ts";

export async function serve(
  context: CommandContext,
  options: { readonly admin?: string; readonly only?: "api" | "worker" },
): Promise<ExitCode> {
  const { config, connectionFile, signal } = context;
  const { only } = options;
  if (only === "worker" && options.admin !== undefined)
    throw new UsageError(
      "A worker serves no pages to sign in to. Give --admin to the process that serves them, without --only worker.",
    );
  // A connection of a file is shown in the app and changed in the file; otherwise it is set up in the
  // app.
  const file = usesConnectionFile(connectionFile)
    ? loadConnectionFile(connectionFile, config.readSecret)
    : undefined;
  const served = withReleases(async (releases) => {
    const app = await openApp(config, createCommandLog(context), systemClock, signal).catch(
      (cause: unknown) => {
        signal.throwIfAborted();
        throw databaseErrorOf(cause);
      },
    );
    releases.add(() => app.close());
    if (only === "worker") {
      const { url } = await startWorkerProcess(app, releases, file);
      signal.throwIfAborted();
      printResult(context, workerLines(url), { worker: true, url });
      await untilStoppedOrDatabaseLost(context, app);
      return exitCodes.done;
    }
    const { url } = await startWebProcess(context, app, releases, { file, withoutWorker: only === "api" });
    signal.throwIfAborted();
    const link =
      options.admin === undefined
        ? undefined
        : await createOperatorLink(
            { database: app.database, now: app.clock.now(), publicUrl: url },
            options.admin,
          );
    const hasNoAdmin = link === undefined && !(await hasCompanyAdmin(app.database.kysely));
    printResult(context, [servingLine(url), ...signInLines(link, hasNoAdmin, options.admin)], {
      url,
      link: link ?? null,
    });
    await untilStoppedOrDatabaseLost(context, app);
    return exitCodes.done;
  });
  return served.catch((error: unknown) => {
    // A stop before it is ready is as normal as one later.
    if (signal.aborted && error === signal.reason) return exitCodes.done;
    throw error;
  });
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** A file that was named must exist; the one of the default name may. */
function usesConnectionFile(connectionFile: string): boolean {
  return connectionFile !== DEFAULT_CONNECTION_FILE || existsSync(connectionFile);
}

/**
 * Starts the web application, which `releases` stops: requests in progress are completed, event
 * streams end, and mails remain for the next start.
 */
export async function startWebProcess(
  context: CommandContext,
  app: App,
  releases: Releases,
  options: {
    readonly anyPortIfTaken?: boolean;
    readonly file?: ConnectionSettings | undefined;
    readonly withoutWorker?: boolean;
  } = {},
): Promise<{ url: string }> {
  const { config } = app;
  let listening = "";
  const url = () => config.publicUrl ?? listening;
  const ui = findBuiltPages((sentence) => printNote(context, sentence));
  if (config.publicUrl === undefined && !LOOPBACK.has(config.host))
    printNote(
      context,
      "SLUICE_PUBLIC_URL is not set, so links lead to this machine. Set it to the https address people use.",
    );
  const web = await buildWebApp(app, url, ui, options.file);
  startMaintenance(app, releases);
  releases.add(() => web.close());
  if (options.withoutWorker !== true) startJobWorker(web.notify, web.runner, releases);
  if (config.mail) startMailDelivery(web.notify, config.mail, releases);
  else await showUndelivered(app.database.kysely);
  listening = await listen(web, config, options.anyPortIfTaken === true);
  return { url: url() };
}

/**
 * Starts a process without pages, beside others on one DATABASE_URL: due and orphaned runs, mails,
 * maintenance.
 */
async function startWorkerProcess(
  app: App,
  releases: Releases,
  file: ConnectionSettings | undefined,
): Promise<{ url: string }> {
  const { mail } = app.config;
  const worker = await buildWorker(app, file);
  startMaintenance(app, releases);
  releases.add(() => worker.close());
  startJobWorker(worker.notify, worker.runner, releases);
  if (mail) startMailDelivery(worker.notify, mail, releases);
  return { url: await listen(worker, app.config, false) };
}

/** Starts due runs, and takes over the runs of processes that ended. */
function startJobWorker(deps: NotifyDeps, runner: Runner, releases: Releases): void {
  const { database, clock, log } = deps;
  const periodicTasks = [() => notifyMissed(deps), () => notifySecretExpiry(deps)];
  const worker = startWorker({ database, clock, log, runner, periodicTasks });
  releases.add(() => worker.close());
}

async function listen(
  { server }: Pick<WebApp, "server">,
  { host, port }: { readonly host: string; readonly port: number },
  anyPortIfTaken: boolean,
): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "EADDRINUSE" && anyPortIfTaken) {
      await server.listen({ host, port: 0 });
    } else if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL") {
      const why = code === "EADDRINUSE" ? "is taken" : "cannot be listened on";
      throw new UsageError(`${host}:${port} ${why}. Set SLUICE_HOST and SLUICE_PORT to a free address.`);
    } else {
      throw cause;
    }
  }
  const [address] = server.addresses();
  const listensOn = typeof address === "object" ? address.port : port;
  // Browsers cannot open the address for all interfaces.
  const isAll = host === "0.0.0.0" || host === "::";
  const name = isAll ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${listensOn}`;
}

function startMailDelivery(
  { database, clock, log, sealer }: NotifyDeps,
  mail: NonNullable<App["config"]["mail"]>,
  releases: Releases,
): void {
  const stop = new AbortController();
  const delivery = openDelivery({ db: database.kysely, clock, log, sealer, ...mail });
  const running = delivery.run(stop.signal);
  releases.add(async () => {
    stop.abort();
    await running;
    delivery.close();
  });
}

/**
 * Another process takes over the maintenance within this time, if the process that did it has
 * ended.
 */
const MAINTENANCE_INTERVAL_MS = 3_600_000;

/**
 * Deletes expired data. It is added to `releases` before the runner, so that it stops after the
 * runner, because it may take a while.
 */
function startMaintenance({ config, database, clock, log }: App, releases: Releases): void {
  const db = database.kysely;
  const stop = new AbortController();
  const maintenance = createMaintenance({
    database,
    clock,
    async tasks(now) {
      await Promise.all([
        deleteExpiredAttempts(db, now),
        deleteExpiredLinks(db, now),
        deleteExpiredTexts(db, now),
      ]);
      await pruneHistory(database, now, config.retention);
    },
  });
  const again = async () => {
    while (!stop.signal.aborted) {
      // If the database is unavailable, the next hour tries again.
      await maintenance
        .runIfDue()
        .catch((error: unknown) => log.error("Expired data was not deleted.", { err: error }));
      await clock.sleep(MAINTENANCE_INTERVAL_MS, stop.signal).catch(() => undefined);
    }
  };
  const running = again();
  releases.add(async () => {
    stop.abort();
    await running;
    maintenance.close();
  });
}

export function servingLine(url: string): string {
  return `Sluice answers at ${url}. Ctrl-C stops it.`;
}

function workerLines(url: string): string[] {
  return [
    "The worker looks for runs that are due. Ctrl-C stops it.",
    `It says how it is at ${url}/healthz, /readyz and /metrics.`,
  ];
}

function signInLines(link: string | undefined, hasNoAdmin: boolean, admin: string | undefined): string[] {
  if (link !== undefined)
    return ["", `A one-time link for ${admin}, to choose a password and sign in:`, `  ${link}`];
  if (!hasNoAdmin) return [];
  return [
    "",
    "Nobody can sign in yet. Stop it, and start it with: sluice serve --admin you@ourcompany.example",
  ];
}

/** @throws DatabaseError so that the process's supervisor starts it again, with the database */
async function untilStoppedOrDatabaseLost(context: CommandContext, { lost }: App): Promise<void> {
  const error = await Promise.race([untilStopped(context), ...(lost ? [lost] : [])]);
  if (error) throw databaseErrorOf(error);
}

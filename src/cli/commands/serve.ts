// `sluice serve`: the web application until it is stopped, with the loop that carries mails. Says where it is and, while
// nobody can sign in, how the first company admin gets in.
import { existsSync } from "node:fs";
import { once } from "node:events";
import { dropOldAttempts } from "../../access/attempts.ts";
import { dropOldLinks } from "../../access/links.ts";
import { hasCompanyAdmin, operatorLink } from "../../access/team.ts";
import { buildWeb, buildWorker, type Web } from "../../app.ts";
import { loadConnectionFile, type ConnectionSettings } from "../../connections/file/connection-file.ts";
import { createHousekeeper } from "../../jobs/maintenance.ts";
import type { Runner } from "../../jobs/runner.ts";
import { startWorker } from "../../jobs/worker.ts";
import { openDelivery } from "../../mail/delivery.ts";
import { forgetOldTexts, showWaiting } from "../../mail/outbox.ts";
import { notifyMissed, type NotifyParts } from "../../notify/notify.ts";
import { notifySecretEnd } from "../../notify/secret-end.ts";
import { pruneHistory } from "../../sync/record/retention.ts";
import { systemClock } from "../../lib/clock.ts";
import { withReleases, type Releases } from "../../lib/releases.ts";
import { openApp, type App } from "../../open-app.ts";
import { logOf, remark, tell, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { DEFAULT_CONNECTION_FILE } from "../global-options.ts";
import { findPages } from "../pages.ts";
import { DatabaseError, UsageError } from "../error-message.ts";

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
  // Set up in a file, the connection is shown in the app and changed in the file; else it is set up in the app.
  const file = isFileWanted(connectionFile)
    ? loadConnectionFile(connectionFile, config.readSecret)
    : undefined;
  const served = withReleases(async (releases) => {
    const app = await openApp(config, logOf(context), systemClock, signal).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new DatabaseError(cause);
    });
    releases.add(() => app.close());
    if (only === "worker") {
      const { url } = await startWorking(app, releases, file);
      signal.throwIfAborted();
      tell(context, workerLines(url), { worker: true, url });
      await untilStoppedOrLost(context, app);
      return exitCodes.done;
    }
    const { url } = await startServing(context, app, releases, { file, withoutWorker: only === "api" });
    signal.throwIfAborted();
    const link =
      options.admin === undefined
        ? undefined
        : await operatorLink({ database: app.database, now: app.clock.now(), publicUrl: url }, options.admin);
    const isEmpty = link === undefined && !(await hasCompanyAdmin(app.database.kysely));
    tell(context, [servingLine(url), ...waysIn(link, isEmpty, options.admin)], { url, link: link ?? null });
    await untilStoppedOrLost(context, app);
    return exitCodes.done;
  });
  return served.catch((error: unknown) => {
    // Stopped before it was ready, it ends as well as later.
    if (signal.aborted && error === signal.reason) return exitCodes.done;
    throw error;
  });
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** One that was named must be there; the one of the default name may be. */
function isFileWanted(connectionFile: string): boolean {
  return connectionFile !== DEFAULT_CONNECTION_FILE || existsSync(connectionFile);
}

/** Starts what `releases` then stops: requests under way are finished, streams of events end, mails wait for the next start. */
export async function startServing(
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
  const ui = findPages((sentence) => remark(context, sentence));
  if (config.publicUrl === undefined && !LOOPBACK.has(config.host))
    remark(
      context,
      "SLUICE_PUBLIC_URL is not set, so links lead to this machine. Set it to the https address people use.",
    );
  const web = await buildWeb(app, url, ui, options.file);
  keepHouse(app, releases);
  releases.add(() => web.close());
  if (options.withoutWorker !== true) work(web.notify, web.runner, releases);
  if (config.mail) deliverMails(web.notify, config.mail, releases);
  else await showWaiting(app.database.kysely);
  listening = await listen(web, config, options.anyPortIfTaken === true);
  return { url: url() };
}

/** A process without pages, beside others on one DATABASE_URL: runs that are due or orphaned, mails, and the chores. */
async function startWorking(
  app: App,
  releases: Releases,
  file: ConnectionSettings | undefined,
): Promise<{ url: string }> {
  const { mail } = app.config;
  const worker = await buildWorker(app, file);
  keepHouse(app, releases);
  releases.add(() => worker.close());
  work(worker.notify, worker.runner, releases);
  if (mail) deliverMails(worker.notify, mail, releases);
  return { url: await listen(worker, app.config, false) };
}

/** Starts what is due and takes over what lost its process, as long as this process lives. */
function work(parts: NotifyParts, runner: Runner, releases: Releases): void {
  const { database, clock, log } = parts;
  const chores = [() => notifyMissed(parts), () => notifySecretEnd(parts)];
  const worker = startWorker({ database, clock, log, runner, chores });
  releases.add(() => worker.close());
}

async function listen(
  { server }: Pick<Web, "server">,
  { host, port }: { readonly host: string; readonly port: number },
  anyPortIfTaken: boolean,
): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
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
  // "All addresses" is none that a browser could open.
  const isAll = host === "0.0.0.0" || host === "::";
  const name = isAll ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${listensOn}`;
}

function deliverMails(
  { database, clock, log, sealer }: NotifyParts,
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

/** So soon another process does the chores when the one that did is gone. */
const LOOK_AT_CHORES_EVERY_MS = 3_600_000;

/** Forgets what nobody may use any more. Added before what carries runs out, so that it is stopped after that: it may take a while. */
function keepHouse({ config, database, clock, log }: App, releases: Releases): void {
  const db = database.kysely;
  const stop = new AbortController();
  const housekeeper = createHousekeeper({
    database,
    clock,
    async chores(now) {
      await Promise.all([dropOldAttempts(db, now), dropOldLinks(db, now), forgetOldTexts(db, now)]);
      await pruneHistory(database, now, config.keep);
    },
  });
  const again = async () => {
    while (!stop.signal.aborted) {
      // The database may be away for a while; the next hour finds it again.
      await housekeeper
        .look()
        .catch((error: unknown) => log.error("What is too old was not forgotten.", { err: error }));
      await clock.sleep(LOOK_AT_CHORES_EVERY_MS, stop.signal).catch(() => undefined);
    }
  };
  const running = again();
  releases.add(async () => {
    stop.abort();
    await running;
    housekeeper.close();
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

function waysIn(link: string | undefined, isEmpty: boolean, admin: string | undefined): string[] {
  if (link !== undefined)
    return ["", `A one-time link for ${admin}, to choose a password and sign in:`, `  ${link}`];
  if (!isEmpty) return [];
  return [
    "",
    "Nobody can sign in yet. Stop it, and start it with: sluice serve --admin you@ourcompany.example",
  ];
}

/** @throws DatabaseError so that whoever supervises it starts it again, with the database */
async function untilStoppedOrLost(context: CommandContext, { lost }: App): Promise<void> {
  const error = await Promise.race([untilStopped(context), ...(lost ? [lost] : [])]);
  if (error) throw new DatabaseError(error);
}

export async function untilStopped({ signal }: CommandContext): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

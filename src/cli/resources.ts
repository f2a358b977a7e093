// Opens what a command needs, and closes it however the command ends: the database, the source, or
// both. The connection file is read first, so that its errors cost nothing.
import { openApp, runContext, type App } from "../open-app.ts";
import { loadConnectionFile, type ConnectionSettings } from "../connections/file/connection-file.ts";
import { openFileConnection, type OpenConnection } from "../connections/sign-in/open-client.ts";
import type { DataverseClient } from "../dataverse/client.ts";
import type { Database } from "../db/pool.ts";
import { systemClock } from "../lib/clock.ts";
import type { RunContext } from "../sync/record/run-context.ts";
import { createCommandLog, type CommandContext } from "./context.ts";
import type { ProgressDisplay } from "./output/progress.ts";
import { databaseErrorOf } from "./error-message.ts";
import { withRemoteCancel } from "./remote-cancel.ts";

async function withApp<T>(context: CommandContext, work: (app: App) => Promise<T>): Promise<T> {
  const { config, signal } = context;
  const app = await openApp(config, createCommandLog(context), systemClock, signal).catch(
    (cause: unknown) => {
      throw databaseErrorOf(cause);
    },
  );
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Opens and migrates the database. */
export function withDatabase<T>(
  context: CommandContext,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  return withApp(context, ({ database }) => work(database));
}

/** Opens the source that the connection file names, and closes it however `work` ends. */
async function withConnection<T>(
  context: CommandContext,
  work: (open: OpenConnection, connection: ConnectionSettings) => Promise<T>,
): Promise<T> {
  const { config, connectionFile, signal } = context;
  const connection = loadConnectionFile(connectionFile, config.readSecret);
  const { simulator, proxy } = config;
  const deps = { simulator, proxy, clock: systemClock, log: createCommandLog(context) };
  const open = await openFileConnection(deps, connection, { signal });
  try {
    return await work(open, connection);
  } finally {
    await open.close();
  }
}

/** Connects to the organisation of the connection file, without a database. */
export function withClient<T>(
  context: CommandContext,
  work: (client: DataverseClient, connection: ConnectionSettings) => Promise<T>,
): Promise<T> {
  return withConnection(context, ({ client }, connection) => work(client, connection));
}

/**
 * Opens everything a run needs: the source first, so that a wrong address does not cost the start
 * of a database. The progress display ends before an error is printed.
 */
export function withRunContext<T>(
  context: CommandContext,
  progress: ProgressDisplay,
  work: (run: RunContext) => Promise<T>,
): Promise<T> {
  return withConnection(context, async (open, connection) => {
    try {
      return await withApp(context, (app) =>
        withRemoteCancel(app.database, context.signal, (hooks) =>
          work(runContext(app, open, connection, { ...hooks, onProgress: progress.update })),
        ),
      );
    } finally {
      progress.end();
    }
  });
}

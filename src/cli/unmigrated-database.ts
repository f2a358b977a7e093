// Opens the database as it is, for the commands that save, restore or migrate it.
import { connectDatabase } from "../db/connect.ts";
import type { Database } from "../db/pool.ts";
import { createCommandLog, type CommandContext } from "./context.ts";
import { databaseErrorOf } from "./error-message.ts";

/**
 * Opens the database without migrating it, and closes it however `work` ends.
 * @throws DatabaseError, or HomeError, if it cannot be used
 */
export async function withUnmigratedDatabase<T>(
  context: CommandContext,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { config, signal } = context;
  const database = await connectDatabase({
    databaseUrl: config.databaseUrl,
    directory: config.home,
    log: createCommandLog(context),
    signal,
  }).catch((cause: unknown) => {
    throw databaseErrorOf(cause);
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

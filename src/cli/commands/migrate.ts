// `sluice migrate`: migrates the database to this version's schema. Every other command does so at
// its start; this one does it before the first process of a new version runs.
import { connectDatabase } from "../../db/connect.ts";
import { migrate as migrateDatabase } from "../../db/migrate.ts";
import { createCommandLog, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { DatabaseError } from "../error-message.ts";

export async function migrate(context: CommandContext): Promise<ExitCode> {
  const applied = await migrations(context).catch((cause: unknown) => {
    throw new DatabaseError(cause);
  });
  const lines =
    applied.length === 0 ? ["The database is up to date."] : applied.map((name) => `Applied ${name}.`);
  printResult(context, lines, { applied });
  return exitCodes.done;
}

async function migrations(context: CommandContext): Promise<string[]> {
  const { config, signal } = context;
  const database = await connectDatabase({
    databaseUrl: config.databaseUrl,
    directory: config.home,
    log: createCommandLog(context),
    signal,
  });
  try {
    return await migrateDatabase(database.pool, { signal });
  } finally {
    await database.close();
  }
}

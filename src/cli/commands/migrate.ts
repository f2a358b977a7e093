// `sluice migrate`: migrates the database to this version's schema. Every other command does so at
// its start; this one does it before the first process of a new version runs.
import { migrate as migrateDatabase } from "../../db/migrate.ts";
import { printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { databaseErrorOf } from "../error-message.ts";
import { withUnmigratedDatabase } from "../unmigrated-database.ts";

export async function migrate(context: CommandContext): Promise<ExitCode> {
  const { signal } = context;
  const applied = await withUnmigratedDatabase(context, ({ pool }) =>
    migrateDatabase(pool, { signal }).catch((cause: unknown) => {
      throw databaseErrorOf(cause);
    }),
  );
  const lines =
    applied.length === 0 ? ["The database is up to date."] : applied.map((name) => `Applied ${name}.`);
  printResult(context, lines, { applied });
  return exitCodes.done;
}

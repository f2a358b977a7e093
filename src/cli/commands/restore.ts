// `sluice restore`: restores a backup into an empty database, completely or not at all, and then
// migrates it.
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { restoreDump } from "../../db/dump/restore.ts";
import { migrate } from "../../db/migrate.ts";
import type { Database } from "../../db/pool.ts";
import { systemClock } from "../../lib/clock.ts";
import { interruptRun } from "../../sync/record/end-run.ts";
import { RunStopped, serializeError } from "../../sync/record/run-errors.ts";
import type { UnplannedStatus } from "../../sync/record/transitions.ts";
import { printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { pluralize } from "../output/format.ts";
import { UsageError } from "../error-message.ts";
import { withUnmigratedDatabase } from "../unmigrated-database.ts";
import { errorCode } from "../../lib/system-error.ts";

const STANDARD_INPUT = "-";

export async function restore(
  context: CommandContext,
  { file }: { readonly file: string },
): Promise<ExitCode> {
  const input = file === STANDARD_INPUT ? process.stdin : await openFile(file);
  return withUnmigratedDatabase(context, async (database) => {
    const text = createGunzip();
    // The errors of the pipeline are also those of the text, and `restoreDump` reports them.
    const reading = pipeline(input, text, { signal: context.signal }).catch(() => undefined);
    const { head, rows } = await restoreDump(database, text).finally(() => text.destroy());
    await reading;
    const applied = await migrate(database.pool);
    await endInterruptedRuns(database);
    // PostgreSQL has no statistics of tables that were just filled.
    await database.pool.query("analyze");
    printResult(
      context,
      [
        `${pluralize(rows["accounts"] ?? 0, "account")} and all else are as they were on ${head.madeAt}.`,
        ...applied.map((name) => `Applied ${name}.`),
        "Secrets are sealed as they were: start Sluice with the SLUICE_KEY, or the key file, of then.",
      ],
      { madeAt: head.madeAt, rows, applied },
    );
    return exitCodes.done;
  });
}

async function openFile(file: string) {
  const stream = createReadStream(file);
  await new Promise((resolve, reject) => stream.once("open", resolve).once("error", reject)).catch(
    (cause: unknown) => {
      const code = errorCode(cause) ?? "unknown reason";
      throw new UsageError(`${file} cannot be read (${code}). Check its path and its permissions.`, {
        cause,
      });
    },
  );
  return stream;
}

/**
 * Ends runs whose staged records are not in the backup. A run that was applying continues with the
 * next sync.
 */
async function endInterruptedRuns(database: Database): Promise<void> {
  const runs = await database.kysely
    .selectFrom("runs")
    .select(["id", "status", "fence"])
    .where("status", "in", ["queued", "reading", "planning"])
    .$narrowType<{ status: UnplannedStatus }>()
    .execute();
  const error = serializeError(
    new RunStopped(
      "stopped",
      "It was under way when the backup was made that this database comes from. Sync again.",
    ),
  );
  const store = { database, clock: systemClock };
  for (const { id, status, fence } of runs)
    await interruptRun(store, { runId: id, status, lease: { fence } }, error);
}

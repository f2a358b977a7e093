// `sluice runs`: lists the latest runs, newest first.
import { recentRuns } from "../../sync/record/run-summary.ts";
import { printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withDatabase } from "../resources.ts";
import { runTable } from "../output/run-report.ts";

export async function runs(
  context: CommandContext,
  { limit }: { readonly limit: number },
): Promise<ExitCode> {
  return withDatabase(context, async (database) => {
    const summaries = await recentRuns(database.kysely, limit);
    printResult(context, runTable(summaries), summaries);
    return exitCodes.done;
  });
}

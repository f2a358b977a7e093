// `sluice plan`: plans a sync, and prints what it would write.
import { plannedChanges } from "../../sync/report/planned-changes.ts";
import { runSync } from "../../sync/run.ts";
import { createProgressDisplay, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withRunContext } from "../resources.ts";
import { planReport } from "../output/plan-report.ts";
import { runReport } from "../output/run-report.ts";

export async function plan(
  context: CommandContext,
  { limit }: { readonly limit: number },
): Promise<ExitCode> {
  const progress = createProgressDisplay(context);
  return withRunContext(context, progress, async (run) => {
    const summary = await runSync(run, "plan");
    progress.end();
    const changes = await plannedChanges(run.database, summary.id, limit);
    const report = planReport(summary, changes, run.timeZone);
    printResult(context, [...report, "", ...runReport(summary)], {
      run: summary,
      changes,
    });
    return exitCodes.done;
  });
}

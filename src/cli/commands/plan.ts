// `sluice plan`: plans a sync, and prints what it would write.
import { runLanguages } from "../../sync/report/run-languages.ts";
import { plannedChanges } from "../../sync/report/planned-changes.ts";
import { runSync } from "../../sync/run.ts";
import { createProgressDisplay, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withRunContext } from "../resources.ts";
import { languageLines, planReport } from "../output/plan-report.ts";
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
    const languages = await runLanguages(run.database.kysely, summary.id);
    const report = planReport(summary, changes, run.timeZone);
    const lines = [...report, ...languageLines(languages), "", ...runReport(summary)];
    printResult(context, lines, { run: summary, labels: languages, changes });
    return exitCodes.done;
  });
}

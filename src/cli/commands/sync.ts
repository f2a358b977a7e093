// `sluice sync`: executes a whole run.
import { runLanguages } from "../../sync/report/run-languages.ts";
import { runSync } from "../../sync/run.ts";
import { createProgressDisplay, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withRunContext } from "../resources.ts";
import { assertNotPaused } from "../remote-cancel.ts";
import { languageLines } from "../output/plan-report.ts";
import { runReport } from "../output/run-report.ts";

export async function sync(context: CommandContext): Promise<ExitCode> {
  const progress = createProgressDisplay(context);
  return withRunContext(context, progress, async (run) => {
    await assertNotPaused(run.database);
    const summary = await runSync(run, "sync");
    progress.end();
    const languages = await runLanguages(run.database.kysely, summary.id);
    printResult(context, [...languageLines(languages), ...runReport(summary)], summary);
    if (summary.approvalReason !== null) return exitCodes.attention;
    return summary.failed > 0 ? exitCodes.failedAccounts : exitCodes.done;
  });
}

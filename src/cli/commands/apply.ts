// `sluice apply RUN`: applies a plan exactly as it is stored.
import { applyRun } from "../../sync/run.ts";
import { createProgressDisplay, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withRunContext } from "../resources.ts";
import { assertNotPaused } from "../remote-cancel.ts";
import { runReport } from "../output/run-report.ts";

export async function apply(
  context: CommandContext,
  { run: runId }: { readonly run: number },
): Promise<ExitCode> {
  const progress = createProgressDisplay(context);
  return withRunContext(context, progress, async (run) => {
    await assertNotPaused(run.database);
    const summary = await applyRun(run, runId);
    progress.end();
    printResult(context, runReport(summary), summary);
    return summary.failed > 0 ? exitCodes.failedAccounts : exitCodes.done;
  });
}

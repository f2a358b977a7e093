// `sluice apply RUN`: applies a plan that somebody has looked at, exactly as it is stored.
import { applyRun } from "../../sync/run.ts";
import { progressOf, tell, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withSource } from "../resources.ts";
import { refuseWhilePaused } from "../remote-cancel.ts";
import { runReport } from "../output/run-report.ts";

export async function apply(
  context: CommandContext,
  { run: runId }: { readonly run: number },
): Promise<ExitCode> {
  const progress = progressOf(context);
  return withSource(context, progress, async (run) => {
    await refuseWhilePaused(run.database);
    const summary = await applyRun(run, runId);
    progress.end();
    tell(context, runReport(summary), summary);
    return summary.failed > 0 ? exitCodes.failedAccounts : exitCodes.done;
  });
}

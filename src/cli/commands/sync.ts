// `sluice sync`: a whole run, from the source to the store.
import { runSync } from "../../sync/run.ts";
import { progressOf, tell, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withSource } from "../resources.ts";
import { refuseWhilePaused } from "../remote-cancel.ts";
import { runReport } from "../output/run-report.ts";

export async function sync(context: CommandContext): Promise<ExitCode> {
  const progress = progressOf(context);
  return withSource(context, progress, async (run) => {
    await refuseWhilePaused(run.database);
    const summary = await runSync(run, "sync");
    progress.end();
    tell(context, runReport(summary), summary);
    if (summary.approvalReason !== null) return exitCodes.attention;
    return summary.failed > 0 ? exitCodes.failedAccounts : exitCodes.done;
  });
}

// `sluice issues`: lists a run's issues by kind, with the accounts and what an admin can do.
import { issueKinds } from "../../sync/rules/issue-kinds.ts";
import { loadRunIssues, recentRuns, summaryOf } from "../../sync/record/run-summary.ts";
import { blockingDomains } from "../../sync/report/blocking-domains.ts";
import { severityOf } from "../../sync/rules/severity.ts";
import { RunError } from "../../sync/record/run-errors.ts";
import { outputColumns, printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { issueReport } from "../output/issue-report.ts";
import { withDatabase } from "../resources.ts";

export async function issues(
  context: CommandContext,
  { run, limit }: { readonly run?: number; readonly limit: number },
): Promise<ExitCode> {
  return withDatabase(context, async (database) => {
    const runId = run ?? (await recentRuns(database.kysely, 1))[0]?.id;
    if (runId === undefined) throw new RunError('There are no runs yet. "sluice sync" starts one.');
    const found = await loadRunIssues(database.kysely, runId);
    const { organizationId, status } = await summaryOf(database.kysely, runId);
    const blocking = await blockingDomains(database, { organizationId, run: { id: runId, status } });
    const document = found.map((issue) => {
      const { kind } = issue;
      return Object.assign({ title: issueKinds[kind].title, severity: severityOf(kind) }, issue);
    });
    printResult(context, issueReport(found, { limit, columns: outputColumns(context), blocking }), document);
    return exitCodes.done;
  });
}

// `sluice accounts unlink`: removes the links of accounts that stopped syncing, so that other
// records may be linked to them. Without --yes it only tells what it would do.
import { unlinkAccounts, type Unlinked } from "../../accounts/store.ts";
import { requireUnlinkable } from "../../accounts/unlinkable.ts";
import { loadConnection } from "../../connections/connection.ts";
import type { Database } from "../../db/pool.ts";
import { systemClock } from "../../lib/clock.ts";
import { NIL_UUID } from "../../lib/nil-uuid.ts";
import { unlinkEffect } from "../../sync/plan/unlink-effect.ts";
import { recentRuns } from "../../sync/record/run-summary.ts";
import { printResult, type CommandContext } from "../context.ts";
import { UsageError } from "../error-message.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withDatabase } from "../resources.ts";
import { unlinkReport } from "../output/unlink-report.ts";

export type UnlinkOptions = {
  readonly account: number | undefined;
  readonly allLeftView?: true;
  readonly yes?: true;
};

export async function accountsUnlink(
  context: CommandContext,
  { account, allLeftView, yes }: UnlinkOptions,
): Promise<ExitCode> {
  if ((account === undefined) === (allLeftView === undefined))
    throw new UsageError(
      "Name one account by its number, as in “sluice accounts unlink 12”, or all by --all-left-view.",
    );
  return withDatabase(context, async (database) => {
    const organizationId = await connectedOrganization(database);
    const which = account === undefined ? { leftViewOf: organizationId } : { accountId: account };
    const name = account === undefined ? undefined : (await requireUnlinkable(database.kysely, account)).name;
    const effect = await unlinkEffect(database, organizationId, which);
    const isDone = yes === true && (await unlink(database, which)) > 0;
    printResult(context, unlinkReport(effect, { name, isDone }), { ...effect, done: isDone });
    return exitCodes.done;
  });
}

function unlink(database: Database, which: Unlinked): Promise<number> {
  return unlinkAccounts(database, which, { kind: "command-line" }, systemClock.now());
}

/** Of the app's connection, or of the last run on the command line. */
async function connectedOrganization({ kysely }: Database): Promise<string> {
  const { environment } = await loadConnection(kysely);
  const [last] = await recentRuns(kysely, 1);
  return environment?.organizationId ?? last?.organizationId ?? NIL_UUID;
}

// Counts what the next run would do if a domain were a common one: the matcher decides the drafts
// of a stored plan, and the stored ones of blocked records, again without the domain.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import { matchOptions } from "./match.ts";
import { gatherPending, matchConflicting, type MatchScope } from "./match-store.ts";
import { addUndecidedRecords, isUndecided, NO_RUN } from "./undecided-records.ts";

export type CommonDomainEffect = {
  /** Records that are skipped now and would be synced. */
  readonly synced: number;
  readonly stillSkipped: number;
};

/** The drafts to decide again: those of a stored plan, or only those of blocked records. */
export type DecidedDrafts = Pick<MatchScope, "organizationId" | "origin"> & {
  readonly planId: number | undefined;
  readonly settings: SyncSettings;
};

export async function commonDomainEffect(
  database: Database,
  { organizationId, origin, planId = NO_RUN, settings }: DecidedDrafts,
  domain: string,
): Promise<CommonDomainEffect> {
  const scope: MatchScope = { runId: planId, organizationId, origin, attempt: 1, trustsLinks: true };
  return inTransaction(database, async (open) => {
    await gatherPending(open, scope);
    await addUndecidedRecords(open, scope);
    const before = await countSkipped(open, scope);
    await sql`
      update pending_drafts set domains = array_remove(domains, ${domain})
      where ${domain} = any(domains)`.execute(open.kysely);
    const unmatched = await sql`
      delete from pending_drafts where skip_reason is not null`.execute(open.kysely);
    const { matches } = await matchConflicting(open, scope, matchOptions(settings));
    const refused = matches.filter(({ kind }) => kind === "skip").length;
    const stillSkipped = Number(unmatched.numAffectedRows ?? 0) + refused;
    return { synced: before - stillSkipped, stillSkipped };
  });
}

async function countSkipped(open: OpenTransaction, scope: MatchScope): Promise<number> {
  const { rows } = await sql<{ skipped: number }>`
    select (
      (select count(*) from run_decisions where run_id = ${scope.runId} and action = 'skip')
      + (select count(*) from blocked_records b where b.kind <> 'domain-taken' and ${isUndecided(scope)})
    )::int as skipped`.execute(open.kysely);
  return rows[0]!.skipped;
}

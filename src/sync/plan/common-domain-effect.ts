// Counts what the next run would do if a domain were a common one: the matcher decides the drafts
// of a stored plan, and the stored ones of blocked records, again without the domain.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import { matchOptions } from "./match.ts";
import { gatherPending, matchConflicting, type MatchScope } from "./match-store.ts";

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

/** No run has this id, so it has no drafts. */
const NO_RUN = 0;

export async function commonDomainEffect(
  database: Database,
  { organizationId, origin, planId = NO_RUN, settings }: DecidedDrafts,
  domain: string,
): Promise<CommonDomainEffect> {
  const scope: MatchScope = { runId: planId, organizationId, origin, attempt: 1, trustsLinks: true };
  return inTransaction(database, async (open) => {
    await gatherPending(open, scope);
    await addBlockedRecords(open, scope);
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

/** SQL over `blocked_records b`: the records that the plan has not decided. */
function isUndecided({ runId, organizationId }: MatchScope) {
  return sql`b.organization_id = ${organizationId}
    and not exists (select from run_drafts d where d.run_id = ${runId} and d.record_id = b.record_id)
    and not exists (select from run_decisions x where x.run_id = ${runId} and x.record_id = b.record_id)
    and not exists (select from run_lookups k where k.run_id = ${runId} and k.record_id = b.record_id)`;
}

/** Adds the blocked records that the plan leaves as they are: the next run decides them as well. */
async function addBlockedRecords(open: OpenTransaction, scope: MatchScope): Promise<void> {
  await sql`
    insert into pending_drafts (record_id, created_on, name, name_key, domains, account_id, stop_reason, skip_reason)
    select b.record_id, b.created_on, b.name, b.name_key, b.domains, l.account_id, l.stop_reason,
      case
        when b.name_key = '' then 'name-empty'
        when e.record_id is not null then 'excluded'
      end
    from blocked_records b
    left join account_links l on l.organization_id = b.organization_id and l.record_id = b.record_id
    left join excluded_records e on e.organization_id = b.organization_id and e.record_id = b.record_id
    where ${isUndecided(scope)}`.execute(open.kysely);
}

async function countSkipped(open: OpenTransaction, scope: MatchScope): Promise<number> {
  const { rows } = await sql<{ skipped: number }>`
    select (
      (select count(*) from run_decisions where run_id = ${scope.runId} and action = 'skip')
      + (select count(*) from blocked_records b where b.kind <> 'domain-taken' and ${isUndecided(scope)})
    )::int as skipped`.execute(open.kysely);
  return rows[0]!.skipped;
}

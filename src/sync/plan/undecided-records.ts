// The blocked records that a stored plan leaves as they are: the next run decides them again, so
// whoever counts what it would do adds them to the drafts.
import { sql, type RawBuilder } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";
import type { MatchScope } from "./match-store.ts";

/** No run has this id, so it has no drafts, and every blocked record is undecided. */
export const NO_RUN = 0;

/** SQL over `blocked_records b`: the records that the plan has not decided. */
export function isUndecided({ runId, organizationId }: MatchScope): RawBuilder<unknown> {
  return sql`b.organization_id = ${organizationId}
    and not exists (select from run_drafts d where d.run_id = ${runId} and d.record_id = b.record_id)
    and not exists (select from run_decisions x where x.run_id = ${runId} and x.record_id = b.record_id)
    and not exists (select from run_lookups k where k.run_id = ${runId} and k.record_id = b.record_id)`;
}

/** Adds the stored drafts of undecided records to `pending_drafts`. */
export async function addUndecidedRecords(open: OpenTransaction, scope: MatchScope): Promise<void> {
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

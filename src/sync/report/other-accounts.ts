// What became of the accounts that issues conflict with: whether the record of one left the view,
// so that it may be unlinked.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";

/** Null: it is linked to a record that is synced, or was last. */
export type OtherAccountState = "left-view" | "merged" | "unlinked" | null;

/**
 * Loads the states of accounts as they are now, or as they will be once a plan is applied.
 * @param planId the run of the plan
 */
export async function otherAccountStates(
  { kysely }: Database,
  accountIds: readonly number[],
  planId: number | undefined,
): Promise<ReadonlyMap<number, OtherAccountState>> {
  if (accountIds.length === 0) return new Map();
  const { rows } = await sql<{ id: number; state: OtherAccountState }>`
    select a.id, case
      when reason in ('left-view', 'merged') then reason
      when c.action is null and l.account_id is null and coalesce(a.external_origin, 'dynamics') = 'dynamics'
        then 'unlinked'
    end as state
    from accounts a
    left join account_links l on l.account_id = a.id
    left join lateral (
      select action, rule from account_changes
      where run_id = ${planId ?? null} and account_id = a.id and outcome is null
      order by seq desc
      limit 1
    ) c on true
    cross join lateral (
      select case
        when c.action is null then l.stop_reason
        when c.action in ('stop', 'merge') then c.rule
      end as reason
    ) stopped
    where a.id = any(${[...accountIds]}::bigint[])`.execute(kysely);
  return new Map(rows.map(({ id, state }) => [id, state]));
}

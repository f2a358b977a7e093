// Temporary tables: what one statement of a transaction gathers for the statements after it. They are gone when it ends.
import { sql, type RawBuilder } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";

/** Their names and columns, who fills each and who reads it. */
export type TemporaryTable =
  /** Of read, by `stage-blocked.ts`: record_id, key. The names ("n…") and domains ("d…") that blocked records wait for. */
  | "blocked_keys"
  /** Of read, by `stage-blocked.ts`: account_id. Accounts of records that are staged, or that stop syncing. */
  | "affected_accounts"
  /** Of read, by `stage-blocked.ts`: key. The names and domains that this run may move. */
  | "moved_keys"
  /**
   * Of plan, by `match-store.ts`: record_id, created_on, name, name_key, domains, and of the link account_id and stop_reason;
   * `refused` says why a draft is not matched at all. The drafts to decide; read by matching, planning and what-if.
   */
  | "pending_drafts"
  /** Of plan, by `match-store.ts`: record_id, account_id, domain. The domains of pending drafts, a row each. */
  | "wanted_domains"
  /** Of plan, by `match-store.ts`: as pending_drafts. Those that share a name or domain with anybody; read by matching and what-if. */
  | "conflicting_drafts"
  /** Of plan, by `plan-changes.ts`: as account_changes. Links, updates and resumes; the updates without a difference, too. */
  | "planned_updates"
  /** Of plan, by `plan-changes.ts`: record_id, domains, seq, account_id. The accounts to create, in their order. */
  | "numbered_creates"
  /** Of apply, by `finish.ts`: as sync_issues, without nulls. The open issues that this run would have found again. */
  | "open_issues"
  /** Of apply, by `save-blocked.ts`: as run_drafts, with kind. The records that are blocked after this run. */
  | "newly_blocked";

/** Makes the table anew from the rows of a query. The planner knows nothing of a table made a moment ago, so it is analyzed. */
export async function createTemporaryTable(
  { kysely: trx }: OpenTransaction,
  name: TemporaryTable,
  rows: RawBuilder<unknown>,
): Promise<void> {
  const table = sql.table(name);
  await sql`drop table if exists ${table}`.execute(trx);
  await sql`create temporary table ${table} on commit drop as ${rows}`.execute(trx);
  await sql`analyze ${table}`.execute(trx);
}

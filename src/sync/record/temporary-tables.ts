// Temporary tables pass rows between the statements of a transaction, and end with it.
import { sql, type RawBuilder } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";

/** Each with the file that fills it, its columns and its rows. */
export type TemporaryTable =
  /**
   * `read/stage-blocked.ts`: record_id, key.
   * The names ("n…") and domains ("d…") of blocked records.
   */
  | "blocked_keys"
  /**
   * `read/stage-blocked.ts`: account_id.
   * Accounts whose records are staged or stop syncing.
   */
  | "affected_accounts"
  /**
   * `read/stage-blocked.ts`: key.
   * The names and domains that this run may assign or release.
   */
  | "moved_keys"
  /**
   * `plan/match-store.ts`: record_id, created_on, name, name_key, domains, account_id and stop_reason
   * of the link, merged_record_id if the account is that of a record which was merged into it, and
   * skip_reason for a draft that is not matched.
   * The drafts to decide; also read by `plan-changes.ts` and `what-if.ts`. `undecided-records.ts` adds
   * to them.
   */
  | "pending_drafts"
  /**
   * `plan/match-store.ts`: record_id, account_id, domain.
   * The domains of pending drafts, one a row.
   */
  | "wanted_domains"
  /**
   * `plan/match-store.ts`: the columns of pending_drafts.
   * Drafts that share a name or domain with others; also read by `what-if.ts`.
   */
  | "conflicting_drafts"
  /**
   * `plan/plan-changes.ts`: the columns of account_changes.
   * Links, updates and resumes, updates without a difference included.
   */
  | "planned_updates"
  /**
   * `plan/plan-changes.ts`: record_id, domains, seq, account_id.
   * The accounts to create, in their order.
   */
  | "numbered_creates"
  /**
   * `apply/finish.ts`: the columns of sync_issues, without nulls.
   * The open issues that this run would have found again.
   */
  | "open_issues"
  /**
   * `apply/save-blocked.ts`: the columns of run_drafts, and kind.
   * The records of this run that are blocked after it.
   */
  | "newly_blocked";

/** Creates or replaces a table from a query, and analyzes it for the query planner. */
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

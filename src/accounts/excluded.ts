// Dynamics 365 records that an admin excluded from the sync when deleting the account here.
import type { Kysely } from "kysely";
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { bumpRevision } from "./store.ts";

export type ExcludedRecord = { readonly recordId: string; readonly name: string | null };

export async function excludedRecords(db: Kysely<Tables>): Promise<readonly ExcludedRecord[]> {
  return db
    .selectFrom("excluded_records")
    .select(["record_id as recordId", "name"])
    .orderBy("name")
    .orderBy("record_id")
    .execute();
}

/**
 * Includes the record from the next run on. This counts as an edit of the store; otherwise a run on
 * an unchanged source would skip the record.
 * @returns whether it was excluded
 */
export async function includeRecord(database: Database, recordId: string): Promise<boolean> {
  return inTransaction(database, async ({ kysely: trx }) => {
    await bumpRevision(trx);
    const deleted = await trx
      .deleteFrom("excluded_records")
      .where("record_id", "=", recordId)
      .executeTakeFirst();
    return deleted.numDeletedRows > 0n;
  });
}

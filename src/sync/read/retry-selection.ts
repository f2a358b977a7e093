// The records of the issues to retry.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";

/** The ids of the records to retry, in their order. */
export async function retriedIds(database: Database, runId: number): Promise<string[]> {
  const { rows } = await sql<{ record_id: string }>`
    select record_id from retried_records where run_id = ${runId} order by record_id`.execute(
    database.kysely,
  );
  return rows.map((row) => row.record_id);
}

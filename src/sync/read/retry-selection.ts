// The records of the issues that a retry is about.
import { sql } from "kysely";
import type { Database } from "../../db/pool.ts";

/** Ids of the records that a retry is about, in their order. */
export async function retriedIds(database: Database, runId: number): Promise<string[]> {
  const { rows } = await sql<{ record_id: string }>`
    select record_id from retried_records where run_id = ${runId} order by record_id`.execute(
    database.kysely,
  );
  return rows.map((row) => row.record_id);
}

// The records of some issues, looked at again: read by their ids, as far as they are still part of the selection.
import { sql } from "kysely";
import type { DataverseClient } from "../../dataverse/client.ts";
import type { AccountSelection, RawRow } from "../../dataverse/model.ts";
import type { Database } from "../../db/pool.ts";

/** Ids of the records that a retry is about, in their order. */
export async function retriedIds(database: Database, runId: number): Promise<string[]> {
  const { rows } = await sql<{ record_id: string }>`
    select record_id from retried_records where run_id = ${runId} order by record_id`.execute(
    database.kysely,
  );
  return rows.map((row) => row.record_id);
}

/** Only the view itself says what is in it, so it is swept: two columns, 5,000 accounts a request. */
async function inView(
  client: DataverseClient,
  selection: AccountSelection,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const wanted = new Set(ids);
  const found = new Set<string>();
  for await (const page of client.sweepAccounts(selection, signal)) {
    for (const { id } of page) if (wanted.has(id)) found.add(id);
    if (found.size === wanted.size) break;
  }
  return [...found];
}

type Asked = {
  readonly ids: readonly string[];
  readonly columns: readonly string[];
  readonly signal: AbortSignal;
};

export async function* readSome(
  client: DataverseClient,
  selection: AccountSelection,
  asked: Asked,
): AsyncGenerator<RawRow[]> {
  const { ids, signal } = asked;
  const wanted = selection.kind === "view" ? await inView(client, selection, ids, signal) : ids;
  yield* fetchSelected(client, selection, { ...asked, ids: wanted });
}

/** Records that a sweep found, by their ids; one that was deactivated since is not among all active ones any more. */
export async function* fetchSelected(
  client: DataverseClient,
  selection: AccountSelection,
  { ids, columns, signal }: Asked,
): AsyncGenerator<RawRow[]> {
  for await (const page of client.fetchByIds(ids, columns, signal))
    yield selection.kind === "all" ? page.filter((row) => row["statecode"] === 0) : page;
}

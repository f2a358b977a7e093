// Exports all accounts of a list as rows for a spreadsheet: from one snapshot of the store, in
// batches, so that memory does not depend on the number of accounts.
import type { Database } from "../../db/pool.ts";
import type { AccountQuery } from "./filters.ts";
import { customFields, type CustomField } from "../custom-fields.ts";
import { allRowsQuery, type Row } from "./list.ts";
import { parseOrder } from "./order.ts";
import { exportedDate } from "../../settings/dates.ts";
import { wallClock, type WallClock } from "../../settings/time-zone.ts";

export type Cell = string | number | boolean | null;

const BATCH_SIZE = 1_000;

/**
 * Yields batches of rows, the header first. The transaction starts with the first batch after the
 * header, and also ends when the reader stops early.
 * @throws AccountError if the sort or a filter is invalid
 */
export async function exportList(
  database: Database,
  query: AccountQuery & { readonly sort: string },
): Promise<AsyncGenerator<readonly (readonly Cell[])[]>> {
  const { kysely } = database;
  const fields = await customFields(kysely);
  const teammates = await kysely.selectFrom("teammates").select(["id", "email"]).execute();
  const emails = new Map(teammates.map(({ id, email }) => [id, email]));
  const order = parseOrder(query.sort, fields, query.timeZone);
  const statement = allRowsQuery(order, query, fields).compile(kysely);
  const clock = wallClock(query.timeZone);
  async function* rowBatches(): AsyncGenerator<readonly (readonly Cell[])[]> {
    yield [[...STANDARD_COLUMNS, ...fields.map(({ name }) => name)]];
    for await (const rows of fetchBatches(database, statement))
      yield rows.map((row) => cellsOf(row, fields, { emails, clock }));
  }
  return rowBatches();
}

async function* fetchBatches(
  { pool }: Database,
  statement: { readonly sql: string; readonly parameters: readonly unknown[] },
): AsyncGenerator<readonly Row[]> {
  const client = await pool.connect();
  let rollbackError: Error | undefined;
  try {
    await client.query("begin transaction isolation level repeatable read read only");
    await client.query(`declare listed no scroll cursor for ${statement.sql}`, [...statement.parameters]);
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${BATCH_SIZE} from listed`);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    // Nothing was written, so a failed rollback means that the connection is broken.
    await client.query("rollback").catch((cause: Error) => (rollbackError = cause));
    client.release(rollbackError);
  }
}

const STANDARD_COLUMNS = ["Name", "Domains", "Description", "External ID", "Sync", "Created", "Updated"];

function cellsOf(
  row: Row,
  fields: readonly CustomField[],
  { emails, clock }: { readonly emails: ReadonlyMap<number, string>; readonly clock: WallClock },
): readonly Cell[] {
  const displayValue = ({ type, dateFormat }: CustomField, value: Cell): Cell => {
    if (type === "teammate") return emails.get(Number(value)) ?? null;
    if (type === "datetime" && typeof value === "string") return exportedDate(value, dateFormat, clock);
    return value;
  };
  return [
    row.name,
    row.domains.join(" "),
    row.description,
    row.external_id,
    row.sync,
    row.created_at.toISOString(),
    row.updated_at.toISOString(),
    ...fields.map((field) => displayValue(field, row.fields[field.id] ?? null)),
  ];
}

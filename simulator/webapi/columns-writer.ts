// Writes the columns of a row for this caller: those selected, the currency of money, the key.
// Hidden ones are null.
import type { Row } from "../fetchxml/query-store.ts";
import { columnByProperty } from "../odata/properties.ts";
import { isHidden } from "../org/access.ts";
import { wireName, type Column } from "../org/columns.ts";
import type { Table } from "../org/table.ts";
import type { Call } from "./call.ts";
import { columnWriter, writeRow, type ColumnWriter } from "./row-writer.ts";

/**
 * Returns the columns to write: those selected (all without $select), the currency of a money
 * column, the key last.
 */
export function selectedColumns(table: Table, select: readonly string[] | undefined): Column[] {
  if (!select || select.length === 0) return [...table.columns()].filter((one) => one.odata && one.readable);
  const chosen = new Set(select.map((name) => columnByProperty(table, name)));
  const currency = table.column("transactioncurrencyid");
  if (currency && [...chosen].some((one) => one.type === "Money")) chosen.add(currency);
  const key = table.column(table.primaryId);
  if (key) {
    chosen.delete(key);
    chosen.add(key);
  }
  return [...chosen];
}

export function writerFor(call: Call, table: Table, column: Column): ColumnWriter {
  if (isHidden(column, table, call.access)) return () => `,${JSON.stringify(wireName(column))}:null`;
  return columnWriter(column, {
    org: call.org,
    wanted: call.wantsAnnotation,
    utcOffsetMinutes: call.access.caller.utcOffsetMinutes,
    languageCode: call.access.caller.languageCode,
    moneyScale: 10,
    omitNulls: false,
  });
}

/** A row as a JSON object. */
export function columnsWriter(
  call: Call,
  table: Table,
  columns: readonly Column[],
  more: readonly ColumnWriter[] = [],
): (row: Row) => string {
  const writers = [...columns.map((column) => writerFor(call, table, column)), ...more];
  return (row) => writeRow(row, writers);
}

// Orders rows by $orderby, then by the key. Sorted arrays are cached until the table changes, since
// page after page reads them.
import { foldText } from "../fetchxml/collation.ts";
import type { Row, Value } from "../fetchxml/query-store.ts";
import type { Column } from "../org/columns.ts";
import { compareGuids } from "../org/guids.ts";
import { isLookup } from "../org/columns.ts";
import type { Table } from "../org/table.ts";

export interface OrderColumn {
  readonly column: Column;
  readonly descending: boolean;
}

/** One row's values in the order columns, with text folded; null for no value. */
export type SortTuple = readonly (Exclude<Value, null> | null)[];

interface SortedRows {
  readonly version: number;
  readonly rows: readonly Row[];
}

const sortedRowsByTable = new WeakMap<Table, Map<string, SortedRows>>();
// Each cached order of half a million rows takes 4 MB; tests use a handful.
const MAX_CACHED_ORDERS = 8;

/** @param orders with the key last */
export function orderedRows(table: Table, orders: readonly OrderColumn[]): readonly Row[] {
  if (isKeyOrder(table, orders)) return table.rows();
  const name = orders.map((one) => `${one.column.logicalName}${one.descending ? "-" : "+"}`).join();
  let sorts = sortedRowsByTable.get(table);
  if (!sorts) sortedRowsByTable.set(table, (sorts = new Map<string, SortedRows>()));
  const before = sorts.get(name);
  if (before?.version === table.version) return before.rows;
  const decorated = table.rows().map((row) => ({ row, tuple: tupleOf(row, orders) }));
  decorated.sort((a, b) => compareTuples(a.tuple, b.tuple, orders));
  const rows = decorated.map((one) => one.row);
  sorts.delete(name);
  sorts.set(name, { version: table.version, rows });
  for (const oldest of sorts.keys()) if (sorts.size > MAX_CACHED_ORDERS) sorts.delete(oldest);
  return rows;
}

function isKeyOrder(table: Table, orders: readonly OrderColumn[]): boolean {
  const [first] = orders;
  return first?.column.logicalName === table.primaryId && !first.descending;
}

function tupleOf(row: Row, orders: readonly OrderColumn[]): SortTuple {
  return orders.map(({ column }) => sortValue(column, row[column.logicalName]));
}

export function sortValue(column: Column, value: Value | undefined): Exclude<Value, null> | null {
  if (value == null) return null;
  return column.type === "String" || column.type === "Memo" ? foldText(String(value)) : value;
}

/** Nulls come first when ascending, as in SQL Server. */
function compareTuples(a: SortTuple, b: SortTuple, orders: readonly OrderColumn[]): number {
  for (const [at, { column, descending }] of orders.entries()) {
    const order = compareValues(column, a[at] ?? null, b[at] ?? null);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function compareValues(column: Column, a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (column.type === "Uniqueidentifier" || isLookup(column.type)) return compareGuids(String(a), String(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the index of the first row after the tuple. */
export function indexAfterTuple(
  rows: readonly Row[],
  tuple: SortTuple,
  orders: readonly OrderColumn[],
): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row && compareTuples(tupleOf(row, orders), tuple, orders) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

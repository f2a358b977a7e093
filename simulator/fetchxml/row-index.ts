// Caches rows between requests: as arrays, by the value of a column, in an order. A change of the
// table's version clears its cache; a table without a version is not cached.

import { foldText } from "./collation.ts";
import type { ReadableColumn } from "./column-values.ts";
import { kindOf } from "./literals.ts";
import type { QueryColumn, QueryTable, Row, Value } from "./query-store.ts";

/**
 * Sorting 500,000 rows takes about a second and 4 MB; a sync uses one order, an admin who tries
 * views a few.
 */
const MAX_CACHED = 12;

/** Caches one kind of result by table and key, as long as the table's version stays the same. */
function versionedCache<T>(): (table: QueryTable, key: string, make: () => T) => T {
  const byTable = new WeakMap<QueryTable, { version: number | string; results: Map<string, T> }>();
  return (table, key, make) => {
    const { version } = table;
    if (version === undefined) return make();
    let cached = byTable.get(table);
    if (cached?.version !== version) {
      cached = { version, results: new Map() };
      byTable.set(table, cached);
    }
    const found = cached.results.get(key);
    if (found !== undefined) return found;
    const result = make();
    const [oldest] = cached.results.keys();
    if (cached.results.size >= MAX_CACHED && oldest !== undefined) cached.results.delete(oldest);
    cached.results.set(key, result);
    return result;
  };
}

const cachedRows = versionedCache<readonly Row[]>();
const cachedIndex = versionedCache<RowIndex>();

/** Rows in key order. */
export function rowArray(table: QueryTable): readonly Row[] {
  const rows = table.rows();
  return isArray(rows) ? rows : cachedRows(table, "rows", () => [...rows]);
}

function isArray(rows: Iterable<Row>): rows is readonly Row[] {
  return Array.isArray(rows);
}

/** Returns rows in the order that `sort` produces, cached under `name`. */
export function orderedRows(
  table: QueryTable,
  name: string,
  sort: (rows: readonly Row[]) => readonly Row[],
): readonly Row[] {
  return cachedRows(table, `order ${name}`, () => sort(rowArray(table)));
}

export type RowIndex = ReadonlyMap<Value, readonly Row[]>;

/**
 * Returns rows by the join key of one column. A companion's names are in other tables, whose
 * changes this table's version does not show, so its index is not cached.
 */
export function rowsByColumn(table: QueryTable, column: ReadableColumn): RowIndex {
  if (column.companionOf !== undefined) return buildIndex(table, column);
  return cachedIndex(table, column.logicalName, () => buildIndex(table, column));
}

function buildIndex(table: QueryTable, column: ReadableColumn): RowIndex {
  const key = joinKeyOf(column);
  const index = new Map<Value, Row[]>();
  for (const row of rowArray(table)) {
    const value = key(column.read(row));
    if (value === null) continue;
    const found = index.get(value);
    if (found === undefined) index.set(value, [row]);
    else found.push(row);
  }
  return index;
}

/**
 * Returns the key that columns are joined on: text without case and accents, dates as instants,
 * all else as stored.
 */
export function joinKeyOf(column: QueryColumn): (value: Value | undefined) => Value {
  const kind = kindOf(column.type);
  if (kind === "text") return (value) => (typeof value === "string" ? foldText(value) : null);
  if (kind === "date") return (value) => (typeof value === "string" ? Date.parse(value) : null);
  return (value) => value ?? null;
}

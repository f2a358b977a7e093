// Resolves the names of a query to tables and columns, or throws Dataverse's error. Names are
// case-sensitive.

import { readableColumn, type ReadableColumn } from "./column-values.ts";
import { securedColumn, unknownColumn, unknownTable } from "./fetch-error.ts";
import type { Caller, QueryStore, QueryTable } from "./query-store.ts";

export function findTable(name: string, store: QueryStore): QueryTable {
  const table = store.table(name);
  if (table === undefined) throw unknownTable(name);
  return table;
}

export function findColumn(table: QueryTable, name: string, store: QueryStore): ReadableColumn {
  const column = table.column(name);
  if (column === undefined || !column.readable) throw unknownColumn(table.logicalName, name);
  return readableColumn(column, store);
}

/**
 * Finds a column that rows are filtered or ordered by. One that the caller may not read is
 * refused, because the result would reveal its values.
 */
export function findCriteriaColumn(
  table: QueryTable,
  name: string,
  { store, caller }: { readonly store: QueryStore; readonly caller: Caller },
): ReadableColumn {
  const column = findColumn(table, name, store);
  if (column.hidden === true) throw securedColumn(table.logicalName, name, caller.userId);
  return column;
}

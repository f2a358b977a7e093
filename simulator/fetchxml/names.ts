// Names of the query in the organisation: a table, a column, or Dataverse's refusal. Names are case-sensitive.

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

/** A column that rows are chosen or ordered by: one that the caller may not read would give its values away. */
export function findCriteriaColumn(
  table: QueryTable,
  name: string,
  { store, caller }: { readonly store: QueryStore; readonly caller: Caller },
): ReadableColumn {
  const column = findColumn(table, name, store);
  if (column.hidden === true) throw securedColumn(table.logicalName, name, caller.userId);
  return column;
}

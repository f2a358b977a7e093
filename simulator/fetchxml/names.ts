// Names of the query in the organisation: a table, a column, or Dataverse's refusal. Names are case-sensitive.

import { unknownColumn, unknownTable } from "./fetch-error.ts";
import type { QueryColumn, QueryStore, QueryTable } from "./query-store.ts";

export function findTable(name: string, store: QueryStore): QueryTable {
  const table = store.table(name);
  if (table === undefined) throw unknownTable(name);
  return table;
}

export function findColumn(table: QueryTable, name: string): QueryColumn {
  const column = table.column(name);
  if (column === undefined || !column.readable) throw unknownColumn(table.logicalName, name);
  return column;
}

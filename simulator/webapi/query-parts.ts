// Resolves what $filter and $orderby name, for a set of rows and for those that an $expand adds.
import type { Row } from "../fetchxml/query-store.ts";
import { compileFilter } from "../odata/filter-compile.ts";
import { parseFilter } from "../odata/filter-parser.ts";
import { columnByProperty, type FilterScope } from "../odata/properties.ts";
import type { QueryOptions } from "../odata/query-options.ts";
import type { Table } from "../org/table.ts";
import { queryStore, requireFilterable, requireRight, type Call } from "./call.ts";
import { lookupForNavigation } from "./navigation.ts";
import { unknownProperty } from "./odata-error.ts";
import type { OrderColumn } from "./ordering.ts";

export type RowTest = (row: Row) => boolean;

export function filterTest(call: Call, table: Table, filter: string | undefined): RowTest | undefined {
  if (filter === undefined) return undefined;
  const scope: FilterScope = {
    table,
    environment: { store: queryStore(call), caller: call.access.caller, now: call.now },
    resolveNavigation: (navigation, property) => {
      const { lookup, targets } = lookupForNavigation(table, navigation, [property]);
      const target = call.org.table(targets[0] ?? "");
      if (!target) throw unknownProperty(navigation, table.logicalName);
      requireRight(call, "Read", target);
      return { lookup, target };
    },
    requireFilterable: (column, owner) => requireFilterable(call, column, owner),
  };
  return compileFilter(parseFilter(filter), scope);
}

export function orderColumns(
  call: Call,
  table: Table,
  options: Pick<QueryOptions, "orderBy">,
): OrderColumn[] {
  const orders = options.orderBy.map(({ name, descending }) => {
    const column = columnByProperty(table, name);
    requireFilterable(call, column, table);
    return { column, descending };
  });
  const key = table.column(table.primaryId);
  const named = orders.findIndex(({ column }) => column === key);
  // Keys are unique, so orders after the key have no effect.
  if (named >= 0) return orders.slice(0, named + 1);
  return key ? [...orders, { column: key, descending: false }] : orders;
}

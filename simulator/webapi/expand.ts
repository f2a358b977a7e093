// Expands lookups and associations in rows:
// `primarycontactid($select=fullname),account_parent_account`.
import type { Row } from "../fetchxml/query-store.ts";
import { parseMetadataQuery, type MetadataQuery } from "../metadata/query.ts";
import { visibleRows } from "../org/access.ts";
import type { Table } from "../org/table.ts";
import { requireRight, type Call } from "./call.ts";
import { columnsWriter, selectedColumns } from "./columns-writer.ts";
import { relatedRowTest, lookupForNavigation, findNavigation } from "./navigation.ts";
import { badRequest } from "./odata-error.ts";
import type { ColumnWriter } from "./row-writer.ts";

export interface Expansion {
  readonly writers: readonly ColumnWriter[];
  /** `primarycontactid(fullname)` for the context. */
  readonly context: readonly string[];
}

const NO_EXPANSION: Expansion = { writers: [], context: [] };

export function expansion(call: Call, table: Table, expand: string | undefined): Expansion {
  if (expand === undefined) return NO_EXPANSION;
  const items = parseMetadataQuery(new Map([["$expand", expand]])).expand;
  return {
    writers: items.map(({ name, query }) => expandWriter(call, table, name, query)),
    context: items.map(({ name, query }) => `${name}(${query.select.join(",")})`),
  };
}

function expandWriter(call: Call, table: Table, name: string, query: MetadataQuery): ColumnWriter {
  if (query.filter !== undefined || query.expand.length > 0)
    throw badRequest("Only $select is supported in an $expand of this simulation.");
  const property = `,${JSON.stringify(name)}:`;
  const association = findNavigation(table.logicalName, name);
  if (association) {
    const target = call.org.requireTable(association.to);
    const write = targetWriter(call, target, query);
    return (row) => {
      const among = relatedRowTest(call.org, association, String(row[table.primaryId]));
      return `${property}[${target.rows().filter(among).map(write).join(",")}]`;
    };
  }
  const { lookup, targets } = lookupForNavigation(table, name, query.select);
  return (row) => {
    const leadsTo = String(row[`${lookup.logicalName}.table`] ?? targets[0]);
    const target = targets.includes(leadsTo) ? call.org.table(leadsTo) : undefined;
    const found = target?.get(String(row[lookup.logicalName]));
    return property + (target && found ? targetWriter(call, target, query)(found) : "null");
  };
}

function targetWriter(call: Call, target: Table, query: MetadataQuery): (row: Row) => string {
  requireRight(call, "Read", target);
  const visible = visibleRows(target, call.access);
  const write = columnsWriter(call, target, selectedColumns(target, query.select));
  return (row) => (visible?.(row) === false ? "null" : write(row));
}

// Expands lookups and associations in rows:
// `primarycontactid($select=fullname),account_parent_account($orderby=name;$top=3)`.
import type { Row } from "../fetchxml/query-store.ts";
import { isNested, parseExpand, type ExpandItem } from "../odata/expand-options.ts";
import { visibleRows } from "../org/access.ts";
import type { Table } from "../org/table.ts";
import { requireRight, type Call } from "./call.ts";
import { columnsWriter, selectedColumns } from "./columns-writer.ts";
import { relatedRowTest, lookupForNavigation, findNavigation, type Navigation } from "./navigation.ts";
import { badRequest } from "./odata-error.ts";
import { orderedRows } from "./ordering.ts";
import { skipToken } from "./paging-cookie.ts";
import { filterTest, orderColumns } from "./query-parts.ts";
import type { ColumnWriter } from "./row-writer.ts";

export interface Expansion {
  readonly writers: readonly ColumnWriter[];
  /** `primarycontactid(fullname)` for the context. */
  readonly context: readonly string[];
}

const NO_EXPANSION: Expansion = { writers: [], context: [] };
const MAX_EXPANDED_ROWS = 5000;

export function expansion(call: Call, table: Table, expand: string | undefined): Expansion {
  if (expand === undefined) return NO_EXPANSION;
  const items = parseExpand(expand);
  const nested = isNested(items);
  return {
    writers: items.map((item) => expandWriter(call, table, item, nested)),
    context: items.map(contextOf),
  };
}

function contextOf({ name, select, expand }: ExpandItem): string {
  return `${name}(${[...select, ...expand.map(contextOf)].join(",")})`;
}

/** @param nested whether there is an $expand within an $expand anywhere */
function expandWriter(call: Call, table: Table, item: ExpandItem, nested: boolean): ColumnWriter {
  const association = findNavigation(table.logicalName, item.name);
  if ((!association || nested) && (item.top !== undefined || item.orderBy.length > 0))
    throw badRequest(
      "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.",
    );
  if (!association) return lookupWriter(call, table, item, nested);
  if (association.intersect !== undefined && nested)
    throw badRequest("A nested $expand is not supported with many-to-many relationships.");
  return collectionWriter(call, table, association, item, nested);
}

function lookupWriter(call: Call, table: Table, item: ExpandItem, nested: boolean): ColumnWriter {
  if (item.filter !== undefined)
    throw badRequest("$filter is not supported in the $expand of a lookup in this simulation.");
  const property = `,${JSON.stringify(item.name)}:`;
  const properties = [...item.select, ...item.expand.map(({ name }) => name)];
  const { lookup, targets } = lookupForNavigation(table, item.name, properties);
  return (row) => {
    const leadsTo = String(row[`${lookup.logicalName}.table`] ?? targets[0]);
    const target = targets.includes(leadsTo) ? call.org.table(leadsTo) : undefined;
    const found = target?.get(String(row[lookup.logicalName]));
    const isVisible = target && found && visibleRows(target, call.access)?.(found) !== false;
    return property + (isVisible ? targetWriter(call, target, item, nested)(found) : "null");
  };
}

function collectionWriter(
  call: Call,
  table: Table,
  association: Navigation,
  item: ExpandItem,
  nested: boolean,
): ColumnWriter {
  const target = call.org.requireTable(association.to);
  const write = targetWriter(call, target, item, nested);
  const tests = [visibleRows(target, call.access), filterTest(call, target, item.filter)];
  const orders = orderColumns(call, target, item);
  const pageSize = nested ? call.prefer.maxPageSize : undefined;
  const limit = Math.min(item.top ?? pageSize ?? MAX_EXPANDED_ROWS, MAX_EXPANDED_ROWS);
  return (row) => {
    const id = String(row[table.primaryId]);
    const among = relatedRowTest(call.org, association, id);
    const rows = orderedRows(target, orders)
      .filter((one) => among(one) && tests.every((test) => test?.(one) !== false))
      .slice(0, limit);
    const property = `,${JSON.stringify(item.name)}:[${rows.map(write).join(",")}]`;
    // Captured rows of a many-to-many relationship have no link.
    if (association.lookup === undefined) return property;
    const options = item.options.map(([name, value]) => `${name}=${linkValue(value)}`);
    const [first, last] = [rows[0], rows.at(-1)];
    // Only a nested $expand pages the rows of each collection.
    if (pageSize !== undefined && first && last && rows.length === limit) {
      const columns = orders.map(({ column }) => column);
      options.push(`$skiptoken=${skipToken(2, first, last, columns)}`);
    }
    const query = options.length === 0 ? "" : `?${options.join("&")}`;
    const link = `${call.base}/${table.metadata.entitySet}(${id})/${item.name}${query}`;
    return `${property},${JSON.stringify(`${item.name}@odata.nextLink`)}:${JSON.stringify(link)}`;
  };
}

function linkValue(value: string): string {
  return encodeURIComponent(value).replace(/%(?:2C|24|3D|2F|3B|3A)/g, decodeURIComponent);
}

function targetWriter(call: Call, target: Table, item: ExpandItem, nested: boolean): (row: Row) => string {
  requireRight(call, "Read", target);
  const inner = item.expand.map((one) => expandWriter(call, target, one, nested));
  return columnsWriter(call, target, selectedColumns(target, item.select), inner);
}

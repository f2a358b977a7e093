// Reads one row, one of its columns, and the rows that a lookup or an association references.
import type { HttpResponse } from "../http-middleware.ts";
import type { Row } from "../fetchxml/query-store.ts";
import { columnByProperty } from "../odata/properties.ts";
import { queryOptions } from "../odata/query-options.ts";
import { visibleRows } from "../org/access.ts";
import { isLookup, wireName } from "../org/columns.ts";
import { parseGuid } from "../org/guids.ts";
import type { Table } from "../org/table.ts";
import { requireRight, type Call } from "./call.ts";
import { contextUrl, countCollection, preamble, readCollection } from "./collection.ts";
import { columnsWriter, selectedColumns, writerFor } from "./columns-writer.ts";
import { expansion } from "./expand.ts";
import { readByFetch } from "./fetch.ts";
import { relatedRowTest, findNavigation } from "./navigation.ts";
import { badRequest, missingRow, ODataError, unknownSegment } from "./odata-error.ts";
import { preferenceApplied } from "./prefer.ts";
import { jsonResponse, createResponse } from "./responses.ts";

/**
 * Finds the row of a key: a guid, or `accountnumber='A1'` for an alternate key.
 * @throws 404 when the caller sees none
 */
export function rowByKey(call: Call, table: Table, key: string): Row {
  const id = parseGuid(key) ?? idByAlternateKey(call, table, key);
  const row = table.get(id);
  // This text names views by schema name, all other tables by logical name.
  const label = table.logicalName.endsWith("query") ? table.metadata.schemaName : table.logicalName;
  if (!row) throw missingRow(label, id);
  if (visibleRows(table, call.access)?.(row) !== false) return row;
  if (table.logicalName === "userquery") throw missingRow(label, id);
  throw new ODataError(
    403,
    "0x80040220",
    `Principal user (Id=${call.access.caller.userId}, type=8) does not have ReadAccess right(s) for record with id ${id} of entity ${table.logicalName}`,
  );
}

function idByAlternateKey(call: Call, table: Table, key: string): string {
  const match = /^(\w+)='((?:[^']|'')*)'$/.exec(key);
  if (match?.[1] === undefined)
    throw badRequest(`Error in query syntax: the key '${key}' is neither a Guid nor an alternate key.`);
  const keys = call.org.alternateKeys.get(table.logicalName) ?? [];
  if (!keys.includes(match[1])) {
    throw badRequest(
      "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM." +
        `${table.logicalName}'.`,
    );
  }
  const value = (match[2] ?? "").replaceAll("''", "'");
  const row = table.rows().find((one) => one[String(match[1])] === value);
  if (!row)
    throw new ODataError(
      404,
      "0x80060891",
      `A record with the specified key values does not exist in ${table.logicalName} entity`,
    );
  return String(row[table.primaryId]);
}

export function readRow(call: Call, table: Table, key: string): HttpResponse {
  requireRight(call, "Read", table);
  const row = rowByKey(call, table, key);
  const etag = `W/"${row["versionnumber"]}"`;
  if (call.request.headers["if-none-match"] === etag) return createResponse(304, { ETag: etag });
  return jsonResponse(rowBody(call, table, row), { ETag: etag, ...preferenceApplied(call.prefer) });
}

/** Returns a single row with its context; without $select, nulls come last. */
export function rowBody(call: Call, table: Table, row: Row): string {
  const { select, expand } = queryOptions(call.request.query);
  const columns = selectedColumns(table, select);
  const ordered = select
    ? columns
    : columns.toSorted((a, b) => Number(row[a.logicalName] == null) - Number(row[b.logicalName] == null));
  const expanded = expansion(call, table, expand);
  const text = columnsWriter(call, table, ordered, expanded.writers)(row);
  const context = contextUrl(call, table, select, expanded.context, "/$entity");
  return `{${preamble(call, context).join(",")},${text.slice(1)}`;
}

/** Reads what follows the key: an association, a lookup, a column, `$ref`, `$count`, `$value`. */
export function readRelated(call: Call, table: Table, key: string, rest: readonly string[]): HttpResponse {
  requireRight(call, "Read", table);
  const row = rowByKey(call, table, key);
  const [name = "", last] = rest;
  const association = findNavigation(table.logicalName, name);
  if (association) {
    const target = call.org.requireTable(association.to);
    const restriction = relatedRowTest(call.org, association, String(row[table.primaryId]));
    if (last === "$count") return countCollection(call, target, restriction);
    if (last === "$ref") return references(call, target, target.rows().filter(restriction));
    if (last !== undefined) throw unknownSegment(last);
    return readByFetch(call, target) ?? readCollection(call, target, restriction);
  }
  const lookup = table.column(name.toLowerCase());
  if (lookup && isLookup(lookup.type) && !name.startsWith("_"))
    return readTarget(call, row, lookup.logicalName, last);
  return readProperty(call, table, row, name, last);
}

function readTarget(call: Call, row: Row, lookup: string, last: string | undefined): HttpResponse {
  const id = row[lookup];
  const target = call.org.table(String(row[`${lookup}.table`]));
  if (id == null || !target) return createResponse(204, {});
  if (last === "$ref") return reference(call, target, String(id));
  if (last !== undefined) throw unknownSegment(last);
  return readRow(call, target, String(id));
}

function readProperty(
  call: Call,
  table: Table,
  row: Row,
  name: string,
  last: string | undefined,
): HttpResponse {
  const column = columnByProperty(table, name);
  if (row[column.logicalName] == null) return createResponse(204, {});
  if (last === "$value")
    return createResponse(200, { "Content-Type": "text/plain" }, String(row[column.logicalName]));
  if (last !== undefined) throw unknownSegment(last);
  const written = writerFor(call, table, column)(row);
  const value = written.slice(written.lastIndexOf(`"${wireName(column)}":`) + wireName(column).length + 3);
  const context = `${call.base}/$metadata#${table.metadata.entitySet}(${row[table.primaryId]})/${name}`;
  return jsonResponse(`{"@odata.context":${JSON.stringify(context)},"value":${value}}`);
}

function references(call: Call, target: Table, rows: readonly Row[]): HttpResponse {
  const value = rows.map((row) => ({ "@odata.id": entityUrl(call, target, String(row[target.primaryId])) }));
  return jsonResponse(JSON.stringify({ "@odata.context": `${call.base}/$metadata#Collection($ref)`, value }));
}

function reference(call: Call, target: Table, id: string): HttpResponse {
  return jsonResponse(
    JSON.stringify({
      "@odata.context": `${call.base}/$metadata#$ref`,
      "@odata.id": entityUrl(call, target, id),
    }),
  );
}

export function entityUrl(call: Call, table: Table, id: string): string {
  return `${call.base}/${table.metadata.entitySet}(${id})`;
}

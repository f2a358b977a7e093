// Reads a set of rows: $select, $filter, $orderby, $top, $count, pages of at most 5,000 and the
// link to the next one.
import type { HttpResponse } from "../http-middleware.ts";
import type { Row } from "../fetchxml/query-store.ts";
import { queryOptions, type QueryOptions } from "../odata/query-options.ts";
import { visibleRows } from "../org/access.ts";
import type { Table } from "../org/table.ts";
import { columnsWriter, selectedColumns } from "./columns-writer.ts";
import { expansion } from "./expand.ts";
import { requireRight, type Call } from "./call.ts";
import { badRequest } from "./odata-error.ts";
import { filterTest, orderColumns, type RowTest } from "./query-parts.ts";
import { indexAfterTuple, orderedRows, sortValue, type OrderColumn } from "./ordering.ts";
import { parseSkipToken, skipToken, storedValue } from "./paging-cookie.ts";
import { preferenceApplied, METADATA_VERSION, TOTAL_COUNT, TOTAL_EXCEEDED } from "./prefer.ts";
import { jsonResponse } from "./responses.ts";

export const MAX_PAGE_SIZE = 5000;

/** @param restriction limits the rows to those of a navigation property */
export function readCollection(call: Call, table: Table, restriction?: RowTest): HttpResponse {
  const options = queryOptions(call.request.query);
  requireRight(call, "Read", table);
  if (call.prefer.trackChanges || options.deltaToken !== undefined) refuseChangeTracking(options);
  const columns = selectedColumns(table, options.select);
  const orders = orderColumns(call, table, options);
  const test = allOf([restriction, visibleRows(table, call.access), filterTest(call, table, options.filter)]);
  const limit = Math.min(call.prefer.maxPageSize ?? options.top ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE);
  const paged = call.prefer.maxPageSize !== undefined || options.top === undefined;
  const rows = orderedRows(table, orders);
  const boundary = pageStart(options, rows, orders);
  const page = takePage(rows, boundary.index, limit, test);
  const total = options.count ? countUpTo(rows, test) : undefined;
  const expanded = expansion(call, table, options.expand);
  const writeOne = columnsWriter(call, table, columns, expanded.writers);
  const next = paged && page.more ? nextLink(call, boundary.page + 1, page.rows, orders) : undefined;
  const body = [
    ...preamble(call, contextUrl(call, table, options.select, expanded.context)),
    ...countParts(call, options.count, total),
    `"value":[${page.rows.map(writeOne).join(",")}]`,
    ...(next === undefined ? [] : [`"@odata.nextLink":${JSON.stringify(next)}`]),
  ];
  return jsonResponse(`{${body.join(",")}}`, preferenceApplied(call.prefer));
}

/** Answers `/accounts/$count` as plain text, at most 5,000. */
export function countCollection(call: Call, table: Table, restriction?: RowTest): HttpResponse {
  const options = queryOptions(call.request.query);
  requireRight(call, "Read", table);
  const test = allOf([restriction, visibleRows(table, call.access), filterTest(call, table, options.filter)]);
  const total = countUpTo(table.rows(), test);
  // .NET's text writer starts the text with a byte order mark.
  return jsonResponse(`\uFEFF${Math.min(total, MAX_PAGE_SIZE)}`, { "Content-Type": "text/plain" });
}

/** Returns the context URL, e.g. of `accounts` or `accounts(name,revenue)`. */
export function contextUrl(
  call: Call,
  table: Table,
  select: readonly string[] | undefined,
  expanded: readonly string[] = [],
  suffix = "",
): string {
  const names = [...(select ?? []), ...expanded];
  const columns = names.length > 0 ? `(${names.join(",")})` : "";
  return `${call.base}/$metadata#${table.metadata.entitySet}${columns}${suffix}`;
}

/** Returns the first members of every body of rows. */
export function preamble(call: Call, context: string): string[] {
  return [
    `"@odata.context":${JSON.stringify(context)}`,
    ...(call.wantsAnnotation(METADATA_VERSION)
      ? [`"@${METADATA_VERSION}":${JSON.stringify(String(call.org.metadataVersion))}`]
      : []),
  ];
}

function pageStart(
  options: QueryOptions,
  rows: readonly Row[],
  orders: readonly OrderColumn[],
): { page: number; index: number } {
  if (options.skipToken === undefined) return { page: 1, index: 0 };
  const boundary = parseSkipToken(
    options.skipToken,
    orders.map(({ column }) => column),
  );
  const tuple = orders.map(({ column }) => {
    const text = boundary.last.get(column.logicalName) ?? null;
    return text === null ? null : sortValue(column, storedValue(column, text));
  });
  return { page: boundary.page, index: indexAfterTuple(rows, tuple, orders) };
}

function takePage(
  rows: readonly Row[],
  from: number,
  limit: number,
  test: RowTest,
): { rows: Row[]; more: boolean } {
  const taken: Row[] = [];
  for (let at = from; at < rows.length; at += 1) {
    const row = rows[at];
    if (!row || !test(row)) continue;
    if (taken.length === limit) return { rows: taken, more: true };
    taken.push(row);
  }
  return { rows: taken, more: false };
}

/** Stops one above the limit, which shows that there are more. */
function countUpTo(rows: readonly Row[], test: RowTest): number {
  let total = 0;
  for (const row of rows) {
    if (test(row)) total += 1;
    if (total > MAX_PAGE_SIZE) break;
  }
  return total;
}

function countParts(call: Call, requested: boolean, total: number | undefined): string[] {
  const limited = total === undefined ? -1 : Math.min(total, MAX_PAGE_SIZE);
  return [
    ...(requested ? [`"@odata.count":${limited}`] : []),
    ...(call.wantsAnnotation(TOTAL_COUNT) ? [`"@${TOTAL_COUNT}":${limited}`] : []),
    ...(call.wantsAnnotation(TOTAL_EXCEEDED) ? [`"@${TOTAL_EXCEEDED}":${(total ?? 0) > MAX_PAGE_SIZE}`] : []),
  ];
}

/** Returns the request's own URL with the token of the next page. */
function nextLink(call: Call, page: number, rows: readonly Row[], orders: readonly OrderColumn[]): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw new Error("A page that is followed by another cannot be empty.");
  const { url, path, origin } = call.request;
  const kept = url
    .slice(path.length + 1)
    .split("&")
    .filter((part) => part !== "" && !/^(\$|%24)skiptoken=/i.test(part));
  const token = skipToken(
    page,
    first,
    last,
    orders.map(({ column }) => column),
  );
  return `${origin}${path}?${[...kept, `$skiptoken=${token}`].join("&")}`;
}

function allOf(tests: readonly (RowTest | undefined)[]): RowTest {
  const given = tests.filter((test) => test !== undefined);
  const [first, second] = given;
  if (!first) return () => true;
  if (!second) return first;
  return (row) => given.every((test) => test(row));
}

/** Change tracking reads whole tables only; the simulator has no delta links. */
function refuseChangeTracking(options: QueryOptions): never {
  const named: readonly (readonly [string, unknown])[] = [
    ["filter", options.filter],
    ["orderby", options.orderBy[0]],
    ["expand", options.expand],
    ["top", options.top],
  ];
  const used = named.find(([, value]) => value !== undefined)?.[0];
  throw badRequest(
    used === undefined
      ? "Change tracking is not available in this simulation."
      : `The "\${filter|orderby|expand|top}" query parameter isn't supported when Change Tracking is enabled.`,
  );
}

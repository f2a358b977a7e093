// Answers accounts?fetchXml=…, ?userQuery=… and ?savedQuery=… with the engine's rows as Dataverse
// formats them. Nulls are omitted. FetchXML is paged by a cookie in an annotation that must be
// requested, a view by links.
import type { HttpResponse } from "../http-middleware.ts";
import { executeFetch } from "../fetchxml/engine.ts";
import { FetchError } from "../fetchxml/fetch-error.ts";
import type { Row, Value } from "../fetchxml/query-store.ts";
import type { QueryOverrides } from "../fetchxml/options.ts";
import type { FetchResult, ResultColumn } from "../fetchxml/result.ts";
import { columnByProperty } from "../odata/properties.ts";
import { queryOptions, type QueryOptions } from "../odata/query-options.ts";
import { visibleRows } from "../org/access.ts";
import { column as plainColumn, isLookup, wireName, type Column } from "../org/columns.ts";
import { parseGuid } from "../org/guids.ts";
import type { Table } from "../org/table.ts";
import { queryStore, requireRight, type Call } from "./call.ts";
import { MAX_PAGE_SIZE, preamble } from "./collection.ts";
import { filterTest, orderColumns } from "./query-parts.ts";
import { badRequest, missingRow, ODataError } from "./odata-error.ts";
import { encodedTwice } from "./paging-cookie.ts";
import { preferenceApplied, MORE_RECORDS, PAGING_COOKIE, TOTAL_COUNT, TOTAL_EXCEEDED } from "./prefer.ts";
import { jsonResponse } from "./responses.ts";
import { columnWriter, type ColumnWriter } from "./row-writer.ts";

/** Returns undefined when the request names neither FetchXML nor a view. */
export function readByFetch(call: Call, table: Table): HttpResponse | undefined {
  const options = queryOptions(call.request.query);
  if (options.fetchXml !== undefined) {
    refuseWith(options, ["select", "filter", "expand", "top"], "fetchXml");
    const answer = runFetch(call, table, options.fetchXml);
    return jsonResponse(
      responseBody(call, table, answer, cookieParts(call, answer)),
      preferenceApplied(call.prefer),
    );
  }
  const stored = viewFetchXml(call, options);
  if (stored === undefined) return undefined;
  refuseWith(options, ["expand"], "a view");
  const answer = runFetch(
    call,
    table,
    withPage(stored, options.skipToken),
    queryOverrides(call, table, options),
  );
  const link = answer.pagingCookie === undefined ? [] : [nextLinkPart(call, answer.pagingCookie)];
  return jsonResponse(
    responseBody(call, table, answer, cookieParts(call, answer), link),
    preferenceApplied(call.prefer),
  );
}

/** Combinations that the documentation does not define are refused, not ignored. */
function refuseWith(options: QueryOptions, names: readonly (keyof QueryOptions)[], what: string): void {
  const used = names.find((name) => options[name] !== undefined);
  if (used !== undefined)
    throw badRequest(`The query parameter $${used} is not supported together with ${what}.`);
}

function queryOverrides(call: Call, table: Table, options: QueryOptions): QueryOverrides {
  const { select, orderBy, top, filter } = options;
  const rowFilter = filterTest(call, table, filter);
  return {
    ...(select ? { columns: select.map((name) => columnByProperty(table, name).logicalName) } : {}),
    ...(orderBy.length > 0
      ? {
          orders: orderColumns(call, table, options).map(({ column, descending }) => ({
            column: column.logicalName,
            descending,
          })),
        }
      : {}),
    ...(top === undefined ? {} : { top }),
    ...(rowFilter ? { rowFilter } : {}),
  };
}

function runFetch(call: Call, table: Table, xml: string, overrides: QueryOverrides = {}): FetchResult {
  requireRight(call, "Read", table);
  try {
    const answer = executeFetch(xml, queryStore(call), call.access.caller, call.now, {
      maxPageSize: Math.min(call.prefer.maxPageSize ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE),
      overrides,
    });
    if (answer.entity === table.logicalName) return answer;
  } catch (error) {
    if (error instanceof FetchError) throw new ODataError(error.status, error.code, error.message);
    throw error;
  }
  throw new ODataError(
    400,
    "0x80041128",
    "The entity name specified in fetchxml does not match the entity name specified in the Entity or Query Expression.",
  );
}

/**
 * Returns the FetchXML of the named view; one that the caller may not see does not exist for them.
 */
function viewFetchXml(call: Call, { userQuery, savedQuery }: QueryOptions): string | undefined {
  const named = userQuery ?? savedQuery;
  if (named === undefined) return undefined;
  const views = call.org.requireTable(userQuery === undefined ? "savedquery" : "userquery");
  requireRight(call, "Read", views);
  const id = parseGuid(named);
  if (id === undefined) throw badRequest(`The value '${named}' of the query option is not a valid Guid.`);
  const view = views.get(id);
  if (!view || visibleRows(views, call.access)?.(view) === false)
    throw missingRow(views.metadata.schemaName, id);
  return String(view["fetchxml"] ?? "");
}

/** Returns the stored query at the page of a $skiptoken. */
function withPage(xml: string, skipToken: string | undefined): string {
  if (skipToken === undefined) return xml;
  const token = /^<cookie pagenumber="(\d+)" pagingcookie="([^"]*)" istracking="False" \/>$/.exec(skipToken);
  if (!token) throw badRequest("Malformed XML in the Paging Cookie");
  const cookie = decodeURIComponent(token[2] ?? "");
  const escaped = cookie.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return xml.replace(/<fetch\b([^>]*)>/, (_, attributes: string) => {
    const rest = attributes.replace(/\s(page|paging-cookie)\s*=\s*("[^"]*"|'[^']*')/g, "");
    return `<fetch page="${token[1]}" paging-cookie="${escaped}"${rest}>`;
  });
}

function nextLinkPart(call: Call, cookie: string): string {
  const page = Number(/page="(\d+)"/.exec(cookie)?.[1] ?? 1) + 1;
  const { url, path, origin } = call.request;
  const kept = url
    .slice(path.length + 1)
    .split("&")
    .filter((part) => part !== "" && !/^(\$|%24)skiptoken=/i.test(part));
  const outer = `<cookie pagenumber="${page}" pagingcookie="${encodedTwice(cookie)}" istracking="False" />`;
  const token = outer.replace(/[<>" ]/g, encodeURIComponent);
  return `"@odata.nextLink":${JSON.stringify(`${origin}${path}?${[...kept, `$skiptoken=${token}`].join("&")}`)}`;
}

/** Returns the requested annotations of the whole response. */
function cookieParts(call: Call, answer: FetchResult): string[] {
  const parts: string[] = [];
  if (answer.totalRecordCount !== undefined) {
    if (call.wantsAnnotation(TOTAL_COUNT)) parts.push(`"@${TOTAL_COUNT}":${answer.totalRecordCount}`);
    if (call.wantsAnnotation(TOTAL_EXCEEDED)) {
      parts.push(`"@${TOTAL_EXCEEDED}":${answer.totalRecordCountLimitExceeded === true}`);
    }
  }
  if (answer.pagingCookie !== undefined && call.wantsAnnotation(PAGING_COOKIE)) {
    // The outer number stays 2 on every page in Microsoft's sample; the inner one counts.
    const cookie = `<cookie pagenumber="2" pagingcookie="${encodedTwice(answer.pagingCookie)}" istracking="False" />`;
    parts.push(`"@${PAGING_COOKIE}":${JSON.stringify(cookie)}`);
  }
  if (answer.moreRecords && call.wantsAnnotation(MORE_RECORDS)) parts.push(`"@${MORE_RECORDS}":true`);
  return parts;
}

function responseBody(
  call: Call,
  table: Table,
  answer: FetchResult,
  annotations: readonly string[],
  link: readonly string[] = [],
): string {
  const keyed = answer.columns.some((one) => one.key === table.primaryId);
  const writers = answer.columns.map((one) => resultWriter(call, one));
  const rows = answer.rows.map((row, at) => {
    const version = keyed ? answer.entityRows[at]?.["versionnumber"] : undefined;
    return rowText(row, writers, version);
  });
  const context = `${call.base}/$metadata#${table.metadata.entitySet}${contextColumns(answer)}`;
  return `{${[...preamble(call, context), ...annotations, `"value":[${rows.join(",")}]`, ...link].join(",")}}`;
}

function rowText(row: Row, writers: readonly ColumnWriter[], version: Value | undefined): string {
  let text = version === undefined ? "" : `,"@odata.etag":"W/\\"${version}\\""`;
  for (const write of writers) text += write(row);
  return `{${text.slice(1)}}`;
}

/**
 * Returns `(name,_ownerid_value,ownerid,accountid,ownerid())`: lookups under both names, and
 * expanded at the end.
 */
function contextColumns(answer: FetchResult): string {
  if (answer.isAggregate) return "";
  const own = answer.columns.filter((one) => one.link === undefined && one.alias === undefined);
  const lookups = own.filter((one) => isLookup(one.type));
  const names = own.flatMap((one) => (isLookup(one.type) ? [`_${one.key}_value`, one.key] : [one.key]));
  return `(${[...names, ...lookups.map((one) => `${one.key}()`)].join(",")})`;
}

function resultWriter(call: Call, result: ResultColumn): ColumnWriter {
  const options = {
    org: call.org,
    utcOffsetMinutes: call.access.caller.utcOffsetMinutes,
    languageCode: call.access.caller.languageCode,
    moneyScale: 4,
    omitNulls: true,
    wanted: call.wantsAnnotation,
  } as const;
  const stored = call.org.requireTable(result.table).column(result.column);
  const { aggregate, dateGrouping, rowAggregate } = result;
  const column = (aggregate ?? dateGrouping ?? rowAggregate) ? aggregateColumn(result, stored) : stored;
  if (!column) throw new Error(`The query answered with a column ${result.key} that no table has.`);
  const plain = result.link === undefined && result.alias === undefined && result.key === column.logicalName;
  return columnWriter(column, options, plain ? wireName(column) : result.key, result.key);
}

/**
 * Sums, minima and maxima keep their column's type; counts and parts of dates are whole numbers,
 * fiscal ones text like "FY2026".
 */
function aggregateColumn(result: ResultColumn, stored: Column | undefined): Column | undefined {
  if (["sum", "avg", "min", "max"].includes(result.aggregate ?? "")) return stored;
  const fiscal = result.dateGrouping?.startsWith("fiscal-") ?? false;
  return plainColumn({ schemaName: result.key, type: fiscal ? "String" : "Integer" });
}

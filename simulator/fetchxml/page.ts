// Selects one page of a query that is not an aggregate. In the entity's own order, binary search
// finds where the cookie's page starts. When a link-entity decides the order, all rows are sorted
// and skipped by number. Without a cookie the result ends at 50,000 rows (Learn "Page results":
// simple paging).

import { expander } from "./joins.ts";
import type { QueryEnvironment } from "./operator-values.ts";
import type { FetchOptions } from "./options.ts";
import { compareTuples, indexAfter, sortKeys, sortRows } from "./ordering.ts";
import type { SortKey } from "./ordering.ts";
import { distinctFilter, resultRows } from "./output.ts";
import { readCookie, writeCookie } from "./paging-cookie.ts";
import type { QueryPlan, Predicate, Tuple } from "./plan.ts";
import type { QueryStore, Row } from "./query-store.ts";
import type { FetchResult } from "./result.ts";
import { orderedRows, rowArray } from "./row-index.ts";

type Page = Omit<FetchResult, "entity" | "columns" | "isAggregate">;

const SIMPLE_PAGING_LIMIT = 50_000;
const COUNT_LIMIT = 5000;

/** Visits tuples in order until `visit` returns false. */
type TupleScan = (visit: Predicate) => void;

interface PageWindow {
  readonly scan: TupleScan;
  readonly skip: number;
}

export function selectPage(
  plan: QueryPlan,
  environment: QueryEnvironment,
  { maxPageSize }: FetchOptions,
): Page {
  const { node } = plan;
  const keys = sortKeys(plan.orders, plan.entity, {
    store: environment.store,
    raw: node.rawOrder,
    utcOffsetMinutes: environment.caller.utcOffsetMinutes,
  });
  const size = node.top ?? Math.min(node.count || maxPageSize, maxPageSize);
  const page = node.page ?? 1;
  const hasCookie = supportsCookie(plan, keys);
  const window = hasCookie
    ? keysetWindow(plan, keys, environment.store, page, size)
    : { scan: scanInLinkOrder(plan, keys), skip: (page - 1) * size };
  const isContinued = hasCookie && node.pagingCookie !== undefined;
  const end = isContinued ? Number.POSITIVE_INFINITY : SIMPLE_PAGING_LIMIT;
  const { tuples, more } = takePage(window, Math.max(0, Math.min(size, end - window.skip)));
  const moreRecords = more && node.top === undefined && window.skip + tuples.length < end;
  const entityRows = tuples.map(([row]) => row).filter((row) => row !== undefined);
  const [first, last] = [entityRows[0], entityRows.at(-1)];
  const cookie =
    moreRecords && hasCookie && first !== undefined && last !== undefined
      ? { pagingCookie: writeCookie(page, keys, first, last) }
      : {};
  const total = node.returnTotalRecordCount ? totalCount(plan) : {};
  return { rows: resultRows(plan.outputs, tuples), entityRows, moreRecords, ...cookie, ...total };
}

/**
 * There is no cookie when a link-entity decides the order, nor for distinct rows without their
 * key.
 */
function supportsCookie({ node, entity, outputs }: QueryPlan, keys: readonly SortKey[]): boolean {
  if (keys.some(({ source }) => source !== entity)) return false;
  const { primaryId } = entity.table;
  return (
    !node.distinct ||
    outputs.some(({ source, column }) => source === entity && column.logicalName === primaryId)
  );
}

function keysetWindow(
  plan: QueryPlan,
  keys: readonly SortKey[],
  store: QueryStore,
  page: number,
  size: number,
): PageWindow {
  const rows = rowsInOrder(plan, keys, store);
  const { pagingCookie } = plan.node;
  if (pagingCookie === undefined) {
    return { scan: scanRows(plan, rows, 0, rows.length), skip: (page - 1) * size };
  }
  const cookie = readCookie(pagingCookie, keys);
  if (page > cookie.page) {
    const from = indexAfter(rows, keys, cookie.last, false);
    return { scan: scanRows(plan, rows, from, rows.length), skip: (page - cookie.page - 1) * size };
  }
  // The cookie's page or an earlier one is requested, so count back from the cookie's first row.
  const before = countTuples(scanRows(plan, rows, 0, indexAfter(rows, keys, cookie.first, true)));
  const skip = Math.max(0, before - (cookie.page - page) * size);
  return { scan: scanRows(plan, rows, 0, rows.length), skip };
}

function rowsInOrder(
  { entity: { table }, node }: QueryPlan,
  keys: readonly SortKey[],
  store: QueryStore,
): readonly Row[] {
  const [only] = keys;
  // Rows are stored in the order of the primary key.
  if (keys.length === 1 && only?.column.logicalName === table.primaryId && !only.descending) {
    return rowArray(table);
  }
  const names = keys.map(({ column, descending }) => `${column.logicalName}${descending ? " desc" : ""}`);
  // Lookups sort by names in other tables, and this table's version does not show their changes.
  const versions = keys
    .flatMap(({ column: { targets, companionOf } }) => targets ?? companionOf?.column.targets ?? [])
    .map((target) => store.table(target))
    .map((found) => (found === undefined ? "none" : String(found.version)));
  const sort = (rows: readonly Row[]): readonly Row[] => sortRows(rows, keys);
  if (versions.includes("undefined")) return sort(rowArray(table));
  return orderedRows(table, [...names, String(node.rawOrder), ...versions].join(), sort);
}

function scanInLinkOrder(plan: QueryPlan, keys: readonly SortKey[]): TupleScan {
  return (visit) => {
    const rows = rowArray(plan.entity.table);
    const tuples: Tuple[] = [];
    scanRows(plan, rows, 0, rows.length)((tuple) => tuples.push([...tuple]) > 0);
    for (const tuple of tuples.toSorted(compareTuples(keys))) if (!visit(tuple)) return;
  };
}

function scanRows(plan: QueryPlan, rows: readonly Row[], from: number, to: number): TupleScan {
  if (plan.node.retained) return () => undefined;
  const { entityTest, joinedTest } = plan;
  const expand = expander(plan.joins);
  return (visit) => {
    const isNew = plan.node.distinct ? distinctFilter(plan) : undefined;
    const visitMatching: Predicate = (tuple) =>
      !joinedTest(tuple) || (isNew !== undefined && !isNew(tuple)) || visit(tuple);
    const tuple: Tuple = Array.from({ length: plan.sourceCount });
    for (let at = from; at < to; at += 1) {
      tuple[0] = rows[at];
      if (entityTest(tuple) && !expand(tuple, visitMatching)) return;
    }
  };
}

function takePage({ scan, skip }: PageWindow, size: number): { tuples: Tuple[]; more: boolean } {
  const tuples: Tuple[] = [];
  let toSkip = skip;
  let more = false;
  scan((tuple) => {
    if (toSkip > 0) toSkip -= 1;
    else if (tuples.length < size) tuples.push([...tuple]);
    else more = true;
    return !more;
  });
  return { tuples, more };
}

function countTuples(scan: TupleScan): number {
  let found = 0;
  scan(() => {
    found += 1;
    return true;
  });
  return found;
}

function totalCount(plan: QueryPlan): Pick<Page, "totalRecordCount" | "totalRecordCountLimitExceeded"> {
  const rows = rowArray(plan.entity.table);
  let found = 0;
  scanRows(
    plan,
    rows,
    0,
    rows.length,
  )(() => {
    found += 1;
    return found <= COUNT_LIMIT;
  });
  return {
    totalRecordCount: Math.min(found, COUNT_LIMIT),
    totalRecordCountLimitExceeded: found > COUNT_LIMIT,
  };
}

/** Visits every tuple of the query in no particular order, for aggregates. */
export function scanAllTuples(plan: QueryPlan): TupleScan {
  const rows = rowArray(plan.entity.table);
  return scanRows(plan, rows, 0, rows.length);
}

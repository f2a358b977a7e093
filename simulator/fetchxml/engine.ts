// Runs FetchXML against an organisation's tables, as Dataverse would: which rows, in which order, on which page.
// Reads top to bottom: grammar.ts → bind.ts → joins.ts and ordering.ts → paging-cookie.ts. HTTP and JSON are elsewhere.
// Learn: "Query data using FetchXml", "Page results using FetchXml".

import { aggregateResult } from "./aggregates.ts";
import { bindFetch } from "./bind.ts";
import { fetchError, invalidArgument } from "./fetch-error.ts";
import { parseFetch } from "./grammar.ts";
import type { FetchNode } from "./grammar.ts";
import { applyOverrides, type QueryOverrides } from "./options.ts";
import { selectPage } from "./page.ts";
import type { QueryPlan } from "./plan.ts";
import type { Caller, ColumnType, QueryStore, Row, Value } from "./query-store.ts";

export { FetchError } from "./fetch-error.ts";

/** How one key of the rows came about: what a server needs to name and annotate it. */
export interface ResultColumn {
  /** Logical name, `alias.column`, or the alias of an attribute. */
  readonly key: string;
  readonly table: string;
  readonly column: string;
  readonly type: ColumnType;
  /** The attribute's own alias. */
  readonly alias?: string;
  /** The link-entity it comes from, by alias (`contact1` if it has none). */
  readonly link?: string;
  /** count, countcolumn, sum, avg, min or max. */
  readonly aggregate?: string;
  /** The number of rows below, instead of the column's value. */
  readonly rowAggregate?: "countchildren";
  /** day, week, month, quarter, year, fiscal-period or fiscal-year. */
  readonly dateGrouping?: string;
  /** Returned although the query does not name it: the primary key, the currency of a money column. */
  readonly implicit?: true;
}

/** Values by `ResultColumn.key`, without those that are null; the target table of a lookup stands under `<key>.table`. */
export type ResultRow = Readonly<Record<string, Exclude<Value, null>>>;

export interface FetchResult {
  /** Logical name of the query's table. */
  readonly entity: string;
  readonly rows: readonly ResultRow[];
  readonly columns: readonly ResultColumn[];
  /** The entity's own row behind each of `rows` (for etags and formatted values); empty for aggregates. */
  readonly entityRows: readonly Row[];
  readonly moreRecords: boolean;
  /** Unencoded: `<cookie page="1"><accountid last="{UPPER}" first="{UPPER}" /></cookie>`. */
  readonly pagingCookie?: string;
  /** Asked for with returntotalrecordcount; stops at 5,000. */
  readonly totalRecordCount?: number;
  readonly totalRecordCountLimitExceeded?: boolean;
  readonly isAggregate: boolean;
}

export interface FetchOptions {
  /** Page size when the query names none, and the largest it may name: 5,000 in Dataverse. */
  readonly maxPageSize: number;
  /** Asked for on top of what the query says. */
  readonly overrides?: QueryOverrides;
}

const MAX_TOP = 5000;

/**
 * @param now the instant that today, last-x-days and their kin count from
 * @throws FetchError with Dataverse's code and text when the query is refused
 */
export function executeFetch(
  xml: string,
  store: QueryStore,
  caller: Caller,
  now: Date,
  options: FetchOptions,
): FetchResult {
  const { overrides = {} } = options;
  const node = applyOverrides(parseFetch(xml), overrides);
  checkPaging(node);
  const environment = { store, caller, now };
  const plan = withRowFilter(bindFetch(node, environment), overrides.rowFilter);
  if (node.aggregate) return aggregateResult(plan, environment, options);
  const page = selectPage(plan, environment, options);
  return { ...page, entity: node.entity.name, columns: plan.outputs.map(resultColumn), isAggregate: false };
}

function withRowFilter(plan: QueryPlan, only: QueryOverrides["rowFilter"]): QueryPlan {
  if (!only) return plan;
  const { entityTest } = plan;
  return { ...plan, entityTest: (tuple) => tuple[0] !== undefined && only(tuple[0]) && entityTest(tuple) };
}

function checkPaging({ top, count, page, pagingCookie }: FetchNode): void {
  if ((page ?? 1) < 1 || (top ?? 1) < 1 || (count ?? 0) < 0) throw fetchError("notPositive");
  if (top === undefined) return;
  if (top > MAX_TOP) throw fetchError("invalidValue");
  if (page !== undefined || count !== undefined || pagingCookie !== undefined) {
    throw invalidArgument(`The Top.Count = ${top} can't be specified with pagingInfo`);
  }
}

function resultColumn(output: QueryPlan["outputs"][number]): ResultColumn {
  const { key, source, column, alias, implicit, childColumn } = output;
  return {
    key,
    table: source.table.logicalName,
    column: column.logicalName,
    type: column.type,
    ...(alias === undefined ? {} : { alias }),
    ...(source.prefix === undefined ? {} : { link: source.prefix }),
    ...(childColumn === undefined ? {} : { rowAggregate: "countchildren" as const }),
    ...(implicit ? { implicit } : {}),
  };
}

// Executes FetchXML against an organisation's tables as Dataverse does: it decides which rows, in
// which order, on which page. The stages are grammar.ts → bind.ts → joins.ts and ordering.ts →
// paging-cookie.ts. HTTP and JSON are handled elsewhere. Learn: "Query data using FetchXml", "Page
// results using FetchXml".

import { aggregateResult } from "./aggregates.ts";
import { bindFetch } from "./bind.ts";
import { fetchError, invalidArgument } from "./fetch-error.ts";
import { parseFetch } from "./grammar.ts";
import type { FetchNode } from "./nodes.ts";
import { applyOverrides, type FetchOptions, type QueryOverrides } from "./options.ts";
import { selectPage } from "./page.ts";
import type { QueryPlan } from "./plan.ts";
import type { Caller, QueryStore } from "./query-store.ts";
import type { FetchResult, ResultColumn } from "./result.ts";

const MAX_TOP = 5000;

/**
 * @param now the time that today, last-x-days and the like refer to
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

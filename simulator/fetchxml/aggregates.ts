// Evaluates aggregates and groups, whose rows have aliases but neither key nor etag. Learn
// "Aggregate data using FetchXml": every aggregate but count ignores nulls, the average of whole
// numbers is a whole number, the sum of nothing is 0, and more than 50,000 rows are refused.

import { foldText } from "./collation.ts";
import type { ReadableColumn } from "./column-values.ts";
import { quarterOf, weekOf } from "./date-ranges.ts";
import { aggregateNotSupported, fetchError } from "./fetch-error.ts";
import type { AttributeNode, DateGrouping } from "./nodes.ts";
import { comparable, kindOf, offsetOf, wallClock } from "./literals.ts";
import type { Kind } from "./literals.ts";
import { findColumn } from "./names.ts";
import type { FetchOptions } from "./options.ts";
import type { QueryEnvironment } from "./operator-values.ts";
import { compareValues } from "./operators.ts";
import { scanAllTuples } from "./page.ts";
import type { QueryPlan, Source, Tuple } from "./plan.ts";
import type { QueryColumn, QueryStore, Value } from "./query-store.ts";
import type { FetchResult, ResultColumn, ResultRow } from "./result.ts";

const RECORD_LIMIT = 50_000;

/** One attribute of the query, with the source it belongs to. */
interface Field {
  readonly node: AttributeNode;
  readonly alias: string;
  readonly source: Source;
  readonly column: ReadableColumn;
}

interface Group {
  /** The first tuple of the group, whose grouped values all members share. */
  readonly tuple: Tuple;
  readonly members: Tuple[];
}

export function aggregateResult(
  plan: QueryPlan,
  environment: QueryEnvironment,
  options: FetchOptions,
): FetchResult {
  const fields = bindFields(plan, environment.store);
  const groupedFields = fields.filter(({ node }) => node.groupBy);
  const order = rowOrder(plan, fields);
  const groups = groupTuples(plan, groupedFields, environment);
  const results = groups.map((group) => resultRow(fields, group, environment));
  results.sort(order);
  const { node } = plan;
  const size = node.top ?? Math.min(node.count || options.maxPageSize, options.maxPageSize);
  const from = ((node.page ?? 1) - 1) * size;
  return {
    entity: node.entity.name,
    rows: results.slice(from, from + size),
    columns: fields.map(resultColumn),
    entityRows: [],
    moreRecords: node.top === undefined && results.length > from + size,
    ...(node.returnTotalRecordCount
      ? { totalRecordCount: results.length, totalRecordCountLimitExceeded: false }
      : {}),
    isAggregate: true,
  };
}

function bindFields(plan: QueryPlan, store: QueryStore): Field[] {
  const tables = [
    { node: plan.node.entity, source: plan.entity },
    ...plan.joins.map(({ node, source }) => ({ node, source })),
  ];
  const fields = tables.flatMap(({ node, source }) => {
    if (node.allAttributes) throw fetchError("aggregateOnly");
    return node.attributes.map((attribute) => bindField(attribute, source, store));
  });
  if (new Set(fields.map(({ alias }) => alias)).size < fields.length) throw fetchError("duplicateAlias");
  if (fields.length === 0) throw fetchError("aggregateOnly");
  return fields;
}

function bindField(node: AttributeNode, source: Source, store: QueryStore): Field {
  const column = findColumn(source.table, node.name, store);
  if (node.groupBy && node.aggregate !== undefined) throw fetchError("groupByAndAggregate");
  if (!node.groupBy && node.aggregate === undefined) throw fetchError("aggregateOnly");
  if (node.alias === undefined) throw fetchError("aliasMissing");
  const kind = kindOf(column.type);
  if (node.dateGrouping !== undefined && (kind !== "date" || !node.groupBy)) {
    throw fetchError("invalidDateGrouping");
  }
  const { aggregate } = node;
  const unsupported =
    ((aggregate === "sum" || aggregate === "avg") && (kind !== "number" || isChoice(column))) ||
    ((aggregate === "min" || aggregate === "max") && kind !== "number" && kind !== "date" && kind !== "text");
  if (unsupported) throw aggregateNotSupported(aggregate, column.type);
  return { node, alias: node.alias, source, column };
}

function isChoice({ type }: QueryColumn): boolean {
  return type === "Picklist" || type === "State" || type === "Status";
}

function groupTuples(plan: QueryPlan, grouped: readonly Field[], environment: QueryEnvironment): Group[] {
  const limit = Math.min(plan.node.aggregateLimit ?? RECORD_LIMIT, RECORD_LIMIT);
  const groups = new Map<string, Group>();
  let records = 0;
  scanAllTuples(plan)((tuple) => {
    records += 1;
    if (records > limit) throw fetchError("aggregateLimit");
    const key = JSON.stringify(grouped.map((field) => groupKey(field, tuple, environment)));
    const member = [...tuple];
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { tuple: member, members: [member] });
    else group.members.push(member);
    return true;
  });
  // Without a groupby there is always one row, even of no rows.
  if (grouped.length === 0 && groups.size === 0) return [{ tuple: [], members: [] }];
  return [...groups.values()];
}

function groupKey(field: Field, tuple: Tuple, environment: QueryEnvironment): Value {
  const value = groupValue(field, tuple, environment);
  return typeof value === "string" && kindOf(field.column.type) === "text" ? foldText(value) : value;
}

/** Fiscal parts are formatted as in Learn's example; all others are numbers. */
const DATE_PARTS: Record<DateGrouping, (wall: number) => string | number> = {
  day: (wall) => new Date(wall).getUTCDate(),
  week: weekOf,
  month: (wall) => new Date(wall).getUTCMonth() + 1,
  quarter: quarterOf,
  year: yearOf,
  "fiscal-period": (wall) => `Quarter ${quarterOf(wall)} FY${yearOf(wall)}`,
  "fiscal-year": (wall) => `FY${yearOf(wall)}`,
};

function yearOf(wall: number): number {
  return new Date(wall).getUTCFullYear();
}

function groupValue({ node, source, column }: Field, tuple: Tuple, { caller }: QueryEnvironment): Value {
  const stored = column.read(tuple[source.index]);
  if (stored === null || node.dateGrouping === undefined) return stored;
  const wall = wallClock(String(stored), node.userTimeZone ? offsetOf(column, caller) : 0);
  return DATE_PARTS[node.dateGrouping](wall);
}

function resultRow(fields: readonly Field[], group: Group, environment: QueryEnvironment): ResultRow {
  const result: Record<string, Exclude<Value, null>> = {};
  for (const field of fields) {
    const { node, alias, source, column } = field;
    const value = node.groupBy
      ? groupValue(field, group.tuple, environment)
      : aggregateValue(field, group.members);
    if (value === null) continue;
    result[alias] = value;
    if (!node.groupBy || column.targets === undefined) continue;
    const [onlyTarget] = column.targets.length === 1 ? column.targets : [];
    const target = group.tuple[source.index]?.[`${column.logicalName}.table`] ?? onlyTarget;
    if (target !== undefined) result[`${alias}.table`] = target;
  }
  return result;
}

function aggregateValue(field: Field, members: readonly Tuple[]): Value {
  const { node, source, column } = field;
  if (node.aggregate === "count") return members.length;
  const kind = kindOf(column.type);
  let values = members.map((tuple) => column.read(tuple[source.index])).filter((value) => value !== null);
  if (node.distinct) values = distinctValues(values, kind);
  if (node.aggregate === "countcolumn") return values.length;
  if (node.aggregate === "min" || node.aggregate === "max") {
    return minOrMax(values, kind, node.aggregate === "max" ? 1 : -1);
  }
  const sum = values.reduce<number>((total, value) => total + Number(value), 0);
  if (node.aggregate === "sum") return sum;
  if (values.length === 0) return null;
  const average = sum / values.length;
  // Truncates towards zero, as SQL divides whole numbers, and avoids -0.
  return column.type === "Integer" || column.type === "BigInt" ? Math.trunc(average) || 0 : average;
}

function distinctValues(values: Exclude<Value, null>[], kind: Kind): Exclude<Value, null>[] {
  const byKey = new Map(values.map((value) => [kind === "text" ? foldText(String(value)) : value, value]));
  return [...byKey.values()];
}

function minOrMax(values: readonly Exclude<Value, null>[], kind: Kind, sign: 1 | -1): Value {
  let best: Exclude<Value, null> | null = null;
  for (const value of values) {
    if (best === null) best = value;
    else {
      const a = comparable(kind, value) ?? value;
      const b = comparable(kind, best) ?? best;
      if (compareValues(kind, a, b) * sign > 0) best = value;
    }
  }
  return best;
}

/**
 * Orders of an aggregate name aliases. Groups that compare equal keep the order in which they were
 * found.
 */
function rowOrder(plan: QueryPlan, fields: readonly Field[]): (a: ResultRow, b: ResultRow) => number {
  const nodes = [plan.node.entity, ...plan.joins.map(({ node }) => node)].flatMap(({ orders }) => orders);
  const keys = nodes.map(({ alias, attribute, descending }) => {
    if (alias === undefined) {
      throw fetchError(attribute === undefined ? "orderAliasMissing" : "orderAttributeNotAllowed");
    }
    const field = fields.find((candidate) => candidate.alias === alias);
    if (field === undefined) throw fetchError("orderAliasMissing");
    return { alias, kind: resultKind(field), sign: descending ? -1 : 1 };
  });
  return (a, b) => {
    for (const { alias, kind, sign } of keys) {
      const left = comparable(kind, a[alias]);
      const right = comparable(kind, b[alias]);
      if (left === undefined && right === undefined) continue;
      if (left === undefined) return -sign;
      if (right === undefined) return sign;
      const order = compareValues(kind, left, right);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

function resultKind({ node, column }: Field): Kind {
  if (node.dateGrouping === "fiscal-period" || node.dateGrouping === "fiscal-year") return "text";
  if (node.dateGrouping !== undefined) return "number";
  if (node.groupBy || node.aggregate === "min" || node.aggregate === "max") return kindOf(column.type);
  return "number";
}

function resultColumn({ node, alias, source, column }: Field): ResultColumn {
  return {
    key: alias,
    table: source.table.logicalName,
    column: column.logicalName,
    type: column.type,
    alias,
    ...(source.prefix === undefined ? {} : { link: source.prefix }),
    ...(node.aggregate === undefined ? {} : { aggregate: node.aggregate }),
    ...(node.dateGrouping === undefined ? {} : { dateGrouping: node.dateGrouping }),
  };
}

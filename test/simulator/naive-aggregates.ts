// Computes aggregates for the naive evaluator: it filters the group's rows, then adds, counts and
// compares.
import type { Element } from "@xmldom/xmldom";
import type { QueryColumn, Value } from "../../simulator/fetchxml/query-store.ts";
import { datePart } from "./naive-dates.ts";
import { attribute, columnOf, compareNullable, childElements, isTrue } from "./naive-elements.ts";
import type { NaiveRow, JoinedRow, QueryContext } from "./naive-elements.ts";
import { columnCaller, compareStored, foldText, shapeOf } from "./naive-values.ts";
import type { Shape } from "./naive-values.ts";

interface OutputAttribute {
  readonly element: Element;
  readonly owner: Element;
}

export function naiveAggregates(
  entity: Element,
  combinations: readonly JoinedRow[][],
  context: QueryContext,
): NaiveRow[] {
  const wanted = attributesBelow(entity);
  const grouped = wanted.filter(({ element }) => isTrue(element, "groupby"));
  const keys = combinations.map((combination) =>
    JSON.stringify(
      grouped.map((one) => groupValue(one, combination, context)),
      (_key, value: unknown) => (typeof value === "string" ? foldText(value) : value),
    ),
  );
  const groups = [...new Set(keys)].map((key) => combinations.filter((_combination, at) => keys[at] === key));
  if (grouped.length === 0 && groups.length === 0) groups.push([]);
  const rows = groups.map((members) => {
    const row: NaiveRow = {};
    for (const one of wanted) {
      const alias = attribute(one.element, "alias");
      const [first] = members;
      const isGroup = isTrue(one.element, "groupby");
      const value =
        isGroup && first !== undefined ? groupValue(one, first, context) : aggregate(one, members);
      if (value === null) continue;
      row[alias] = value;
      if (!isGroup || first === undefined) continue;
      const { place, column } = valueSource(one, first);
      const target =
        place.row?.[`${column.logicalName}.table`] ??
        (column.targets?.length === 1 ? column.targets[0] : null);
      if (column.targets !== undefined && target !== null && target !== undefined)
        row[`${alias}.table`] = target;
    }
    return row;
  });
  return rows.toSorted((a, b) => compareRows(entity, wanted, a, b));
}

function attributesBelow(owner: Element): OutputAttribute[] {
  return [
    ...childElements(owner, "attribute").map((element) => ({ element, owner })),
    ...childElements(owner, "link-entity").flatMap(attributesBelow),
  ];
}

function valueSource(
  { element, owner }: OutputAttribute,
  combination: readonly JoinedRow[],
): { place: JoinedRow; column: QueryColumn } {
  const place = combination.find((candidate) => candidate.element === owner);
  if (place === undefined) throw new Error("an attribute of no table");
  return { place, column: columnOf(place.table, attribute(element, "name")) };
}

function groupValue(
  one: OutputAttribute,
  combination: readonly JoinedRow[],
  { caller }: QueryContext,
): Value {
  const { place, column } = valueSource(one, combination);
  const value = place.row?.[column.logicalName] ?? null;
  const grouping = attribute(one.element, "dategrouping");
  if (value === null || grouping === "") return value;
  const utc = attribute(one.element, "usertimezone") === "false";
  const clock = columnCaller(column, caller);
  return datePart(grouping, String(value), utc ? { ...clock, utcOffsetMinutes: 0 } : clock);
}

function aggregate(one: OutputAttribute, members: readonly JoinedRow[][]): Value {
  const kind = attribute(one.element, "aggregate");
  if (kind === "count") return members.length;
  const found = members.map((combination) => valueSource(one, combination));
  let values = found.flatMap(({ place, column }) => {
    const value = place.row?.[column.logicalName] ?? null;
    return value === null ? [] : [value];
  });
  const column = found[0]?.column;
  const shape: Shape = column === undefined ? "number" : shapeOf(column.type);
  if (isTrue(one.element, "distinct")) {
    values = values.filter(
      (value, at) => values.findIndex((other) => compareStored(shape, value, other) === 0) === at,
    );
  }
  if (kind === "countcolumn") return values.length;
  const sum = values.map(Number).reduce((total, value) => total + value, 0);
  if (kind === "sum") return sum;
  if (values.length === 0) return null;
  // Whole numbers are divided as in SQL: towards zero.
  const whole = column?.type === "Integer" ? sum % values.length : 0;
  if (kind === "avg") return (sum - whole) / values.length;
  const sorted = values.toSorted((a, b) => compareStored(shape, a, b));
  return (kind === "min" ? sorted[0] : sorted.at(-1)) ?? null;
}

function compareRows(entity: Element, wanted: readonly OutputAttribute[], a: NaiveRow, b: NaiveRow): number {
  for (const order of childElements(entity, "order")) {
    const alias = attribute(order, "alias");
    const one = wanted.find(({ element }) => attribute(element, "alias") === alias);
    const numeric = typeof (a[alias] ?? b[alias]) === "number" || one === undefined;
    const difference = compareNullable(numeric ? "number" : "text", a[alias] ?? null, b[alias] ?? null);
    if (difference !== 0) return isTrue(order, "descending") ? -difference : difference;
  }
  return 0;
}

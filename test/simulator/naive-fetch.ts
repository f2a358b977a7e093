// Evaluates FetchXML straight from the grammar: nested loops over the elements and over every pair
// of rows. It is slow, and short enough to be verified by reading. It accepts valid queries only.
import { DOMParser } from "@xmldom/xmldom";
import type { Element } from "@xmldom/xmldom";
import type { QueryColumn, Row, Value } from "../../simulator/fetchxml/query-store.ts";
import { naiveAggregates } from "./naive-aggregates.ts";
import { conditionHolds } from "./naive-conditions.ts";
import {
  attribute,
  columnOf,
  compareNullable,
  childElements,
  isTrue,
  parentElement,
  joinedRowNamed,
  joinedRowOf,
  tableOf,
} from "./naive-elements.ts";
import type { NaiveRow, JoinedRow, QueryContext } from "./naive-elements.ts";
import { compareStored, foldText, shapeOf } from "./naive-values.ts";

const JOINS = new Set(["inner", "outer", "natural", "matchfirstrowusingcrossapply", ""]);

/** Returns all rows of a query in its order, without paging, but with `top`. */
export function naiveFetch(xml: string, context: QueryContext): NaiveRow[] {
  const fetch = new DOMParser().parseFromString(xml, "text/xml").documentElement;
  const entity = fetch === null ? undefined : childElements(fetch, "entity")[0];
  if (fetch === null || entity === undefined) throw new Error("not a query");
  const table = tableOf(entity, context);
  const places = [...table.rows()].map((row) => [{ element: entity, table, row }]);
  const joined = joinAll(entity, places, context).filter((combination) =>
    passes(entity, combination, context),
  );
  const top = Number(fetch.getAttribute("top") ?? Number.POSITIVE_INFINITY);
  if (isTrue(fetch, "aggregate")) return naiveAggregates(entity, joined, context).slice(0, top);
  const sorted = joined.toSorted((a, b) =>
    compareCombinations(entity, a, b, context, isTrue(fetch, "useraworderby")),
  );
  const distinct = isTrue(fetch, "distinct");
  const results = sorted.map((combination) => ({
    shown: outputRow(fetch, entity, combination, distinct),
    order: orderElements(entity).map((order) => orderValue(order, combination)),
  }));
  if (!distinct) return results.map(({ shown }) => shown).slice(0, top);
  const seen = new Set<string>();
  const first = results.filter((result) => {
    const key = JSON.stringify(result, (_key, value: unknown) =>
      typeof value === "string" ? foldText(value) : value,
    );
    return !seen.has(key) && seen.add(key);
  });
  return first.map(({ shown }) => shown).slice(0, top);
}

function joinAll(parent: Element, combinations: JoinedRow[][], context: QueryContext): JoinedRow[][] {
  let joined = combinations;
  for (const link of childElements(parent, "link-entity")) {
    if (!JOINS.has(attribute(link, "link-type"))) continue;
    joined = joined.flatMap((combination) => joinOne(link, parent, combination, context));
    joined = joinAll(link, joined, context);
  }
  return joined;
}

function joinOne(
  link: Element,
  parent: Element,
  combination: JoinedRow[],
  context: QueryContext,
): JoinedRow[][] {
  const type = attribute(link, "link-type");
  const found = matchingRows(link, parent, combination, context)
    .map((row) => combination.concat({ element: link, table: tableOf(link, context), row }))
    .filter((candidate) => passes(link, candidate, context));
  if (type === "matchfirstrowusingcrossapply") found.splice(1);
  const optional = type === "outer" || type === "matchfirstrowusingcrossapply";
  if (found.length > 0 || !optional) return found;
  return [[...combination, { element: link, table: tableOf(link, context), row: null }]];
}

function matchingRows(
  link: Element,
  parent: Element,
  combination: readonly JoinedRow[],
  context: QueryContext,
): Row[] {
  const table = tableOf(link, context);
  const owner = combination.find(({ element }) => element === parent);
  const [from, to] = [attribute(link, "from"), attribute(link, "to")];
  const value = owner?.row?.[to] ?? null;
  if (value === null) return [];
  return [...table.rows()].filter((row) => {
    const other = row[from] ?? null;
    return other !== null && compareStored(shapeOf(columnOf(table, from).type), other, value) === 0;
  });
}

/** Tests the filters of an element, and its links that only test for existence. */
function passes(element: Element, combination: JoinedRow[], context: QueryContext): boolean {
  return (
    childElements(element, "filter").every((filter) => filterHolds(filter, element, combination, context)) &&
    childElements(element, "link-entity").every(
      (link) => JOINS.has(attribute(link, "link-type")) || linkHolds(link, element, combination, context),
    )
  );
}

function filterHolds(
  filter: Element,
  owner: Element,
  combination: JoinedRow[],
  context: QueryContext,
): boolean {
  const results = childElements(filter).map((item) => {
    if (item.tagName === "filter") return filterHolds(item, owner, combination, context);
    if (item.tagName === "link-entity") return linkHolds(item, owner, combination, context);
    return conditionHolds(item, owner, combination, context);
  });
  if (results.length === 0) return true;
  return attribute(filter, "type") === "or" ? results.includes(true) : !results.includes(false);
}

function linkHolds(link: Element, owner: Element, combination: JoinedRow[], context: QueryContext): boolean {
  const rows = matchingRows(link, owner, combination, context);
  const candidates = rows
    .map((row) => combination.concat({ element: link, table: tableOf(link, context), row }))
    .filter((candidate) => passes(link, candidate, context));
  const passing = joinAll(link, candidates, context).length > 0;
  const type = attribute(link, "link-type");
  if (type === "not any") return !passing;
  return type === "all" ? rows.length > 0 && !passing : passing;
}

/** Returns orders of the entity, then those of the links depth first. */
function orderElements(element: Element): Element[] {
  const links = childElements(element, "link-entity").filter((link) =>
    JOINS.has(attribute(link, "link-type")),
  );
  return [...childElements(element, "order"), ...links.flatMap(orderElements)];
}

function orderedRow(order: Element, combination: readonly JoinedRow[]): JoinedRow {
  const name = attribute(order, "entityname");
  if (name !== "") return joinedRowNamed(name, combination);
  return joinedRowOf(parentElement(order), combination);
}

function orderValue(order: Element, combination: readonly JoinedRow[]): Value {
  return orderedRow(order, combination).row?.[attribute(order, "attribute")] ?? null;
}

function compareCombinations(
  entity: Element,
  a: readonly JoinedRow[],
  b: readonly JoinedRow[],
  context: QueryContext,
  raw: boolean,
): number {
  for (const order of orderElements(entity)) {
    const { table } = orderedRow(order, a);
    const column = columnOf(table, attribute(order, "attribute"));
    const shown = (combination: readonly JoinedRow[]): Value =>
      sortValue(column, orderedRow(order, combination).row, context, raw);
    const named = column.targets !== undefined || (column.choices !== undefined && !raw);
    const difference = compareNullable(named ? "text" : shapeOf(column.type), shown(a), shown(b));
    if (difference !== 0) return isTrue(order, "descending") ? -difference : difference;
  }
  const { table } = joinedRowOf(entity, a);
  const [left, right] = [joinedRowOf(entity, a), joinedRowOf(entity, b)];
  return compareNullable("guid", left.row?.[table.primaryId] ?? null, right.row?.[table.primaryId] ?? null);
}

/** Lookups are ordered by the name of the row they reference, choices by their label. */
function sortValue(column: QueryColumn, row: Row | null, { store }: QueryContext, raw: boolean): Value {
  const value = row?.[column.logicalName] ?? null;
  if (value === null) return null;
  if (column.choices !== undefined && !raw) {
    return column.choices.find((choice) => choice.value === value)?.label ?? String(value);
  }
  const targets = row?.[`${column.logicalName}.table`];
  for (const target of typeof targets === "string" ? [targets] : (column.targets ?? [])) {
    const table = store.table(target);
    for (const other of table?.rows() ?? []) {
      if (table !== undefined && other[table.primaryId] === value) return other[table.primaryName] ?? null;
    }
  }
  return value;
}

function outputRow(
  fetch: Element,
  entity: Element,
  combination: readonly JoinedRow[],
  distinct: boolean,
): NaiveRow {
  const row: NaiveRow = {};
  const allLinks = [...fetch.getElementsByTagName("link-entity")];
  for (const place of combination) {
    const { element, table } = place;
    const prefix =
      element === entity
        ? ""
        : `${attribute(element, "alias") || `${table.logicalName}${allLinks.indexOf(element) + 1}`}.`;
    const named = childElements(element, "attribute");
    const everything =
      childElements(element, "all-attributes").length > 0 ||
      (element === entity && named.length === 0 && childElements(element, "no-attrs").length === 0);
    if (everything)
      for (const column of table.columns()) addValue(row, prefix + column.logicalName, place, column);
    for (const one of named) {
      const column = columnOf(table, attribute(one, "name"));
      const key = attribute(one, "alias") || prefix + column.logicalName;
      if (attribute(one, "rowaggregate") === "") addValue(row, key, place, column);
      else
        row[key] = [...table.rows()].filter(
          (other) => other["parentaccountid"] === place.row?.["accountid"],
        ).length;
    }
    if (element !== entity || distinct) continue;
    addValue(row, table.primaryId, place, columnOf(table, table.primaryId));
    const money = everything || named.some((one) => columnOf(table, attribute(one, "name")).type === "Money");
    const currency = table.column("transactioncurrencyid");
    if (money && currency !== undefined) addValue(row, "transactioncurrencyid", place, currency);
  }
  return row;
}

function addValue(row: NaiveRow, key: string, place: JoinedRow, column: QueryColumn): void {
  const value = place.row?.[column.logicalName] ?? null;
  if (value === null) return;
  row[key] = value;
  if (column.targets === undefined) return;
  const target =
    place.row?.[`${column.logicalName}.table`] ?? (column.targets.length === 1 ? column.targets[0] : null);
  if (target !== null && target !== undefined) row[`${key}.table`] = target;
}

// Provides what the parts of the naive evaluator share: the query's elements, and joined rows.
import type { Element, Node } from "@xmldom/xmldom";
import type {
  Caller,
  QueryColumn,
  QueryStore,
  QueryTable,
  Row,
  Value,
} from "../../simulator/fetchxml/query-store.ts";
import { compareStored } from "./naive-values.ts";

export type NaiveRow = Record<string, Value>;

/** One table's row among the joined ones; null where an outer join found none. */
export interface JoinedRow {
  readonly element: Element;
  readonly table: QueryTable;
  readonly row: Row | null;
}

export interface QueryContext {
  readonly store: QueryStore;
  readonly caller: Caller;
  readonly now: Date;
}

export function joinedRowOf(element: Element, combination: readonly JoinedRow[]): JoinedRow {
  const place = combination.find((candidate) => candidate.element === element);
  if (place === undefined) throw new Error(`no row of ${element.tagName}`);
  return place;
}

export function joinedRowNamed(name: string, combination: readonly JoinedRow[]): JoinedRow {
  const place = combination.findLast(
    ({ element }) => (attribute(element, "alias") || attribute(element, "name")) === name,
  );
  if (place === undefined) throw new Error(`no table called ${name}`);
  return place;
}

export function tableOf(element: Element, { store }: QueryContext): QueryTable {
  const table = store.table(attribute(element, "name"));
  if (table === undefined) throw new Error(`no table ${attribute(element, "name")}`);
  return table;
}

export function columnOf(table: QueryTable, name: string): QueryColumn {
  const column = table.column(name);
  if (column === undefined) throw new Error(`no column ${table.logicalName}.${name}`);
  return column;
}

/** Child elements, all or of one name. */
export function childElements(element: Element, name?: string): Element[] {
  return [...element.childNodes]
    .filter(isElement)
    .filter((child) => name === undefined || child.tagName === name);
}

export function parentElement(element: Element): Element {
  const parent = element.parentNode;
  if (parent === null || !isElement(parent)) throw new Error("an order outside of a query");
  return parent;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

export function attribute(element: Element, name: string): string {
  return element.getAttribute(name) ?? "";
}

export function isTrue(element: Element, name: string): boolean {
  return ["1", "true"].includes(attribute(element, name).toLowerCase());
}

export function compareNullable(shape: Parameters<typeof compareStored>[0], a: Value, b: Value): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  return compareStored(shape, a, b);
}

// FetchXML's grammar: elements into a query whose names are not yet looked up in any table.
// Learn: "FetchXml schema", "Query data using FetchXml". What the grammar does not know is refused, not skipped;
// unknown attributes are skipped, as Dataverse does (designers leave uiname, uitype and their own behind).

import { invalidAlias, refusal } from "./fetch-error.ts";
import type { Fault } from "./fetch-error.ts";
import { parseXml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

const MAX_LINKS = 15;
const MAX_CONDITIONS = 500;

const LINK_TYPES = [
  "inner",
  "outer",
  "natural",
  "exists",
  "in",
  "matchfirstrowusingcrossapply",
  "any",
  "not any",
  "all",
  "not all",
] as const;
export type LinkType = (typeof LINK_TYPES)[number];

/** Link types that add columns, and may add rows, to the result. */
export function isJoin(linkType: LinkType): boolean {
  return ["inner", "outer", "natural", "matchfirstrowusingcrossapply"].includes(linkType);
}

const AGGREGATES = ["count", "countcolumn", "sum", "avg", "min", "max"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

const DATE_GROUPINGS = ["day", "week", "month", "quarter", "year", "fiscal-period", "fiscal-year"] as const;
export type DateGrouping = (typeof DATE_GROUPINGS)[number];

export interface AttributeNode {
  readonly name: string;
  readonly alias: string | undefined;
  readonly aggregate: Aggregate | undefined;
  readonly groupBy: boolean;
  readonly dateGrouping: DateGrouping | undefined;
  readonly userTimeZone: boolean;
  readonly distinct: boolean;
  readonly countChildren: boolean;
}

export interface OrderNode {
  readonly attribute: string | undefined;
  readonly alias: string | undefined;
  readonly entityName: string | undefined;
  readonly descending: boolean;
}

export interface ConditionNode {
  readonly kind: "condition";
  readonly attribute: string;
  readonly operator: string;
  readonly entityName: string | undefined;
  readonly valueOf: string | undefined;
  readonly values: readonly string[];
}

export interface FilterNode {
  readonly kind: "filter";
  readonly any: boolean;
  readonly items: readonly (FilterNode | ConditionNode | LinkNode)[];
}

export interface TableNode {
  readonly name: string;
  readonly attributes: readonly AttributeNode[];
  readonly allAttributes: boolean;
  readonly noAttributes: boolean;
  readonly orders: readonly OrderNode[];
  readonly filters: readonly FilterNode[];
  readonly links: readonly LinkNode[];
}

export interface LinkNode extends TableNode {
  readonly kind: "link-entity";
  readonly alias: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly linkType: LinkType;
  /** 1 for the first link-entity of the query, in the order of the text. */
  readonly number: number;
}

export interface FetchNode {
  readonly entity: TableNode;
  readonly aggregate: boolean;
  readonly distinct: boolean;
  readonly rawOrder: boolean;
  readonly top: number | undefined;
  readonly count: number | undefined;
  readonly page: number | undefined;
  readonly pagingCookie: string | undefined;
  readonly returnTotalRecordCount: boolean;
  readonly aggregateLimit: number | undefined;
  /** Long-term retained rows only. */
  readonly retained: boolean;
}

/** @throws FetchError where the text is not XML or not FetchXML */
export function parseFetch(xml: string): FetchNode {
  const root = parseXml(xml);
  if (root.name !== "fetch") throw refusal("invalidNode");
  refuseText(root);
  const [entity, ...others] = root.children;
  if (entity === undefined) throw refusal("elementMissing");
  if (entity.name !== "entity" || others.length > 0) throw refusal("invalidNode");
  const mapping = present(root, "mapping");
  if (mapping !== undefined && mapping !== "logical" && mapping !== "internal")
    throw refusal("invalidMapping");
  flag(root, "no-lock", "invalidNoLock");
  const numbers = numberLinks(root);
  return {
    entity: tableNode(entity, numbers),
    aggregate: flag(root, "aggregate", "invalidAggregate"),
    distinct: flag(root, "distinct", "invalidDistinct"),
    rawOrder: flag(root, "useraworderby", "invalidRawOrder"),
    top: wholeNumber(root, "top"),
    count: wholeNumber(root, "count"),
    page: wholeNumber(root, "page"),
    pagingCookie: present(root, "paging-cookie"),
    returnTotalRecordCount: flag(root, "returntotalrecordcount", "invalidValue"),
    aggregateLimit: wholeNumber(root, "aggregatelimit"),
    retained: root.attributes.get("datasource") === "retained",
  };
}

function tableNode(element: XmlElement, numbers: LinkNumbers): TableNode {
  refuseText(element);
  const attributes: AttributeNode[] = [];
  const orders: OrderNode[] = [];
  const filters: FilterNode[] = [];
  const links: LinkNode[] = [];
  let allAttributes = false;
  let noAttributes = false;
  for (const child of element.children) {
    if (child.name === "attribute") attributes.push(attributeNode(child));
    else if (child.name === "order") orders.push(orderNode(child));
    else if (child.name === "filter") filters.push(filterNode(child, numbers));
    else if (child.name === "link-entity") links.push(linkNode(child, numbers));
    else if (child.name === "all-attributes") allAttributes = true;
    else if (child.name === "no-attrs") noAttributes = true;
    else throw refusal("invalidNode");
  }
  return { name: required(element, "name"), attributes, allAttributes, noAttributes, orders, filters, links };
}

function linkNode(element: XmlElement, numbers: LinkNumbers): LinkNode {
  const linkType = present(element, "link-type") ?? "inner";
  if (!isOneOf(LINK_TYPES, linkType)) throw refusal("invalidLinkType");
  return {
    ...tableNode(element, numbers),
    kind: "link-entity",
    alias: aliasOf(element),
    from: present(element, "from"),
    to: present(element, "to"),
    linkType,
    number: numbers.get(element) ?? 0,
  };
}

function attributeNode(element: XmlElement): AttributeNode {
  refuseText(element);
  refuseChildren(element);
  const aggregate = present(element, "aggregate")?.toLowerCase();
  if (aggregate !== undefined && !isOneOf(AGGREGATES, aggregate)) throw refusal("invalidAggregate");
  const dateGrouping = present(element, "dategrouping");
  if (dateGrouping !== undefined && !isOneOf(DATE_GROUPINGS, dateGrouping)) {
    throw refusal("invalidDateGrouping");
  }
  const rowAggregate = present(element, "rowaggregate")?.toLowerCase();
  if (rowAggregate !== undefined && rowAggregate !== "countchildren") throw refusal("invalidAggregate");
  return {
    name: required(element, "name"),
    alias: aliasOf(element),
    aggregate,
    groupBy: flag(element, "groupby", "invalidGroupBy"),
    dateGrouping,
    userTimeZone: flag(element, "usertimezone", "invalidValue", true),
    distinct: flag(element, "distinct", "invalidDistinct"),
    countChildren: rowAggregate !== undefined,
  };
}

function orderNode(element: XmlElement): OrderNode {
  refuseText(element);
  refuseChildren(element);
  return {
    attribute: present(element, "attribute"),
    alias: present(element, "alias"),
    entityName: present(element, "entityname"),
    descending: flag(element, "descending", "invalidDescending"),
  };
}

function filterNode(element: XmlElement, numbers: LinkNumbers): FilterNode {
  refuseText(element);
  const type = present(element, "type") ?? "and";
  if (type !== "and" && type !== "or") throw refusal("invalidFilterType");
  flag(element, "isquickfindfields", "invalidQuickFind");
  const items = element.children.map((child) => {
    if (child.name === "condition") return conditionNode(child);
    if (child.name === "filter") return filterNode(child, numbers);
    if (child.name === "link-entity") return filterLink(linkNode(child, numbers));
    throw refusal("invalidNode");
  });
  return { kind: "filter", any: type === "or", items };
}

/** A filter asks whether rows exist; it cannot join them. */
function filterLink(link: LinkNode): LinkNode {
  if (isJoin(link.linkType)) throw refusal("invalidLinkType");
  return link;
}

function conditionNode(element: XmlElement): ConditionNode {
  refuseText(element);
  const values: string[] = [];
  const value = element.attributes.get("value");
  if (value !== undefined) values.push(value);
  for (const child of element.children) {
    if (child.name !== "value") throw refusal("invalidNode");
    refuseChildren(child);
    values.push(child.text);
  }
  return {
    kind: "condition",
    attribute: present(element, "attribute") ?? required(element, "column"),
    operator: required(element, "operator"),
    entityName: present(element, "entityname"),
    valueOf: present(element, "valueof"),
    values,
  };
}

type LinkNumbers = ReadonlyMap<XmlElement, number>;

/** Also checks the limits. Learn "Join tables": link-entities alone; "Filter rows": with the conditions. */
function numberLinks(root: XmlElement): LinkNumbers {
  const links = new Map<XmlElement, number>();
  let conditions = 0;
  const visit = (element: XmlElement): void => {
    if (element.name === "link-entity") links.set(element, links.size + 1);
    if (element.name === "condition") conditions += 1;
    for (const child of element.children) visit(child);
  };
  visit(root);
  if (links.size > MAX_LINKS) throw refusal("tooManyLinks");
  if (conditions + links.size > MAX_CONDITIONS) throw refusal("tooManyConditions");
  return links;
}

function refuseText(element: XmlElement): void {
  if (element.text.trim() !== "") throw refusal("invalidNode");
}

function refuseChildren(element: XmlElement): void {
  if (element.children.length > 0) throw refusal("invalidNode");
}

function required(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined || value === "") throw refusal("attributeMissing");
  return value;
}

function aliasOf(element: XmlElement): string | undefined {
  const alias = present(element, "alias");
  if (alias !== undefined && !/^[A-Za-z_][\w.]*$/.test(alias)) throw invalidAlias(alias);
  return alias;
}

/** An attribute that is there but empty counts as absent. */
function present(element: XmlElement, name: string): string | undefined {
  const value = element.attributes.get(name);
  return value === "" ? undefined : value;
}

function flag(element: XmlElement, name: string, fault: Fault, absent = false): boolean {
  const value = present(element, name);
  if (value === undefined) return absent;
  const spelled = value.toLowerCase();
  if (spelled === "true" || spelled === "1") return true;
  if (spelled === "false" || spelled === "0") return false;
  throw refusal(fault);
}

function wholeNumber(element: XmlElement, name: string): number | undefined {
  const value = present(element, name);
  if (value === undefined) return undefined;
  if (!/^\s*-?\d+\s*$/.test(value)) throw refusal("invalidValue");
  return Number(value);
}

function isOneOf<T extends string>(known: readonly T[], value: string): value is T {
  return (known as readonly string[]).includes(value);
}

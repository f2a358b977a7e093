// Parses FetchXML into a query whose names are not yet resolved. Unknown elements are refused;
// unknown attributes are ignored, as in Dataverse, because designers leave uiname, uitype and
// others behind. Learn: "FetchXml schema", "Query data using FetchXml".

import { invalidAlias, fetchError } from "./fetch-error.ts";
import type { FetchErrorName } from "./fetch-error.ts";
import { AGGREGATES, DATE_GROUPINGS, isJoin, LINK_TYPES } from "./nodes.ts";
import type {
  AttributeNode,
  ConditionNode,
  FetchNode,
  FilterNode,
  LinkNode,
  OrderNode,
  TableNode,
} from "./nodes.ts";
import { parseXml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

const MAX_LINKS = 15;
const MAX_CONDITIONS = 500;

/** @throws FetchError where the text is not XML or not FetchXML */
export function parseFetch(xml: string): FetchNode {
  const root = parseXml(xml);
  if (root.name !== "fetch") throw fetchError("invalidNode");
  requireNoText(root);
  const [entity, ...others] = root.children;
  if (entity === undefined) throw fetchError("elementMissing");
  if (entity.name !== "entity" || others.length > 0) throw fetchError("invalidNode");
  const mapping = optional(root, "mapping");
  if (mapping !== undefined && mapping !== "logical" && mapping !== "internal")
    throw fetchError("invalidMapping");
  readBoolean(root, "no-lock", "invalidNoLock");
  const numbers = numberLinks(root);
  return {
    entity: readTable(entity, numbers),
    aggregate: readBoolean(root, "aggregate", "invalidAggregate"),
    distinct: readBoolean(root, "distinct", "invalidDistinct"),
    rawOrder: readBoolean(root, "useraworderby", "invalidRawOrder"),
    top: readInteger(root, "top"),
    count: readInteger(root, "count"),
    page: readInteger(root, "page"),
    pagingCookie: optional(root, "paging-cookie"),
    returnTotalRecordCount: readBoolean(root, "returntotalrecordcount", "invalidValue"),
    aggregateLimit: readInteger(root, "aggregatelimit"),
    retained: root.attributes.get("datasource") === "retained",
  };
}

function readTable(element: XmlElement, numbers: LinkNumbers): TableNode {
  requireNoText(element);
  const attributes: AttributeNode[] = [];
  const orders: OrderNode[] = [];
  const filters: FilterNode[] = [];
  const links: LinkNode[] = [];
  let allAttributes = false;
  let noAttributes = false;
  for (const child of element.children) {
    if (child.name === "attribute") attributes.push(readAttribute(child));
    else if (child.name === "order") orders.push(readOrder(child));
    else if (child.name === "filter") filters.push(readFilter(child, numbers));
    else if (child.name === "link-entity") links.push(readLink(child, numbers));
    else if (child.name === "all-attributes") allAttributes = true;
    else if (child.name === "no-attrs") noAttributes = true;
    else throw fetchError("invalidNode");
  }
  return { name: required(element, "name"), attributes, allAttributes, noAttributes, orders, filters, links };
}

function readLink(element: XmlElement, numbers: LinkNumbers): LinkNode {
  const linkType = optional(element, "link-type") ?? "inner";
  if (!isOneOf(LINK_TYPES, linkType)) throw fetchError("invalidLinkType");
  return {
    ...readTable(element, numbers),
    kind: "link-entity",
    alias: readAlias(element),
    from: optional(element, "from"),
    to: optional(element, "to"),
    linkType,
    number: numbers.get(element) ?? 0,
  };
}

function readAttribute(element: XmlElement): AttributeNode {
  requireNoText(element);
  requireNoChildren(element);
  const aggregate = optional(element, "aggregate")?.toLowerCase();
  if (aggregate !== undefined && !isOneOf(AGGREGATES, aggregate)) throw fetchError("invalidAggregate");
  const dateGrouping = optional(element, "dategrouping");
  if (dateGrouping !== undefined && !isOneOf(DATE_GROUPINGS, dateGrouping)) {
    throw fetchError("invalidDateGrouping");
  }
  const rowAggregate = optional(element, "rowaggregate")?.toLowerCase();
  if (rowAggregate !== undefined && rowAggregate !== "countchildren") throw fetchError("invalidAggregate");
  return {
    name: required(element, "name"),
    alias: readAlias(element),
    aggregate,
    groupBy: readBoolean(element, "groupby", "invalidGroupBy"),
    dateGrouping,
    userTimeZone: readBoolean(element, "usertimezone", "invalidValue", true),
    distinct: readBoolean(element, "distinct", "invalidDistinct"),
    countChildren: rowAggregate !== undefined,
  };
}

function readOrder(element: XmlElement): OrderNode {
  requireNoText(element);
  requireNoChildren(element);
  return {
    attribute: optional(element, "attribute"),
    alias: optional(element, "alias"),
    entityName: optional(element, "entityname"),
    descending: readBoolean(element, "descending", "invalidDescending"),
  };
}

function readFilter(element: XmlElement, numbers: LinkNumbers): FilterNode {
  requireNoText(element);
  const type = optional(element, "type") ?? "and";
  if (type !== "and" && type !== "or") throw fetchError("invalidFilterType");
  readBoolean(element, "isquickfindfields", "invalidQuickFind");
  const items = element.children.map((child) => {
    if (child.name === "condition") return readCondition(child);
    if (child.name === "filter") return readFilter(child, numbers);
    if (child.name === "link-entity") return existenceLink(readLink(child, numbers));
    throw fetchError("invalidNode");
  });
  return { kind: "filter", any: type === "or", items };
}

/** A filter can test whether rows exist, but cannot join them. */
function existenceLink(link: LinkNode): LinkNode {
  if (isJoin(link.linkType)) throw fetchError("invalidLinkType");
  return link;
}

function readCondition(element: XmlElement): ConditionNode {
  requireNoText(element);
  const values: string[] = [];
  const value = element.attributes.get("value");
  if (value !== undefined) values.push(value);
  for (const child of element.children) {
    if (child.name !== "value") throw fetchError("invalidNode");
    requireNoChildren(child);
    values.push(child.text);
  }
  return {
    kind: "condition",
    attribute: optional(element, "attribute") ?? required(element, "column"),
    operator: required(element, "operator"),
    entityName: optional(element, "entityname"),
    valueOf: optional(element, "valueof"),
    values,
  };
}

type LinkNumbers = ReadonlyMap<XmlElement, number>;

/**
 * Numbers the links and checks the limits. Learn "Join tables" limits link-entities alone, "Filter
 * rows" limits them together with conditions.
 */
function numberLinks(root: XmlElement): LinkNumbers {
  const links = new Map<XmlElement, number>();
  let conditions = 0;
  const visit = (element: XmlElement): void => {
    if (element.name === "link-entity") links.set(element, links.size + 1);
    if (element.name === "condition") conditions += 1;
    for (const child of element.children) visit(child);
  };
  visit(root);
  if (links.size > MAX_LINKS) throw fetchError("tooManyLinks");
  if (conditions + links.size > MAX_CONDITIONS) throw fetchError("tooManyConditions");
  return links;
}

function requireNoText(element: XmlElement): void {
  if (element.text.trim() !== "") throw fetchError("invalidNode");
}

function requireNoChildren(element: XmlElement): void {
  if (element.children.length > 0) throw fetchError("invalidNode");
}

function required(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined || value === "") throw fetchError("attributeMissing");
  return value;
}

function readAlias(element: XmlElement): string | undefined {
  const alias = optional(element, "alias");
  if (alias !== undefined && !/^[A-Za-z_][\w.]*$/.test(alias)) throw invalidAlias(alias);
  return alias;
}

/** Reads an attribute; an empty one counts as absent. */
function optional(element: XmlElement, name: string): string | undefined {
  const value = element.attributes.get(name);
  return value === "" ? undefined : value;
}

function readBoolean(
  element: XmlElement,
  name: string,
  errorName: FetchErrorName,
  defaultValue = false,
): boolean {
  const value = optional(element, name);
  if (value === undefined) return defaultValue;
  const normalized = value.toLowerCase();
  if (normalized === "true" || normalized === "1") return true;
  if (normalized === "false" || normalized === "0") return false;
  throw fetchError(errorName);
}

function readInteger(element: XmlElement, name: string): number | undefined {
  const value = optional(element, name);
  if (value === undefined) return undefined;
  if (!/^\s*-?\d+\s*$/.test(value)) throw fetchError("invalidValue");
  return Number(value);
}

function isOneOf<T extends string>(known: readonly T[], value: string): value is T {
  return (known as readonly string[]).includes(value);
}

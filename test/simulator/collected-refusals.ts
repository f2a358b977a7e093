// Predicts why a query is refused, from the query and the types of its columns, so that any other
// file of queries can replace the collected one. All other queries must run.
import type { Element } from "@xmldom/xmldom";
import type { Column } from "../../simulator/org/columns.ts";
import type { Org } from "../../simulator/org/org.ts";
import { attributeOf, parsed, usesIn, valuesOf, type ColumnUse } from "./collected-queries.ts";
import { shapeOf } from "./naive-values.ts";

export interface ExpectedRefusal {
  readonly reason: string;
  readonly codes: readonly string[];
}

// From "FetchXML grammar" of the collected documentation of Dataverse.
const LINK_TYPES = new Set(
  "inner,outer,any,not any,all,not all,exists,in,natural,matchfirstrowusingcrossapply".split(","),
);
const OPERATORS = new Set(
  (
    "eq neq ne gt ge le lt like not-like in not-in between not-between null not-null yesterday today tomorrow last-seven-days " +
    "next-seven-days last-week this-week next-week last-month this-month next-month on on-or-before on-or-after last-year this-year " +
    "next-year last-x-hours next-x-hours last-x-days next-x-days last-x-weeks next-x-weeks last-x-months next-x-months last-x-years " +
    "next-x-years olderthan-x-months olderthan-x-years olderthan-x-weeks olderthan-x-days olderthan-x-hours olderthan-x-minutes " +
    "eq-userid ne-userid eq-userteams eq-useroruserteams eq-useroruserhierarchy eq-useroruserhierarchyandteams eq-businessid " +
    "ne-businessid eq-userlanguage this-fiscal-year this-fiscal-period next-fiscal-year next-fiscal-period last-fiscal-year " +
    "last-fiscal-period last-x-fiscal-years last-x-fiscal-periods next-x-fiscal-years next-x-fiscal-periods in-fiscal-year " +
    "in-fiscal-period in-fiscal-period-and-year in-or-before-fiscal-period-and-year in-or-after-fiscal-period-and-year begins-with " +
    "not-begin-with ends-with not-end-with under eq-or-under not-under above eq-or-above contain-values not-contain-values"
  ).split(" "),
);

/** Returns undefined for a query that must run, otherwise the first error that Dataverse finds. */
export function expectedRefusal(xml: string, org: Org): ExpectedRefusal | undefined {
  const root = parsed(xml);
  if (root === null) return { reason: "no XML", codes: ["0x80040201"] };
  const all = [root, ...root.getElementsByTagName("*")];
  if (all.some(hasText)) return { reason: "text between elements", codes: ["0x8004111c"] };
  const linkTypes = all.map((element) => attributeOf(element, "link-type")).filter(Boolean);
  if (linkTypes.some((type) => !LINK_TYPES.has(type)))
    return { reason: "unknown link type", codes: ["0x80041117"] };
  const uses = usesIn(xml);
  if (uses.tables.some((name) => !org.table(name))) return { reason: "unknown table", codes: ["0x80041102"] };
  const unknown = uses.columns.find(({ table, column }) => !org.table(table)?.column(column));
  if (unknown) return { reason: "column in capitals", codes: ["0x80041103"] };
  const operators = all
    .filter(({ tagName }) => tagName === "condition")
    .map((one) => attributeOf(one, "operator"));
  if (operators.some((operator) => !OPERATORS.has(operator)))
    return { reason: "unknown operator", codes: ["0x80041120"] };
  for (const use of uses.columns) {
    const refused = use.element.tagName === "condition" ? valueRefusal(use, org) : undefined;
    if (refused) return refused;
  }
  return undefined;
}

function hasText(element: Element): boolean {
  if (element.tagName === "value") return false;
  return [...element.childNodes].some((node) => node.nodeType === 3 && (node.nodeValue ?? "").trim() !== "");
}

function valueRefusal({ table, column, element }: ColumnUse, org: Org): ExpectedRefusal | undefined {
  const compared = org.table(table)?.column(column);
  if (compared === undefined) return undefined;
  const valueOf = attributeOf(element, "valueof");
  if (valueOf !== "") {
    const other = org.table(table)?.column(valueOf);
    const alike = valueOf.includes(".") || (other && shapeOf(other.type) === shapeOf(compared.type));
    return alike ? undefined : { reason: "valueof of another type", codes: ["0x80041108"] };
  }
  const values = valuesOf(element);
  if (values.some((value) => /^%?\{\d+\}%?$/.test(value)))
    return { reason: "placeholder {0}", codes: ["0x80040203", "0x80041139"] };
  const operator = attributeOf(element, "operator");
  // The values of these operators are numbers or absent, whatever the column's type.
  if (/-x-|fiscal|null|user|business/.test(operator) || values.every((value) => canHold(compared, value)))
    return undefined;
  return { reason: "value of another type", codes: ["0x80040203"] };
}

function canHold({ type }: Column, value: string): boolean {
  const shape = shapeOf(type);
  if (shape === "number" || shape === "choices") return /^-?[\d.,]+$/.test(value.trim());
  if (shape === "boolean") return /^(0|1|true|false)$/i.test(value.trim());
  if (shape === "date") return !Number.isNaN(Date.parse(value));
  return shape !== "guid" || /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(value.trim());
}

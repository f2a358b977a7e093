// Parses $expand with the options in its parentheses, which may contain another $expand (Microsoft
// Learn: "Join tables using OData").
import { badRequest, ODataError } from "../webapi/odata-error.ts";
import { list, orderItem, parseInteger, type OrderItem } from "./query-options.ts";
import { splitTopLevel } from "./split.ts";

export interface ExpandItem {
  /** The navigation property. */
  readonly name: string;
  readonly select: readonly string[];
  readonly filter?: string;
  readonly orderBy: readonly OrderItem[];
  readonly top?: number;
  readonly expand: readonly ExpandItem[];
  /** The options as sent, for links. */
  readonly options: readonly (readonly [name: string, value: string])[];
}

const SUPPORTED = new Set(["$select", "$filter", "$orderby", "$top", "$expand"]);
const MAX_ITEMS = 15;

export function parseExpand(text: string): readonly ExpandItem[] {
  const items = expandItems(text);
  if (countOf(items) > MAX_ITEMS)
    throw new ODataError(400, "0x8004430D", "Number of link entities in query exceeded maximum limit.");
  return items;
}

/** Whether an item has an $expand of its own. */
export function isNested(items: readonly ExpandItem[]): boolean {
  return items.some(({ expand }) => expand.length > 0);
}

function countOf(items: readonly ExpandItem[]): number {
  return items.reduce((sum, { expand }) => sum + 1 + countOf(expand), 0);
}

function expandItems(text: string): ExpandItem[] {
  return splitTopLevel(text, ",").map(expandItem);
}

function expandItem(item: string): ExpandItem {
  const match = /^([\w.]+)(?:\((.*)\))?$/s.exec(item);
  if (!match) throw badRequest(`Term '${item}' is not valid in a $select or $expand expression.`);
  const options = splitTopLevel(match[2] ?? "", ";").map(optionOf);
  const values = new Map(options);
  const [filter, top] = [values.get("$filter"), values.get("$top")];
  return {
    name: match[1] ?? "",
    select: list(values.get("$select") ?? ""),
    ...(filter === undefined ? {} : { filter }),
    orderBy: list(values.get("$orderby") ?? "").map(orderItem),
    ...(top === undefined ? {} : { top: parseInteger(top, "$top") }),
    expand: expandItems(values.get("$expand") ?? ""),
    options,
  };
}

function optionOf(text: string): [string, string] {
  const equals = text.indexOf("=");
  const name = text.slice(0, equals).trim();
  if (!SUPPORTED.has(name)) throw badRequest(`The query parameter ${name} is not supported`);
  return [name, text.slice(equals + 1).trim()];
}

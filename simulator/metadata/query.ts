// Parses and applies $select, $expand and $filter to metadata objects. Comparisons are exact and
// case-sensitive, as in the metadata service.
import { parseFilter, type FilterNode, type Operand } from "../odata/filter-parser.ts";
import { splitTopLevel } from "../odata/split.ts";
import { badRequest, unknownProperty } from "../webapi/odata-error.ts";
import type { Json, JsonObject } from "./labels.ts";

export interface MetadataQuery {
  readonly select: readonly string[];
  readonly filter?: string;
  /** Navigation properties to expand, with the options in their parentheses. */
  readonly expand: readonly { readonly name: string; readonly query: MetadataQuery }[];
}

const SUPPORTED = new Set(["$select", "$filter", "$expand"]);

/**
 * @param options `$select=a,b`, `$filter=…`, `$expand=X($select=y)` by name; all others are
 * refused, not ignored
 */
export function parseMetadataQuery(options: ReadonlyMap<string, string>): MetadataQuery {
  const unknown = [...options.keys()].find((name) => name.startsWith("$") && !SUPPORTED.has(name));
  if (unknown !== undefined) throw badRequest(`The query parameter ${unknown} is not supported`);
  const filter = options.get("$filter");
  return {
    select: splitTopLevel(options.get("$select") ?? "", ","),
    ...(filter === undefined ? {} : { filter }),
    expand: splitTopLevel(options.get("$expand") ?? "", ",").map((text) => {
      const match = /^([\w.]+)(?:\((.*)\))?$/s.exec(text);
      if (!match) throw badRequest(`Term '${text}' is not valid in a $select or $expand expression.`);
      const nested = splitTopLevel(match[2] ?? "", ";").map((part): [string, string] => {
        const equals = part.indexOf("=");
        return [part.slice(0, equals), part.slice(equals + 1)];
      });
      return { name: match[1] ?? "", query: parseMetadataQuery(new Map(nested)) };
    }),
  };
}

/**
 * Returns the selected members in the order of $select, or all without it. MetadataId is always
 * included.
 */
export function selectMembers(members: JsonObject, select: readonly string[], type: string): JsonObject {
  if (select.length === 0) return members;
  const chosen: Record<string, Json> = {};
  for (const name of select) {
    const value = members[name];
    if (value === undefined) throw unknownProperty(name, type);
    chosen[name] = value;
  }
  if (members["MetadataId"] !== undefined) chosen["MetadataId"] = members["MetadataId"];
  return chosen;
}

/** Returns `(LogicalName,OptionSet(Options))`, or nothing. */
export function contextSuffix({ select, expand }: MetadataQuery): string {
  const parts = [...select, ...expand.map(({ name, query }) => `${name}${contextSuffix(query) || "()"}`)];
  return parts.length === 0 ? "" : `(${parts.join(",")})`;
}

export function metadataFilter(filter: string | undefined, type: string): (members: JsonObject) => boolean {
  if (filter === undefined) return () => true;
  const node = parseFilter(filter);
  return (members) => filterHolds(node, members, type);
}

function filterHolds(node: FilterNode, members: JsonObject, type: string): boolean {
  switch (node.kind) {
    case "and":
      return filterHolds(node.left, members, type) && filterHolds(node.right, members, type);
    case "or":
      return filterHolds(node.left, members, type) || filterHolds(node.right, members, type);
    case "not":
      return !filterHolds(node.operand, members, type);
    case "property":
      return member(node.path, members, type) === true;
    case "compare": {
      if (node.operator !== "eq" && node.operator !== "ne") {
        throw badRequest(`The operator '${node.operator}' is not supported in metadata queries.`);
      }
      const same = valueOf(node.left, members, type) === valueOf(node.right, members, type);
      return same === (node.operator === "eq");
    }
    case "call":
    case "query-function":
      break;
  }
  throw badRequest(`The function '${node.name}' is not supported in metadata queries.`);
}

function valueOf(operand: Operand, members: JsonObject, type: string): Json {
  if (operand.kind === "property") return member(operand.path, members, type);
  const { literal } = operand;
  switch (literal.kind) {
    case "boolean":
      return literal.value;
    case "number":
      return Number(literal.text);
    case "null":
      return null;
    case "string":
    case "guid":
    case "date":
      break;
  }
  return literal.text;
}

function member(path: string, members: JsonObject, type: string): Json {
  let value: Json = members;
  for (const name of path.split("/")) {
    const inner: Json | undefined = isObject(value) ? value[name] : undefined;
    if (inner === undefined) throw unknownProperty(name, type);
    value = inner;
  }
  return value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Parses the query string of a read. Options that Dataverse does not know are refused, not ignored.
import { badRequest } from "../webapi/odata-error.ts";

export interface OrderItem {
  readonly name: string;
  readonly descending: boolean;
}

export interface QueryOptions {
  readonly select?: readonly string[];
  readonly filter?: string;
  readonly orderBy: readonly OrderItem[];
  readonly top?: number;
  readonly count: boolean;
  readonly skipToken?: string;
  readonly deltaToken?: string;
  readonly expand?: string;
  readonly fetchXml?: string;
  readonly userQuery?: string;
  readonly savedQuery?: string;
}

const SUPPORTED = new Set([
  "$select",
  "$filter",
  "$orderby",
  "$top",
  "$count",
  "$skiptoken",
  "$deltatoken",
  "$expand",
]);
const REFUSALS: Readonly<Record<string, string>> = {
  $skip: "Skip Clause is not supported in CRM",
  $search: "Search Clause is not supported in CRM",
  $format: "The query parameter $format is not supported",
  $apply: "The query parameter $apply is not supported by this simulator",
};

const TEXT_OPTIONS = [
  ["$filter", "filter"],
  ["$skiptoken", "skipToken"],
  ["$deltatoken", "deltaToken"],
  ["$expand", "expand"],
  ["fetchxml", "fetchXml"],
  ["userquery", "userQuery"],
  ["savedquery", "savedQuery"],
] as const;

export function queryOptions(query: URLSearchParams): QueryOptions {
  const named = new Map<string, string>();
  for (const [name, value] of query) {
    if (name.startsWith("$")) {
      if (!SUPPORTED.has(name))
        throw badRequest(REFUSALS[name] ?? `The query parameter ${name} is not supported`);
      if (named.has(name)) {
        throw badRequest(
          `Query option '${name}' was specified more than once, but it must be specified at most once.`,
        );
      }
      named.set(name, value);
    } else named.set(name.toLowerCase(), value);
  }
  const [select, top] = [named.get("$select"), named.get("$top")];
  const options: { -readonly [K in keyof QueryOptions]: QueryOptions[K] } = {
    orderBy: list(named.get("$orderby") ?? "").map(orderItem),
    count: parseBoolean(named.get("$count") ?? "false"),
  };
  if (select !== undefined) options.select = list(select);
  if (top !== undefined) options.top = parseInteger(top, "$top");
  for (const [name, member] of TEXT_OPTIONS) {
    const value = named.get(name);
    if (value !== undefined) options[member] = value;
  }
  return options;
}

export function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

export function orderItem(text: string): OrderItem {
  const match = /^(\S+)(?:\s+(asc|desc))?$/.exec(text);
  if (!match) throw badRequest(`Syntax error at position ${text.indexOf(" ") + 1} in '${text}'.`);
  return { name: match[1] ?? "", descending: match[2] === "desc" };
}

export function parseInteger(text: string, option: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(
    `Invalid value '${text}' for ${option} query option found. The ${option} query option requires a non-negative integer value.`,
  );
}

function parseBoolean(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw badRequest(
    `Invalid value '${text}' for $count query option found. Valid values are 'true' or 'false'.`,
  );
}

// Converts the JSON body of a create or update to values of a row, with Dataverse's checks: names,
// types, lengths, ranges, choices, lookups.
import type { Value } from "../fetchxml/query-store.ts";
import { edmType } from "../odata/edm-types.ts";
import { isLookup, wireName, type Column } from "../org/columns.ts";
import { parseGuid } from "../org/guids.ts";
import type { MutableRow, Table } from "../org/table.ts";
import type { Call } from "./call.ts";
import { badRequest, missingRow, ODataError } from "./odata-error.ts";
import { navigationProperty } from "./row-writer.ts";

/** @param creating columns that cannot be written are ignored, as in Dataverse */
export function rowValues(
  call: Call,
  table: Table,
  body: Readonly<Record<string, unknown>>,
  creating: boolean,
): MutableRow {
  const values: MutableRow = {};
  for (const [name, value] of Object.entries(body)) {
    const bound = /^(.+)@odata\.bind$/.exec(name)?.[1];
    if (bound !== undefined) Object.assign(values, resolveBind(call, table, bound, value));
    else if (!name.includes("@")) {
      const column = table.column(name);
      if (!column || !column.odata || isLookup(column.type))
        throw payloadError(
          table,
          `The property '${name}' does not exist on type 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
        );
      if (creating ? column.create : column.update) values[name] = validatedValue(table, column, value);
    }
  }
  return values;
}

/** Parses the JSON object of a request. */
export function jsonBody(call: Call): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(call.request.body);
  } catch {
    throw badRequest("Invalid JSON. A token was not recognized in the JSON content.");
  }
  if (!isObject(parsed)) throw badRequest("A JSON object was expected in the request body.");
  return parsed;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function payloadError(table: Table, reason: string): ODataError {
  return new ODataError(
    400,
    "0x80048d19",
    `Error identified in Payload provided by the user for Entity :'${table.metadata.entitySet}'. ${reason}`,
  );
}

/** Resolves `"primarycontactid@odata.bind": "/contacts(<guid>)"`; null clears the lookup. */
function resolveBind(call: Call, table: Table, navigation: string, value: unknown): MutableRow {
  const found = [...table.columns()]
    .filter((column) => isLookup(column.type))
    .flatMap((column) => (column.targets ?? []).map((target) => ({ column, target })))
    .filter(({ column, target }) => navigationProperty(column, target) === navigation);
  const [first] = found;
  if (!first)
    throw payloadError(
      table,
      `An undeclared property '${navigation}' which only has property annotations in the payload but no property value was found in the payload.`,
    );
  const { logicalName } = first.column;
  if (value === null) return { [logicalName]: null };
  const reference = /\/?(\w+)\(([^)]*)\)$/.exec(typeof value === "string" ? value : "");
  const target = call.org.tableByEntitySet(reference?.[1] ?? "");
  const id = parseGuid(reference?.[2] ?? "");
  if (!target || id === undefined || !found.some((one) => one.target === target.logicalName)) {
    throw badRequest(
      "URL was not parsed due to an ODataUnrecognizedPathException. Resource not found for the segment provided in the URL.",
    );
  }
  if (!target.get(id)) throw missingRow(target.logicalName, id);
  return { [logicalName]: id, [`${logicalName}.table`]: target.logicalName };
}

function validatedValue(table: Table, column: Column, value: unknown): Value {
  if (value === null) return null;
  const stored = storedValue(column, value);
  if (stored === undefined) {
    throw payloadError(
      table,
      `Cannot convert a value to target type '${edmType(column)}' because of conflict between input format string/number and parameter 'IEEE754Compatible' false/true.`,
    );
  }
  if (typeof stored === "string" && column.maxLength !== undefined && stored.length > column.maxLength) {
    throw new ODataError(
      400,
      "0x80044331",
      `A validation error occurred.  The length of the '${column.logicalName}' attribute of the '${table.logicalName}' entity exceeded the maximum allowed length of '${column.maxLength}'.`,
    );
  }
  if (typeof stored === "number") requireInRange(table, column, stored);
  if (column.type === "MultiSelectPicklist")
    for (const part of String(stored).split(",")) requireInRange(table, column, Number(part));
  return stored;
}

function requireInRange(table: Table, column: Column, value: number): void {
  const accepted = column.choices?.map((choice) => choice.value);
  const fits = accepted
    ? accepted.includes(value)
    : value >= (column.min ?? -Infinity) && value <= (column.max ?? Infinity);
  if (fits) return;
  throw new ODataError(
    400,
    accepted ? "0x8004431a" : "0x80044330",
    `A validation error occurred. The value ${value} of '${wireName(column)}' on record of type '${table.logicalName}' is outside the valid range. ` +
      `Accepted Values: ${accepted ? accepted.join(",") : `${column.min} - ${column.max}`}`,
  );
}

/** Returns the stored form, or undefined when the JSON type does not match the column. */
function storedValue(column: Column, value: unknown): Value | undefined {
  const kind = edmType(column);
  if (kind === "Edm.Boolean") return typeof value === "boolean" ? value : undefined;
  if (/Int|Decimal|Double/.test(kind)) return typeof value === "number" ? value : undefined;
  if (typeof value !== "string") return undefined;
  if (kind === "Edm.Guid") return parseGuid(value);
  if (column.type === "MultiSelectPicklist") return ascending(value);
  if (kind === "Edm.Date") return /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
  if (kind !== "Edm.DateTimeOffset") return value;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function ascending(list: string): string {
  return list
    .split(",")
    .map(Number)
    .toSorted((a, b) => a - b)
    .join(",");
}

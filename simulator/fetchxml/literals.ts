// Parses condition values by the column's type, never by what the text looks like.

import { foldText, parseGuid } from "./collation.ts";
import { fetchError, unparsableValue } from "./fetch-error.ts";
import type { Caller, ColumnType, QueryColumn, Value } from "./query-store.ts";

/** How values of a column are compared. */
export type Kind = "text" | "guid" | "number" | "boolean" | "date" | "choices" | "binary";

const KINDS: Record<ColumnType, Kind> = {
  BigInt: "number",
  Boolean: "boolean",
  Customer: "guid",
  DateTime: "date",
  Decimal: "number",
  Double: "number",
  EntityName: "text",
  File: "guid",
  Image: "binary",
  Integer: "number",
  Lookup: "guid",
  Memo: "text",
  Money: "number",
  MultiSelectPicklist: "choices",
  Owner: "guid",
  Picklist: "number",
  State: "number",
  Status: "number",
  String: "text",
  Uniqueidentifier: "guid",
  Virtual: "text",
};

export function kindOf(type: ColumnType): Kind {
  return KINDS[type];
}

/**
 * A value ready for comparison: text is folded, dates are milliseconds of the caller's wall clock.
 */
export type Comparable = string | number | boolean;

const MINUTE_MS = 60_000;

/** Converts a stored value into its comparable form; undefined for no value. */
export function comparable(
  kind: Kind,
  value: Value | undefined,
  utcOffsetMinutes = 0,
): Comparable | undefined {
  if (value === null || value === undefined) return undefined;
  if (kind === "text") return foldText(String(value));
  if (kind === "date") return wallClock(String(value), utcOffsetMinutes);
  return kind === "number" ? Number(value) : value;
}

/** Minutes to the caller's wall clock; 0 for a column that already holds wall clock time. */
export function offsetOf({ wallClock: same }: QueryColumn, caller: Caller): number {
  return same === true ? 0 : caller.utcOffsetMinutes;
}

/**
 * A date without a time has no zone and is kept; an instant is shifted to the wall clock at the
 * offset.
 */
export function wallClock(stored: string, utcOffsetMinutes: number): number {
  const milliseconds = Date.parse(stored);
  return stored.length === 10 ? milliseconds : milliseconds + utcOffsetMinutes * MINUTE_MS;
}

export interface LiteralContext {
  /** The column in error messages, e.g. `account.createdon`. */
  readonly column: string;
  readonly type: ColumnType;
  readonly utcOffsetMinutes: number;
  /** Returns the table of an object type code. */
  readonly nameOfTypeCode?: (code: number) => string | undefined;
}

/**
 * @throws FetchError when the text is not a value of the column's type, or is a placeholder such
 * as `{0}`
 */
export function parseLiteral(text: string, context: LiteralContext): Comparable {
  const kind = kindOf(context.type);
  // Only `like "{0}"` of a quick-find view gets this far; all other types refuse it as no guid,
  // number or date.
  if (kind === "text") {
    if (/^%?\{\d+\}%?$/.test(text)) throw fetchError("invalidValue");
    const code = context.type === "EntityName" && /^\d+$/.test(text) ? Number(text) : undefined;
    return (code === undefined ? undefined : context.nameOfTypeCode?.(code)) ?? foldText(text);
  }
  if (kind === "guid") return guidLiteral(text, context);
  if (kind === "boolean") return booleanLiteral(text, context);
  if (kind === "date") return dateLiteral(text, context);
  if (kind === "choices") return choicesLiteral(text, context);
  if (kind === "number") return numberLiteral(text, context);
  throw fetchError("invalidOperator");
}

function guidLiteral(text: string, context: LiteralContext): string {
  const guid = parseGuid(text);
  if (guid !== undefined) return guid;
  throw unparsableValue(
    text,
    context.column,
    "System.Guid",
    "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
  );
}

function booleanLiteral(text: string, context: LiteralContext): boolean {
  const normalized = text.trim().toLowerCase();
  if (normalized === "1" || normalized === "true") return true;
  if (normalized === "0" || normalized === "false") return false;
  throw unparsableValue(
    text,
    context.column,
    "System.Boolean",
    "String was not recognized as a valid Boolean.",
  );
}

const INTEGER_TYPES: ReadonlySet<ColumnType> = new Set(["BigInt", "Integer", "Picklist", "State", "Status"]);

function numberLiteral(text: string, context: LiteralContext): number {
  const trimmed = text.trim();
  const whole = INTEGER_TYPES.has(context.type);
  const shape = whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (shape.test(trimmed)) return Number(trimmed);
  const expected = whole ? (context.type === "BigInt" ? "System.Int64" : "System.Int32") : "System.Decimal";
  throw unparsableValue(text, context.column, expected, "Input string was not in a correct format.");
}

function choicesLiteral(text: string, context: LiteralContext): string {
  const values = text.split(",").map((part) => numberLiteral(part, { ...context, type: "Picklist" }));
  return values.toSorted((a, b) => a - b).join(",");
}

const TIME = String.raw`(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*(AM|PM)?)?\s*(Z|[+-]\d{2}:?\d{2})?$`;
/**
 * .NET's invariant culture reads year, month and day with dashes or slashes, or the American
 * order.
 */
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/])(\d{1,2})\2(\d{1,2})${TIME}`, "i");
const MONTH_FIRST = new RegExp(String.raw`^(\d{1,2})([-/])(\d{1,2})\2(\d{4})${TIME}`, "i");

/** Text without a zone is the caller's wall clock, as in Advanced Find. */
function dateLiteral(text: string, context: LiteralContext): number {
  const wall = parseWallClock(text.trim(), context.utcOffsetMinutes);
  if (wall !== undefined) return wall;
  throw unparsableValue(
    text,
    context.column,
    "System.DateTime",
    "String was not recognized as a valid DateTime.",
  );
}

function parseWallClock(text: string, utcOffsetMinutes: number): number | undefined {
  const yearFirst = YEAR_FIRST.exec(text);
  const match = yearFirst ?? MONTH_FIRST.exec(text);
  if (match === null) return undefined;
  const [, one, , two, three, hour = "0", minute = "0", second = "0", fraction = "", meridiem, zone] = match;
  const date = yearFirst === null ? [three, one, two] : [one, two, three];
  const hours = meridiem === undefined ? Number(hour) : hourOfDay(Number(hour), meridiem);
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  const wall = wallClockFromParts([...date, hours, minute, second].map(Number), milliseconds);
  if (wall === undefined || zone === undefined) return wall;
  return wall - zoneMinutes(zone) * MINUTE_MS + utcOffsetMinutes * MINUTE_MS;
}

/** 12 AM is midnight. */
function hourOfDay(hour: number, meridiem: string): number {
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (meridiem.toUpperCase() === "PM" ? 12 : 0);
}

function wallClockFromParts(parts: readonly number[], milliseconds: number): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const date = new Date(wall);
  const isValid = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60;
  return isValid && second < 60 ? wall : undefined;
}

function zoneMinutes(zone: string): number {
  if (zone.toUpperCase() === "Z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
}

// Compares single values as Dataverse does, a second time and as plainly as possible: without
// tables, caches or generated regular expressions, and sharing nothing but types with
// simulator/fetchxml.
import type { Caller, ColumnType, QueryColumn, Value } from "../../simulator/fetchxml/query-store.ts";
import { compareGuids } from "./fetchxml-store.ts";

export type Shape = "text" | "guid" | "number" | "boolean" | "date" | "choices";

const SHAPES: Readonly<Record<string, Shape>> = {
  Lookup: "guid",
  Owner: "guid",
  Customer: "guid",
  Uniqueidentifier: "guid",
  Boolean: "boolean",
  DateTime: "date",
  MultiSelectPicklist: "choices",
  String: "text",
  Memo: "text",
  EntityName: "text",
  Virtual: "text",
};

export function shapeOf(type: ColumnType): Shape {
  return SHAPES[type] ?? "number";
}

/** Removes accents and trailing blanks, and converts to lower case. */
export function foldText(text: string): string {
  let letters = "";
  for (const letter of text.normalize("NFKD")) {
    const mark = letter >= "\u0300" && letter <= "\u036f";
    if (!mark) letters += letter === "ß" ? "ss" : letter.toLowerCase();
  }
  return letters.trimEnd();
}

/** Returns a negative number, zero or a positive one, for two stored values that are not null. */
export function compareStored(shape: Shape, a: Value, b: Value): number {
  if (shape === "guid") return compareGuids(String(a), String(b));
  const [left, right] = [sortable(shape, a), sortable(shape, b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function sortable(shape: Shape, value: Value): string | number {
  if (shape === "text" || shape === "choices") return foldText(String(value));
  if (shape === "date") return new Date(String(value)).getTime();
  return Number(value);
}

/** Converts the text of a condition to a stored value. */
export function stored(shape: Shape, text: string, caller: Caller): Value {
  if (shape === "text") return text;
  if (shape === "guid") return text.trim().replace("{", "").replace("}", "").toLowerCase();
  if (shape === "boolean") return ["1", "true"].includes(text.trim().toLowerCase());
  if (shape === "date") return storedDate(text, caller);
  if (shape === "choices") return sortedChoices(text);
  return Number(text);
}

function sortedChoices(text: string): string {
  const values = text.split(",").map(Number);
  values.sort((a, b) => a - b);
  return values.join(",");
}

/** Text without a zone is in the caller's time zone. */
function storedDate(text: string, caller: Caller): string {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text) && text.length > 10) return new Date(text).toISOString();
  const local = new Date(`${text.length === 10 ? `${text}T00:00:00` : text}Z`);
  return new Date(local.getTime() - caller.utcOffsetMinutes * 60_000).toISOString();
}

/** Matches SQL's LIKE, a character at a time. */
export function isLike(text: string, pattern: string): boolean {
  return matches(Array.from(foldKeepingBlanks(text)), Array.from(foldKeepingBlanks(pattern)));
}

function foldKeepingBlanks(text: string): string {
  return foldText(`${text}|`).slice(0, -1);
}

function matches(text: readonly string[], pattern: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === "%") {
    return matches(text, rest) || (text.length > 0 && matches(text.slice(1), pattern));
  }
  const [letter, ...others] = text;
  if (letter === undefined) return false;
  const end = head === "[" ? pattern.indexOf("]", 2) : -1;
  if (end > 0) return inSet(letter, pattern.slice(1, end)) && matches(others, pattern.slice(end + 1));
  return (head === "_" || head === letter) && matches(others, rest);
}

function inSet(letter: string, set: readonly string[]): boolean {
  if (set[0] === "^" && set.length > 1) return !inSet(letter, set.slice(1));
  for (let at = 0; at < set.length; at += 1) {
    const [from = "", dash, to] = set.slice(at, at + 3);
    if (dash === "-" && to !== undefined) {
      if (letter >= from && letter <= to) return true;
      at += 2;
    } else if (letter === from) return true;
  }
  return false;
}

/** Returns the caller in the time zone of a column: UTC, if the column has none. */
export function columnCaller(column: QueryColumn, caller: Caller): Caller {
  return column.wallClock === true ? { ...caller, utcOffsetMinutes: 0 } : caller;
}

/**
 * Returns the caller's wall clock time as a Date whose UTC parts are the local ones; DateOnly
 * values have no zone.
 */
export function localTime(value: string, caller: Caller): Date {
  if (value.length === 10) return new Date(`${value}T00:00:00Z`);
  return new Date(new Date(value).getTime() + caller.utcOffsetMinutes * 60_000);
}

// Writes and reads the $skiptoken of nextLink: a cookie with page number and the order columns'
// values in the first and last row, encoded as in Dataverse (Microsoft Learn: "Page results using
// OData"). A page starts after the last row, whatever was inserted before it.
import type { Row, Value } from "../fetchxml/query-store.ts";
import { isLookup, type Column } from "../org/columns.ts";
import { ODataError, badRequest } from "./odata-error.ts";

export interface Boundary {
  readonly page: number;
  /** By column, in the order of $orderby; null for no value. */
  readonly last: ReadonlyMap<string, string | null>;
}

/**
 * Returns the whole `$skiptoken` value, percent-encoded for the link.
 * @param page that it leads to
 */
export function skipToken(page: number, first: Row, last: Row, columns: readonly Column[]): string {
  const elements = columns.map((column) => boundaryElement(column, first, last)).join("");
  const inner = `<cookie page="${page - 1}">${elements}</cookie>`;
  const outer = `<cookie pagenumber="${page}" pagingcookie="${encodedTwice(inner)}" istracking="False" />`;
  return outer.replace(/[<>" ]/g, encodeURIComponent);
}

function boundaryElement(column: Column, first: Row, last: Row): string {
  return `<${column.logicalName} ${boundaryAttribute("last", column, last)} ${boundaryAttribute("first", column, first)} />`;
}

function boundaryAttribute(name: "first" | "last", column: Column, row: Row): string {
  const value = row[column.logicalName];
  return value == null ? `${name}null="1"` : `${name}="${xmlEscaped(cookieText(column, value))}"`;
}

function cookieText(column: Column, value: Exclude<Value, null>): string {
  if (column.type === "Uniqueidentifier" || isLookup(column.type)) return `{${String(value).toUpperCase()}}`;
  if (typeof value === "boolean") return value ? "1" : "0";
  return String(value);
}

function xmlEscaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Percent-encodes twice, with hex digits in lower case, as .NET's HttpUtility does. */
export function encodedTwice(text: string): string {
  const once = encodeLower(text);
  return encodeLower(once);
}

function encodeLower(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

/** Parses a `$skiptoken`, which the query parser has decoded once. */
export function parseSkipToken(token: string, columns: readonly Column[]): Boundary {
  const outer = /^<cookie pagenumber="(\d+)" pagingcookie="([^"]*)" istracking="(?:True|False)" \/>$/.exec(
    token,
  );
  if (!outer) throw malformed();
  let inner: string;
  try {
    inner = decodeURIComponent(outer[2] ?? "");
  } catch {
    throw malformed();
  }
  const cookie = /^<cookie page="\d+">(.*)<\/cookie>$/s.exec(inner);
  if (!cookie) throw malformed();
  const elements = [
    ...(cookie[1] ?? "").matchAll(
      /<([\w.]+) (?:last="([^"]*)"|lastnull="1") (?:first="[^"]*"|firstnull="1") \/>/g,
    ),
  ];
  const names = elements.map((match) => match[1]);
  if (names.join() !== columns.map((column) => column.logicalName).join()) {
    throw new ODataError(400, "0x80041129", "Order by columns do not match those in paging cookie.");
  }
  return {
    page: Number(outer[1]),
    last: new Map(
      elements.map((match) => [String(match[1]), match[2] === undefined ? null : xmlUnescaped(match[2])]),
    ),
  };
}

function xmlUnescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

function malformed(): Error {
  return badRequest("Malformed XML in the Paging Cookie");
}

/** Returns a boundary value as rows store it. */
export function storedValue(column: Column, text: string): Exclude<Value, null> {
  if (column.type === "Uniqueidentifier" || isLookup(column.type))
    return text.replace(/[{}]/g, "").toLowerCase();
  switch (column.type) {
    case "Boolean":
      return text === "1";
    case "BigInt":
    case "Decimal":
    case "Double":
    case "Integer":
    case "Money":
    case "Picklist":
    case "State":
    case "Status":
      return Number(text);
    case "Customer":
    case "DateTime":
    case "EntityName":
    case "File":
    case "Image":
    case "Lookup":
    case "Memo":
    case "MultiSelectPicklist":
    case "Owner":
    case "String":
    case "Virtual":
      break;
  }
  return text;
}

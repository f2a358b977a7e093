// Writes and reads the paging cookie: for each column of the order, its value in the first and the
// last row of the page. Learn "Page results"; the forms of nulls and dates are from issues of
// powerapps-docs and dynamics-365-customer-engagement.

import { fetchError } from "./fetch-error.ts";
import type { SortKey, SortValue } from "./ordering.ts";
import type { Row } from "./query-store.ts";
import { parseXml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

export interface PagingCookie {
  readonly page: number;
  /** Sort values of the first and of the last row, column by column. */
  readonly first: readonly SortValue[];
  readonly last: readonly SortValue[];
}

export function writeCookie(page: number, keys: readonly SortKey[], first: Row, last: Row): string {
  const elements = keys.map(
    (key) =>
      `<${key.column.logicalName} ${boundaryAttribute("last", key.text(last))} ${boundaryAttribute("first", key.text(first))} />`,
  );
  return `<cookie page="${page}">${elements.join("")}</cookie>`;
}

/** @throws FetchError for an invalid cookie, or one of another order */
export function readCookie(text: string, keys: readonly SortKey[]): PagingCookie {
  const cookie = cookieElement(text);
  const page = Number(cookie.attributes.get("page"));
  if (!Number.isInteger(page) || page < 1) throw fetchError("pagingCookieInvalid");
  const names = cookie.children.map(({ name }) => name);
  const expected = keys.map(({ column }) => column.logicalName);
  if (names.join() !== expected.join()) throw fetchError("pagingCookieOrder");
  const side = (which: "first" | "last"): SortValue[] =>
    keys.map((key, at) => readBoundary(cookie.children[at], which, key));
  return { page, first: side("first"), last: side("last") };
}

function cookieElement(text: string): XmlElement {
  try {
    const element = parseXml(text);
    if (element.name === "cookie") return element;
  } catch (cause) {
    throw fetchError("pagingCookieInvalid", { cause });
  }
  throw fetchError("pagingCookieInvalid");
}

function boundaryAttribute(side: "first" | "last", text: string | null): string {
  return text === null ? `${side}null="1"` : `${side}="${escapeAttribute(text)}"`;
}

function readBoundary(element: XmlElement | undefined, side: "first" | "last", key: SortKey): SortValue {
  if (element?.attributes.get(`${side}null`) === "1") return null;
  const text = element?.attributes.get(side);
  const value = text === undefined ? undefined : key.parse(text);
  if (value === undefined) throw fetchError("pagingCookieInvalid");
  return value;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// Rewrites a view's FetchXML for reading: our columns, order and paging; its conditions and joins
// stay. Microsoft Learn, "Page results using FetchXML" and the FetchXML reference.
import { DOMParser, XMLSerializer } from "@xmldom/xmldom";
import type { Document, Element, Node } from "@xmldom/xmldom";
import { DataverseError, shorten, type DataverseErrorFacts } from "../http/errors.ts";
import type { View } from "../model.ts";

export interface ViewQuery {
  /** N if the view selects the first N rows: it keeps its own order and has one page. */
  readonly top: number | undefined;
  /** The FetchXML of a page, counted from 1, after the decoded paging cookie. */
  xml(page: number, cookie?: string): string;
}

// Set by us or useless for reading. `top` stays, because it limits the view's rows.
const DROPPED_ATTRIBUTES = [
  "count",
  "page",
  "paging-cookie",
  "returntotalrecordcount",
  "min-active-row-version",
  "savedqueryid",
];
// Dropped at every level: what the designer shows of the values in a filter ("FetchXML condition"),
// which can be most of a query.
const DISPLAY_ATTRIBUTES = ["uiname", "uitype", "uihidden"];
// Removed at every level. An order by anything but the key, or of a linked table, disables the
// paging cookie, and with it all rows beyond 50,000.
const REPLACED_ELEMENTS: ReadonlySet<string> = new Set(["attribute", "all-attributes", "no-attrs", "order"]);
/** Joins that never return an account more than once. */
const ROW_PRESERVING_JOINS: ReadonlySet<string> = new Set([
  "any",
  "not any",
  "all",
  "not all",
  "exists",
  "in",
  "matchfirstrowusingcrossapply",
]);

/** @throws DataverseError with the code 'view-broken' and the view's name */
export function viewQuery(view: View, columns: readonly string[], pageSize: number): ViewQuery {
  const { document, fetch, entity } = parseView(view);
  const top = topOf(fetch);
  const isSinglePage = top !== undefined;

  for (const name of DROPPED_ATTRIBUTES) fetch.removeAttribute(name);
  // The order decides which rows are the first ones, and in a distinct query so do the columns, so
  // both stay for `top`.
  if (!isSinglePage) removeElements(fetch, ({ tagName }) => REPLACED_ELEMENTS.has(tagName));
  const missing = isSinglePage ? columns.filter((name) => !selectsColumn(entity, name)) : columns;
  if (!isSinglePage) {
    if (mayRepeatRows(entity)) fetch.setAttribute("distinct", "true");
    entity.insertBefore(createElement(document, "order", { attribute: "accountid" }), entity.firstChild);
    fetch.setAttribute("count", String(pageSize));
  }
  for (const name of missing.toReversed())
    entity.insertBefore(createElement(document, "attribute", { name }), entity.firstChild);

  const serializer = new XMLSerializer();
  return {
    top,
    xml: (page, cookie) => {
      if (!isSinglePage) fetch.setAttribute("page", String(page));
      if (cookie === undefined) fetch.removeAttribute("paging-cookie");
      else fetch.setAttribute("paging-cookie", cookie);
      return serializer.serializeToString(fetch);
    },
  };
}

/**
 * The query of a view's first rows in its own columns and order.
 * @throws DataverseError with the code 'view-broken'
 */
export function sampleQuery(view: View, rows: number): string {
  const { fetch } = parseView(view);
  for (const name of DROPPED_ATTRIBUTES) fetch.removeAttribute(name);
  if (topOf(fetch) === undefined) {
    fetch.setAttribute("count", String(rows));
    fetch.setAttribute("page", "1");
    fetch.setAttribute("returntotalrecordcount", "true");
  }
  return new XMLSerializer().serializeToString(fetch);
}

/** The path of a query. Characters that need no escape in a URL's query are left as they are. */
export function fetchXmlPath(xml: string): string {
  const query = encodeURIComponent(xml).replaceAll(/%(?:3D|2F|3A|2C)/g, (escape) =>
    decodeURIComponent(escape),
  );
  return `accounts?fetchXml=${query}`;
}

export function viewBroken(view: View, reason: string, cause?: unknown): DataverseError {
  const facts = cause instanceof DataverseError ? cause : {};
  return new DataverseError(
    "view-broken",
    `The view "${view.name}" cannot be read: ${reason}`,
    { ...answerFacts(facts), subject: view.name },
    { fix: "Repair the view in Dynamics 365, or choose another one.", ...(cause !== undefined && { cause }) },
  );
}

function answerFacts({ status, serverCode, requestId }: DataverseErrorFacts): DataverseErrorFacts {
  return {
    ...(status !== undefined && { status }),
    ...(serverCode !== undefined && { serverCode }),
    requestId,
  };
}

function parseView(view: View): { document: Document; fetch: Element; entity: Element } {
  // Some tools write a byte order mark or blank lines before the XML declaration, which XML forbids.
  const fetchXml = view.fetchXml.trim();
  if (fetchXml === "") throw viewBroken(view, "it has no FetchXML (it is not an ordinary list).");
  // A view needs no document type; one could only define entities that expand without bounds.
  if (/<!DOCTYPE/i.test(fetchXml)) throw viewBroken(view, "its FetchXML contains a document type.");
  let document: Document;
  try {
    document = new DOMParser({
      onError: (_level, message) => {
        throw new Error(message);
      },
    }).parseFromString(fetchXml, "text/xml");
  } catch (error) {
    const message = shorten(error instanceof Error ? error.message : String(error));
    throw viewBroken(view, `its FetchXML is not well-formed (${message}).`, error);
  }
  const fetch = document.documentElement;
  if (fetch?.tagName !== "fetch") throw viewBroken(view, "its FetchXML does not begin with <fetch>.");
  const entity = childElements(fetch).find((child) => child.tagName === "entity");
  if (entity?.getAttribute("name") !== "account")
    throw viewBroken(view, `it lists the table "${entity?.getAttribute("name") ?? "none"}", not accounts.`);
  if (isTrue(fetch.getAttribute("aggregate")))
    throw viewBroken(view, "it shows totals (an aggregate query), not accounts.");
  removeUnused(fetch);
  // An empty `top` limits nothing, and would prevent paging.
  if (fetch.getAttribute("top")?.trim() === "") fetch.removeAttribute("top");
  return { document, fetch, entity };
}

function topOf(fetch: Element): number | undefined {
  const top = fetch.getAttribute("top");
  return top === null ? undefined : Number(top);
}

function selectsColumn(entity: Element, column: string): boolean {
  return childElements(entity).some(
    (child) =>
      child.tagName === "all-attributes" ||
      (child.tagName === "attribute" &&
        child.getAttribute("name") === column &&
        !child.hasAttribute("alias")),
  );
}

/**
 * Whether a join may repeat an account: any join except one from a lookup to the other table's key.
 */
function mayRepeatRows(parent: Element): boolean {
  return childElements(parent).some((link) => {
    if (link.tagName !== "link-entity" || ROW_PRESERVING_JOINS.has(link.getAttribute("link-type") ?? "inner"))
      return false;
    // Keys are named after their table, except activities'. A key with another name is taken for a 1:N
    // join, which costs only an unnecessary "distinct".
    const from = link.getAttribute("from");
    const toOne = from === `${link.getAttribute("name")}id` || from === "activityid";
    return !toOne || mayRepeatRows(link);
  });
}

function removeElements(parent: Element, isRemoved: (child: Element) => boolean): void {
  for (const child of childElements(parent)) {
    if (isRemoved(child)) parent.removeChild(child);
    else removeElements(child, isRemoved);
  }
}

/** Drops what only lengthens the URL. Text matters only in <value>. */
function removeUnused(parent: Element): void {
  for (const name of DISPLAY_ATTRIBUTES) parent.removeAttribute(name);
  for (const child of Array.from(parent.childNodes)) {
    const isText = child.nodeType === child.TEXT_NODE || child.nodeType === child.CDATA_SECTION_NODE;
    if (isElement(child)) removeUnused(child);
    else if (!isText || parent.tagName !== "value") parent.removeChild(child);
  }
}

function childElements(parent: Element): Element[] {
  return Array.from(parent.childNodes).filter(isElement);
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}

function createElement(
  document: Document,
  tag: string,
  attributes: Readonly<Record<string, string>>,
): Element {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  return created;
}

function isTrue(value: string | null): boolean {
  return value?.toLowerCase() === "true" || value === "1";
}

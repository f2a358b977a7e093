// A view's FetchXML, rewritten for reading: our columns, our order, our pages; its conditions and joins untouched.
// Microsoft Learn, "Page results using FetchXML" and the FetchXML reference.
import { DOMParser, XMLSerializer } from "@xmldom/xmldom";
import type { Document, Element, Node } from "@xmldom/xmldom";
import { DataverseError, shorten, type DataverseErrorFacts } from "../http/errors.ts";
import type { View } from "../model.ts";

export interface ViewQuery {
  /** Of a view of the first N rows, N: it keeps its own order and has one page. */
  readonly top: number | undefined;
  /** The FetchXML of a page, counted from 1. The cookie as XML text, decoded. */
  xml(page: number, cookie?: string): string;
}

// Set by us, or of no use to a reader. `top` is kept: it is part of what the view means.
const DROPPED_ATTRIBUTES = [
  "count",
  "page",
  "paging-cookie",
  "returntotalrecordcount",
  "min-active-row-version",
];
// At every level. An order that is not by the key, or of a linked table, loses the paging cookie and with it everything
// beyond 50,000 rows.
const REPLACED_ELEMENTS: ReadonlySet<string> = new Set(["attribute", "all-attributes", "no-attrs", "order"]);
/** Joins that cannot make one account into several rows. */
const ROW_PRESERVING_JOINS: ReadonlySet<string> = new Set([
  "any",
  "not any",
  "all",
  "not all",
  "exists",
  "in",
  "matchfirstrowusingcrossapply",
]);

/** Throws DataverseError of kind 'view-broken', naming the view. */
export function viewQuery(view: View, columns: readonly string[], pageSize: number): ViewQuery {
  const { document, fetch, entity } = parseView(view);
  const top = topOf(fetch);
  const isSinglePage = top !== undefined;

  for (const name of DROPPED_ATTRIBUTES) fetch.removeAttribute(name);
  // Which rows are the first ones depends on the order, and in a distinct query on the columns: there both stay.
  removeElements(fetch, (child) => !isSinglePage && REPLACED_ELEMENTS.has(child.tagName));
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

/** The first rows as the view itself shows them: its columns, its order. Throws DataverseError of kind 'view-broken'. */
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
  // Tools that write views leave byte order marks and blank lines before an XML declaration, where XML allows nothing.
  const fetchXml = view.fetchXml.trim();
  if (fetchXml === "") throw viewBroken(view, "it has no FetchXML (it is not an ordinary list).");
  // A view has no document type; one could only be there to make entities that blow up.
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
  // An empty one limits nothing, and would keep the view from being paged.
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

/** Whether a join may give an account more than one row: any join but one from a lookup to the other table's key. */
function mayRepeatRows(parent: Element): boolean {
  return childElements(parent).some((link) => {
    if (link.tagName !== "link-entity" || ROW_PRESERVING_JOINS.has(link.getAttribute("link-type") ?? "inner"))
      return false;
    // Keys are named after their table, activities' apart. A key named otherwise is taken for a 1:N join, and costs
    // no more than a needless "distinct".
    const from = link.getAttribute("from");
    const toOne = from === `${link.getAttribute("name")}id` || from === "activityid";
    return !toOne || mayRepeatRows(link);
  });
}

function removeElements(parent: Element, isRemoved: (child: Element) => boolean): void {
  for (const child of Array.from(parent.childNodes)) {
    if (isElement(child)) {
      if (isRemoved(child)) parent.removeChild(child);
      else removeElements(child, isRemoved);
    } else if (parent.tagName !== "value") {
      // Indentation and comments only make the URL longer; text matters in <value> alone.
      parent.removeChild(child);
    }
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

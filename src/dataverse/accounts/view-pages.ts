// Reads a view page by page with the paging cookie. Microsoft Learn, "Page results using FetchXML".
import { DataverseError, ProtocolError } from "../http/errors.ts";
import { fetchXmlPath, viewBroken, viewQuery } from "./fetchxml.ts";
import type { RawRow, View } from "../model.ts";
import { prefetchNext, findAnnotation, nextLinkRequest, pageBody, hasMoreRecords } from "./page-body.ts";
import type { PageBody } from "./page-body.ts";
import { readPages } from "./pages.ts";
import type { Page, ReadPage, PageRequest } from "./pages.ts";
import type { Requests } from "../http/requests.ts";

/** Without a paging cookie Dataverse stops here without an error (same page, "Simple paging"). */
const SIMPLE_PAGING_LIMIT = 50_000;

const PREFER =
  'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"';

/**
 * Reads a view. `columns` are logical names; of `numbers` a row has every digit.
 * @throws DataverseError with the code 'view-broken' if the view itself is at fault
 */
export async function* readViewPages(
  { requests, pageSize }: { readonly requests: Requests; readonly pageSize: number },
  view: View,
  { columns, numbers }: { readonly columns: readonly string[]; readonly numbers?: readonly string[] },
  signal: AbortSignal | undefined,
): AsyncGenerator<RawRow[]> {
  const query = viewQuery(view, columns, pageSize);
  const { top } = query;
  const requestFor = (page: number, cookie?: string): PageRequest => ({
    url: fetchXmlPath(query.xml(page, cookie)),
    page,
    // The cookie counts pages even if its position repeats, so the number is not part of the position.
    position: cookie?.replace(/ page="\d+"/, "") ?? `page ${page}`,
    isByPageNumber: cookie === undefined && page > 1,
  });
  const read: ReadPage = (request, prefetch, abort) =>
    requests.get(request.url, { prefer: PREFER, signal: abort }, async (response) => {
      const cookie = findAnnotation(response.body, "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie");
      if (top === undefined && cookie !== undefined && hasMoreRecords(response.body))
        await prefetchNext(prefetch, requestAfter(request, decodeCookie(cookie), requestFor));
      const body = pageBody(response, numbers);
      return top === undefined
        ? viewPage(view, request, body, pageSize, requestFor)
        : singlePage(view, body, top);
    });
  try {
    yield* readPages(requestFor(1), read, signal);
  } catch (error) {
    throw asViewError(error, view, columns);
  }
}

/** The only page of a view of the first rows. An incomplete one would stop accounts. */
function singlePage(view: View, body: PageBody, top: number): Page {
  const rows = body.value;
  if (body["@Microsoft.Dynamics.CRM.morerecords"] === true && rows.length !== top)
    throw new ProtocolError(
      `Dynamics 365 sent ${rows.length} rows of the view "${view.name}" and says that there are more, though the view ` +
        `is of the first ${top} rows.`,
      {},
      { fix: "Try again later; if it stays so, choose a view without that limit." },
    );
  return { rows, next: undefined };
}

function viewPage(
  view: View,
  request: PageRequest,
  body: PageBody,
  pageSize: number,
  requestFor: (page: number, cookie?: string) => PageRequest,
): Page {
  const rows = body.value;
  const cookie = decodeCookie(body["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"]);
  const link = body["@odata.nextLink"];
  const hasMore = body["@Microsoft.Dynamics.CRM.morerecords"] ?? (cookie !== undefined && rows.length > 0);
  // A read that ends at the limit may be incomplete, so it counts as broken: an incomplete view would
  // stop the sync of accounts that are in the view.
  const mayHaveMore = hasMore || rows.length >= pageSize;
  if (
    request.isByPageNumber &&
    cookie === undefined &&
    mayHaveMore &&
    request.page * pageSize >= SIMPLE_PAGING_LIMIT
  )
    throw viewBroken(
      view,
      `Dynamics 365 gives no paging cookie for it and so ends after ${SIMPLE_PAGING_LIMIT.toLocaleString("en")} rows.`,
    );
  if (hasMore) return { rows, next: requestAfter(request, cookie, requestFor) };
  // Some responses to FetchXML have OData links instead of cookies, and the other way round.
  return { rows, next: nextLinkRequest(request, link) };
}

/**
 * The next page's number is the cookie's plus one. Counting on regardless would lose a page if a
 * server repeats one: Dataverse skips as many pages as the two numbers differ.
 */
function requestAfter(
  { page }: PageRequest,
  cookie: string | undefined,
  requestFor: (page: number, cookie?: string) => PageRequest,
): PageRequest {
  const cookiePage = /^<cookie page="(\d+)"/.exec(cookie ?? "")?.[1];
  return requestFor((cookiePage === undefined ? page : Number(cookiePage)) + 1, cookie);
}

/** Decodes the paging cookie of the annotation: URL-encoded twice, in an XML attribute. */
function decodeCookie(annotation: string | undefined): string | undefined {
  const encoded = /pagingcookie="([^"]*)"/.exec(annotation ?? "")?.[1];
  if (encoded === undefined || encoded === "") return undefined;
  try {
    return decodeURIComponent(decodeURIComponent(encoded));
  } catch (error) {
    throw new ProtocolError(
      "Dynamics 365 sent a paging cookie that cannot be decoded.",
      {},
      { cause: error },
    );
  }
}

// A missing column that we requested is the mapping's fault; any other error is the view's.
export function asViewError(error: unknown, view: View, columns: readonly string[]): unknown {
  if (!(error instanceof DataverseError)) return error;
  if (error.code === "query-too-long")
    return viewBroken(view, `its filter lists too many values. ${error.finding}`, error);
  if (error.status !== 400 || error.code === "intermediary") return error;
  if (error.code === "column-not-found") {
    const isRequestedColumn =
      error.table === "account" && error.subject !== undefined && columns.includes(error.subject);
    if (isRequestedColumn) return error;
    return viewBroken(
      view,
      `it uses the column "${error.subject}" of the table "${error.table}", which no longer exists.`,
      error,
    );
  }
  return viewBroken(
    view,
    `Dynamics 365 refuses its FetchXML (${error.serverCode}): "${error.serverText}".`,
    error,
  );
}

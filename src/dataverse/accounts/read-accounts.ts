// Reads accounts: all active ones by OData, a view by its FetchXML, some by their ids. Annotations
// are not requested, because they would double what is sent and parsed: labels come from metadata,
// owners from the list of users.
import { linkSignals } from "../../lib/abort.ts";
import { runInOrder } from "../../lib/run-in-order.ts";
import { ProtocolError } from "../http/errors.ts";
import type { AccountSelection, AccountVersion, RawRow } from "../model.ts";
import { prefetchNext, findAnnotation, nextLinkRequest, pageBody } from "./page-body.ts";
import { readPages } from "./pages.ts";
import type { ReadPage } from "./pages.ts";
import type { Requests } from "../http/requests.ts";
import { readViewPages } from "./view-pages.ts";

export interface ReadContext {
  readonly requests: Requests;
  /** At most 5000, which is Dataverse's own limit. */
  readonly pageSize: number;
  /** Maps logical names to the names for `$select`. */
  readonly wireNames: (columns: readonly string[], signal?: AbortSignal) => Promise<readonly string[]>;
  /** The numbers among these columns, by logical names, of which a row has every digit. */
  readonly numbers: (columns: readonly string[], signal?: AbortSignal) => Promise<readonly string[]>;
}

/** Selected for every row. */
const REQUIRED_COLUMNS = ["accountid", "createdon", "versionnumber", "statecode"];
const SWEEP_COLUMNS = ["accountid", "versionnumber"];
/** Ids in one request: about 22 KB of URL; Dataverse allows 500 conditions. */
const IDS_PER_REQUEST = 500;
const MAX_CONCURRENT_ID_REQUESTS = 3;

type Numbers = {
  /** The numbers of which a row has every digit. */
  readonly numbers?: readonly string[];
};

export async function* readAccounts(
  context: ReadContext,
  selection: AccountSelection,
  columns: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<RawRow[]> {
  const wanted = unique([...columns, ...REQUIRED_COLUMNS]);
  const numbers = await context.numbers(columns, signal);
  if (selection.kind === "view")
    yield* readViewPages(context, selection.view, { columns: wanted, numbers }, signal);
  else yield* readActive(context, { select: await context.wireNames(wanted, signal), numbers }, signal);
}

/** The ids and versions of a selection, page by page. */
export async function* sweepAccounts(
  context: ReadContext,
  selection: AccountSelection,
  signal?: AbortSignal,
): AsyncGenerator<readonly AccountVersion[]> {
  const pages =
    selection.kind === "view"
      ? readViewPages(context, selection.view, { columns: SWEEP_COLUMNS }, signal)
      : readActive(context, { select: SWEEP_COLUMNS }, signal);
  for await (const rows of pages) yield rows.map(versionOf);
}

/** Accounts in any state. Ids that do not exist are left out; the order is arbitrary. */
export async function* fetchByIds(
  context: ReadContext,
  ids: readonly string[],
  columns: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<RawRow[]> {
  const select = await context.wireNames(unique([...columns, ...REQUIRED_COLUMNS]), signal);
  const numbers = await context.numbers(columns, signal);
  const linked = linkSignals(signal);
  const requests = chunks(ids.map(normaliseId), IDS_PER_REQUEST).map((chunk) => async () => {
    const values = chunk.map((id) => `'${id}'`).join(",");
    const filter = `Microsoft.Dynamics.CRM.In(PropertyName='accountid',PropertyValues=[${values}])`;
    const rows: RawRow[] = [];
    const pages = readOData(context, { url: odataUrl(select, filter), numbers }, linked.signal);
    for await (const page of pages) rows.push(...page);
    return rows;
  });
  try {
    yield* runInOrder(requests, MAX_CONCURRENT_ID_REQUESTS);
  } finally {
    linked.abort(new DOMException("The reader has stopped.", "AbortError"));
    linked.release();
  }
}

function readActive(
  context: ReadContext,
  { select, numbers = [] }: Numbers & { readonly select: readonly string[] },
  signal: AbortSignal | undefined,
) {
  // Ordered by the key, so that no row moves past the reader's position during a read.
  return readOData(context, { url: odataUrl(select, "statecode eq 0", "accountid"), numbers }, signal);
}

function odataUrl(select: readonly string[], filter: string, orderBy?: string): string {
  const order = orderBy === undefined ? "" : `&$orderby=${orderBy}`;
  return `accounts?$select=${select.join(",")}&$filter=${filter.replaceAll(" ", "%20")}${order}`;
}

function readOData(
  { requests, pageSize }: ReadContext,
  { url, numbers }: Numbers & { readonly url: string },
  signal: AbortSignal | undefined,
) {
  const prefer = `odata.maxpagesize=${pageSize}`;
  const read: ReadPage = (request, prefetch, abort) =>
    requests.get(request.url, { prefer, signal: abort }, async (response) => {
      await prefetchNext(
        prefetch,
        nextLinkRequest(request, findAnnotation(response.body, "@odata.nextLink")),
      );
      const body = pageBody(response, numbers);
      return { rows: body.value, next: nextLinkRequest(request, body["@odata.nextLink"]) };
    });
  return readPages({ url, page: 1, position: url }, read, signal);
}

function versionOf(row: RawRow): AccountVersion {
  const version = row["versionnumber"];
  if (typeof version !== "number" && typeof version !== "string")
    throw new ProtocolError("Dynamics 365 sent an account without its version number.");
  return { id: String(row["accountid"]).toLowerCase(), version };
}

function normaliseId(id: string): string {
  const normalised = id.replaceAll(/[{}]/g, "").toLowerCase();
  if (/^[0-9a-f-]{36}$/.test(normalised)) return normalised;
  throw new TypeError(`"${id}" is not an account's id.`);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

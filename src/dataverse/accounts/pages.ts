// Reads pages that each link to the next, ahead of the consumer. The next page is requested as soon
// as its link is found, before the page with the link is parsed, so that server and client work in
// parallel.
import { linkSignals } from "../../lib/abort.ts";
import { ProtocolError } from "../http/errors.ts";
import type { RawRow } from "../model.ts";

export interface PageRequest {
  readonly url: string;
  /** Counted from 1. */
  readonly page: number;
  /** The position that the server reports. A position that repeats is a loop. */
  readonly position: string;
  /** Requested by page number only, because there is no paging cookie. */
  readonly isByPageNumber?: boolean;
}

export interface Page {
  readonly rows: RawRow[];
  readonly next: PageRequest | undefined;
}

/** Reads one page. It may pass the next request to `prefetch` early, as a hint; `next` decides. */
export type ReadPage = (
  request: PageRequest,
  prefetch: (next: PageRequest) => void,
  signal: AbortSignal,
) => Promise<Page>;

/** The page that the consumer has, the next one, and one that is being requested. */
const MAX_BUFFERED_PAGES = 3;
/** A server may repeat a page once and then continue; a third time is a loop. */
const MAX_TIMES_SEEN = 2;

interface Node {
  readonly request: PageRequest;
  readonly page: Promise<Page>;
  /** The request after this one, as far as it is known: prefetched, or read. */
  nextRequest?: PageRequest | undefined;
  next?: Node;
}

export async function* readPages(
  first: PageRequest,
  read: ReadPage,
  signal: AbortSignal | undefined,
): AsyncGenerator<RawRow[]> {
  const linked = linkSignals(signal);
  const seen = new Map<string, number>();
  let head: Node | undefined;

  const start = (request: PageRequest): Node => {
    const setNextRequest = (known: PageRequest | undefined) => {
      node.nextRequest = known;
      readAhead();
    };
    const page = isLoop(seen, request)
      ? Promise.reject(loopError())
      : read(request, setNextRequest, linked.signal);
    const node: Node = { request, page };
    // Whoever awaits the page handles its error; the error of a dropped page is ignored.
    void reportNext(page, setNextRequest);
    return node;
  };
  // Only nodes that follow the consumer's page are extended. A page that no longer follows is dropped
  // with all after it, and starts no others.
  const readAhead = () => {
    let buffered = 1;
    let tail = head;
    for (; tail?.next !== undefined; tail = tail.next) buffered += 1;
    if (tail?.nextRequest !== undefined && buffered < MAX_BUFFERED_PAGES) tail.next = start(tail.nextRequest);
  };

  try {
    head = start(first);
    while (head !== undefined) {
      let page: Page = await head.page;
      // Dataverse has ended a list too early with a page without rows, so it is asked once more.
      if (isEmptyEnd(page) && head.request.page > 1) page = await read(head.request, () => {}, linked.signal);
      const { rows, next } = page;
      // The hint was wrong: an incomplete page came differently when it was read again.
      if (head.next !== undefined && head.next.request.url !== next?.url) delete head.next;
      head.nextRequest = next;
      readAhead();
      yield rows;
      head = head.next ?? (next === undefined ? undefined : start(next));
      readAhead();
    }
  } finally {
    head = undefined;
    linked.abort(new DOMException("The reader has stopped.", "AbortError"));
    linked.release();
  }
}

function isEmptyEnd({ rows, next }: Page): boolean {
  return rows.length === 0 && next === undefined;
}

async function reportNext(
  page: Promise<Page>,
  setNextRequest: (next: PageRequest | undefined) => void,
): Promise<void> {
  try {
    setNextRequest((await page).next);
  } catch {
    // Whoever awaits the page handles the error.
  }
}

function isLoop(seen: Map<string, number>, { position }: PageRequest): boolean {
  const times = (seen.get(position) ?? 0) + 1;
  seen.set(position, times);
  return times > MAX_TIMES_SEEN;
}

function loopError(): ProtocolError {
  return new ProtocolError(
    "Dynamics 365 sends the same page of accounts over and over.",
    {},
    { fix: "Try again later." },
  );
}

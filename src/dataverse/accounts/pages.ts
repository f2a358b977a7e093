// A chain of pages, each naming the next, read ahead of the consumer. The next page is asked for as soon as its link is
// known, which is before the page that carries it has been parsed: the server works while we do.
import { linkSignals } from "../../lib/abort.ts";
import { ProtocolError } from "../http/errors.ts";
import type { RawRow } from "../model.ts";

export interface PageRequest {
  readonly url: string;
  /** From 1. */
  readonly page: number;
  /** What the server says to know the place by. The same mark again and again is a loop. */
  readonly position: string;
  /** Reached by a page number alone, for lack of a paging cookie. */
  readonly isByPageNumber?: boolean;
}

export interface Page {
  readonly rows: RawRow[];
  readonly next: PageRequest | undefined;
}

/** Reads one page. `announce` may be told of the next step early; it is a hint, `next` decides. */
export type ReadPage = (
  request: PageRequest,
  prefetch: (next: PageRequest) => void,
  signal: AbortSignal,
) => Promise<Page>;

/** The page in the consumer's hands, the one that follows, and one on its way. */
const MAX_BUFFERED_PAGES = 3;
/** A server that repeats a page once goes on after it; a mark seen a third time is a loop. */
const MAX_TIMES_SEEN = 2;

interface Node {
  readonly request: PageRequest;
  readonly page: Promise<Page>;
  /** The step after this one, as far as it is known: announced, or read. */
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
    // Whoever waits for the page hears of its failure; a page nobody waits for any more may fail in silence.
    void reportNext(page, setNextRequest);
    return node;
  };
  // Only what hangs on the consumer's page grows. A page that turned out not to follow any more is forgotten with all
  // behind it, and cannot start others.
  const readAhead = () => {
    let buffered = 1;
    let tail = head;
    for (; tail?.next !== undefined; tail = tail.next) buffered += 1;
    if (tail?.nextRequest !== undefined && buffered < MAX_BUFFERED_PAGES) tail.next = start(tail.nextRequest);
  };

  try {
    head = start(first);
    while (head !== undefined) {
      const { rows, next }: Page = await head.page;
      // The hint was wrong: the page was torn, and came differently when it came again.
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

async function reportNext(
  page: Promise<Page>,
  setNextRequest: (next: PageRequest | undefined) => void,
): Promise<void> {
  try {
    setNextRequest((await page).next);
  } catch {
    // Told to whoever waits for the page.
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

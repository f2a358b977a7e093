// A chain of pages, each naming the next, read ahead of the consumer. The next page is asked for as soon as its link is
// known, which is before the page that carries it has been parsed: the server works while we do.
import { linkSignals } from "../../lib/abort.ts";
import { ProtocolError } from "../http/errors.ts";
import type { RawRow } from "../model.ts";

export interface Step {
  readonly url: string;
  /** From 1. */
  readonly page: number;
  /** What the server says to know the place by. The same mark again and again is a loop. */
  readonly mark: string;
  /** Reached by a page number alone, for lack of a paging cookie. */
  readonly byNumber?: boolean;
}

export interface Page {
  readonly rows: RawRow[];
  readonly next: Step | undefined;
}

/** Reads one page. `announce` may be told of the next step early; it is a hint, `next` decides. */
export type ReadPage = (step: Step, announce: (next: Step) => void, signal: AbortSignal) => Promise<Page>;

/** The page in the consumer's hands, the one that follows, and one on its way. */
const MOST_PAGES_HELD = 3;
/** A server that repeats a page once goes on after it; a mark seen a third time is a loop. */
const MOST_TIMES_SEEN = 2;

interface Node {
  readonly step: Step;
  readonly page: Promise<Page>;
  /** The step after this one, as far as it is known: announced, or read. */
  known?: Step | undefined;
  next?: Node;
}

export async function* readPages(
  first: Step,
  read: ReadPage,
  signal: AbortSignal | undefined,
): AsyncGenerator<RawRow[]> {
  const linked = linkSignals(signal);
  const seen = new Map<string, number>();
  let head: Node | undefined;

  const start = (step: Step): Node => {
    const learn = (known: Step | undefined) => {
      node.known = known;
      readAhead();
    };
    const page = loops(seen, step) ? Promise.reject(looping()) : read(step, learn, linked.signal);
    const node: Node = { step, page };
    // Whoever waits for the page hears of its failure; a page nobody waits for any more may fail in silence.
    void tellNext(page, learn);
    return node;
  };
  // Only what hangs on the consumer's page grows. A page that turned out not to follow any more is forgotten with all
  // behind it, and cannot start others.
  const readAhead = () => {
    let held = 1;
    let tail = head;
    for (; tail?.next !== undefined; tail = tail.next) held += 1;
    if (tail?.known !== undefined && held < MOST_PAGES_HELD) tail.next = start(tail.known);
  };

  try {
    head = start(first);
    while (head !== undefined) {
      const { rows, next }: Page = await head.page;
      // The hint was wrong: the page was torn, and came differently when it came again.
      if (head.next !== undefined && head.next.step.url !== next?.url) delete head.next;
      head.known = next;
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

async function tellNext(page: Promise<Page>, learn: (next: Step | undefined) => void): Promise<void> {
  try {
    learn((await page).next);
  } catch {
    // Told to whoever waits for the page.
  }
}

function loops(seen: Map<string, number>, { mark }: Step): boolean {
  const times = (seen.get(mark) ?? 0) + 1;
  seen.set(mark, times);
  return times > MOST_TIMES_SEEN;
}

function looping(): ProtocolError {
  return new ProtocolError(
    "Dynamics 365 sends the same page of accounts over and over.",
    {},
    { fix: "Try again later." },
  );
}

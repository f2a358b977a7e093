// Asking the server: one function for every route of the contract, with the types of its schemas.
import type { Route, RouteAnswer, RouteRequest } from "../../../src/api/contract/route.ts";
import { refusal } from "../../../src/api/contract/route.ts";

/** What the server refused, or why it could not be asked. The message is a sentence for the person at the screen. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** 0 when the server could not be reached. */
  readonly status: number;
  /** Small print to search for. */
  readonly code: string;
  /** The part of the input that is wrong. */
  readonly field: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    status: number,
    code: string,
    sentence: string,
    where: { field?: string | undefined; requestId?: string | undefined; cause?: unknown } = {},
  ) {
    super(sentence, { cause: where.cause });
    this.status = status;
    this.code = code;
    this.field = where.field;
    this.requestId = where.requestId;
  }
}

let csrfToken = "";

/** The token of the session, sent back with everything that changes something. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** What the types below promise of every request, whatever its route. */
type Written = Record<string, string | number | boolean | undefined>;
type AnyRequest = {
  readonly params?: Written | undefined;
  readonly query?: Written | undefined;
  readonly body?: unknown;
};

function partsOf(request: object): AnyRequest {
  return request;
}

/** The address of a route: for downloads, events and links, which the browser itself follows. */
export function addressOf<R extends Route>(route: R, request: Omit<RouteRequest<R>, "body">): string {
  const { params = {}, query = {} } = partsOf(request);
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  return `/api/app${path}${asked.size > 0 ? `?${asked}` : ""}`;
}

async function refusalOf(response: Response): Promise<Refused> {
  const parsed = refusal.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    return new Refused(
      response.status,
      `http-${response.status}`,
      "The server gave an answer that is none of its own. Try again; if it stays, tell whoever runs this installation.",
    );
  const { code, sentence, field, requestId } = parsed.data.error;
  return new Refused(response.status, code, sentence, { field, requestId });
}

/** Calls a route. Throws `Refused` with the server's sentence, or with ours when the server cannot be reached. */
export async function call<R extends Route>(
  route: R,
  request: RouteRequest<R>,
  signal?: AbortSignal,
): Promise<RouteAnswer<R>> {
  const { body } = partsOf(request);
  const response = await fetch(addressOf(route, request), {
    method: route.method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(route.method === "GET" ? {} : { "x-sluice-csrf": csrfToken }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Refused(
      0,
      "not-reached",
      "The server cannot be reached. Look at your connection and try again.",
      { cause },
    );
  });
  if (!response.ok) throw await refusalOf(response);
  const answer: unknown = route.answer ? await response.json() : undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server answers by the same contract, or 204 and nothing
  return answer as RouteAnswer<R>;
}

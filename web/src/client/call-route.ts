// Calls the server: one function for every route of the contract, typed by its schemas.
import type { Route, RouteAnswer, RouteRequest } from "../../../src/api/contract/route.ts";
import { APP_PREFIX, errorAnswer } from "../../../src/api/contract/route.ts";

/** An answer with an error, or a request that failed. The message is a sentence for the user. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0 if the server could not be reached. */
  readonly status: number;
  /** Stable code of the error. */
  readonly code: string;
  /** The invalid field of the input. */
  readonly field: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { field?: string | undefined; requestId?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.status = status;
    this.code = code;
    this.field = details.field;
    this.requestId = details.requestId;
  }
}

let csrfToken = "";

/** Keeps the session's CSRF token, which `callRoute` sends with every change. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** What `RouteRequest` may hold for any route. */
type UrlValues = Record<string, string | number | boolean | undefined>;
type AnyRequest = {
  readonly params?: UrlValues | undefined;
  readonly query?: UrlValues | undefined;
  readonly body?: unknown;
};

function asAnyRequest(request: object): AnyRequest {
  return request;
}

/** The URL of a route, for downloads, event streams and links that the browser opens itself. */
export function routeUrl<R extends Route>(route: R, request: Omit<RouteRequest<R>, "body">): string {
  const { params = {}, query = {} } = asAnyRequest(request);
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const searchParams = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) searchParams.set(name, String(value));
  return `${APP_PREFIX}${path}${searchParams.size > 0 ? `?${searchParams}` : ""}`;
}

async function toApiError(response: Response): Promise<ApiError> {
  const parsed = errorAnswer.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    return new ApiError(
      response.status,
      `http-${response.status}`,
      "The server sent an unexpected response. Try again; if it fails again, tell the operator of this installation.",
    );
  const { code, sentence, field, requestId } = parsed.data.error;
  return new ApiError(response.status, code, sentence, { field, requestId });
}

/** Calls a route. Throws `ApiError`, with a sentence of our own if the server cannot be reached. */
export async function callRoute<R extends Route>(
  route: R,
  request: RouteRequest<R>,
  signal?: AbortSignal,
): Promise<RouteAnswer<R>> {
  const { body } = asAnyRequest(request);
  const response = await fetch(routeUrl(route, request), {
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
    throw new ApiError(
      0,
      "not-reached",
      "The server cannot be reached. Check your network connection and try again.",
      { cause },
    );
  });
  if (!response.ok) throw await toApiError(response);
  const answer: unknown = route.answer ? await response.json() : undefined;
  // The server validates its answers by the same contract, and sends 204 for none.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return answer as RouteAnswer<R>;
}

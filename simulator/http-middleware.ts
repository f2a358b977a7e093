// One HTTP exchange as plain data, and the places where other parts of the simulator hook into the server.
// A request passes: pre-rendered pages → faults → Entra ID → bearer token → service limits → Web API.
// Each part gets the request and what comes after it, and may answer by itself, go on, or change the answer.

export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent, percent-encoded. */
  readonly url: string;
  /** The path alone, as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: HeaderValues;
  readonly body: string;
  /** `http://127.0.0.1:PORT` as the client called it: by its Host header. */
  readonly origin: string;
  /** The systemuser, once the bearer token was checked. */
  userId?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
  /** The connection is destroyed after so many bytes of the body (0: before the status line). */
  readonly disconnectAfterBytes?: number;
}

/** A part of the way a request takes. */
export type Middleware = (request: HttpRequest, next: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** What a bearer token is worth. */
export type TokenCheck =
  | { readonly ok: true; readonly userId: string | undefined }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "expired" | "wrong-audience" };

/** The Entra ID that shares the server with the Web API. */
export interface Authority {
  /** A reply for a path of Entra ID's, otherwise undefined. */
  handle(request: HttpRequest): HttpResponse | undefined;
  /** @param audience the origin that was called */
  check(authorization: string | undefined, audience: string): TokenCheck;
  readonly tenantId: string;
}

/** A page that was rendered beforehand, sent as it is. */
export interface RenderedPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Hooks {
  /** Asked before anything else; benchmarks answer from memory here. */
  respondFromCache?(method: string, url: string, headers: HeaderValues): RenderedPage | undefined;
  /** Faults by switch: sees every request, token or not. */
  faults?: Middleware;
  /** Service-protection limits: sees Web API requests of a known user (`request.userId`). */
  limits?: Middleware;
}

/** Header value as one string; several lines are joined as RFC 9110 section 5.3 says. */
export function headerValue(headers: HeaderValues, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.join(", ");
}

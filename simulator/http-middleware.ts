// Defines HTTP requests and responses as plain data, and the middleware through which a request
// passes: pre-rendered pages → faults → Entra ID → bearer token → service limits → Web API. Each
// middleware gets the request and the next step, and may respond by itself, continue, or change the
// response.

export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent, percent-encoded. */
  readonly url: string;
  /** The path alone, as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names are in lower case. */
  readonly headers: HeaderValues;
  readonly body: string;
  /** `http://127.0.0.1:PORT` as the client called it, from its Host header. */
  readonly origin: string;
  /** The systemuser, once the bearer token is checked. */
  userId?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
  /** Destroys the connection after so many bytes of the body (0: before the status line). */
  readonly disconnectAfterBytes?: number;
}

/** One step of request processing. */
export type Middleware = (request: HttpRequest, next: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** The result of checking a bearer token. */
export type TokenCheck =
  | { readonly ok: true; readonly userId: string | undefined }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "expired" | "wrong-audience" };

/** The Entra ID that shares the server with the Web API. */
export interface Authority {
  /** Returns a response for a path of Entra ID's, otherwise undefined. */
  handle(request: HttpRequest): HttpResponse | undefined;
  /** @param audience the origin that was called */
  check(authorization: string | undefined, audience: string): TokenCheck;
  readonly tenantId: string;
}

/** A page that was rendered before and is sent as it is. */
export interface RenderedPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Hooks {
  /** Called before anything else; benchmarks respond from memory here. */
  respondFromCache?(method: string, url: string, headers: HeaderValues): RenderedPage | undefined;
  /** Injects faults; sees every request, with or without a token. */
  faults?: Middleware;
  /** Applies service protection limits; sees Web API requests of a known user (`request.userId`). */
  limits?: Middleware;
}

/** Returns a header as one string; several are joined as RFC 9110 section 5.3 says. */
export function headerValue(headers: HeaderValues, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.join(", ");
}

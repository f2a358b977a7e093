// Sends the requests of a library that takes a fetch function by our HTTP client, so that they have
// its limits and its proxy.
import { HttpError, type Http, type HttpResponse } from "./http.ts";

type FetchOptions = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Returns a function that throws an HttpError, of a timeout too, which the library's signal would
 * report as an abort.
 * @param assertAccepted throws for an answer that the library must not get
 */
export function httpFetch(
  http: Http,
  assertAccepted: (response: HttpResponse, url: string, body: unknown) => void = () => undefined,
): (url: string, options: FetchOptions) => Promise<Response> {
  return async (url, { method, headers, body, signal }) => {
    const response = await http
      .send({
        url,
        method: method === "POST" ? "POST" : "GET",
        headers: { ...headers },
        ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
        signal,
      })
      .catch((error: unknown) => {
        if (signal?.aborted !== true) throw error;
        throw new HttpError("timeout", `${new URL(url).host} did not answer in time.`, { cause: error });
      });
    assertAccepted(response, url, body);
    const headersOf = {
      "content-type": String(response.headers["content-type"] ?? ""),
      "retry-after": String(response.headers["retry-after"] ?? ""),
    };
    // A body, even an empty one, is refused with some statuses, such as 304.
    const content = response.body.length === 0 ? null : new Uint8Array(response.body);
    return new Response(content, { status: response.status, headers: headersOf });
  };
}

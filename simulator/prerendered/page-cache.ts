// Caches pages of the simulator gzipped in memory, so that benchmarks measure the reader, not the
// source. A second request with the same URL and Prefer header is answered from the cache, until an
// account changes.
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  headerValue,
  type HeaderValues,
  type Middleware,
  type RenderedPage,
  type HttpResponse,
  type HttpRequest,
} from "../http-middleware.ts";

const gzipAsync = promisify(gzip);

export interface PageCacheOptions {
  /** Changes whenever an account does. */
  readonly version: () => number | string;
  /** While true, nothing is cached and nothing is answered from the cache. */
  readonly isDisabled: () => boolean;
  /** Whether the bearer token of a request is valid, so that it may be answered from the cache. */
  readonly isAuthorized: (headers: HeaderValues) => boolean;
}

export interface PageQuery {
  readonly url: string;
  readonly prefer: string;
}

export class PageCache {
  private readonly options: PageCacheOptions;
  private readonly pages = new Map<string, RenderedPage>();
  private readonly firstPages = new Map<string, PageQuery>();
  private version: number | string;

  constructor(options: PageCacheOptions) {
    this.options = options;
    this.version = options.version();
  }

  /** First pages requested so far, also before the last change, which are worth rendering again. */
  get queries(): readonly PageQuery[] {
    return [...this.firstPages.values()];
  }

  get size(): { readonly pages: number; readonly bytes: number } {
    let bytes = 0;
    for (const page of this.pages.values()) bytes += page.body.length;
    return { pages: this.pages.size, bytes };
  }

  /** The hook that is called before anything else. */
  readonly respond = (method: string, url: string, headers: HeaderValues): RenderedPage | undefined => {
    if (!this.isCacheable(method, url, headers)) return undefined;
    this.evictStalePages();
    const page = this.pages.get(keyOf(url, headers));
    return page && this.options.isAuthorized(headers) ? page : undefined;
  };

  /** The middleware that caches responses. */
  readonly middleware: Middleware = async (request, next) => {
    if (!this.isCacheable(request.method, request.url, request.headers)) return next();
    const { version } = this.options;
    const before = version();
    const response = await next();
    if (response.status !== 200) return response;
    const gzipped = await gzippedResponse(response);
    if (version() === before) this.store(request, gzipped);
    return gzipped;
  };

  private isCacheable(method: string, url: string, headers: HeaderValues): boolean {
    return method === "GET" && isAccountPage(url) && acceptsGzip(headers) && !this.options.isDisabled();
  }

  private store(request: HttpRequest, response: HttpResponse & { readonly body: Buffer }): void {
    this.evictStalePages();
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers))
      if (typeof value === "string") headers[name] = value;
    this.pages.set(keyOf(request.url, request.headers), { headers, body: response.body });
    if (/skiptoken|paging-cookie/i.test(request.url)) return;
    const prefer = headerValue(request.headers, "prefer") ?? "";
    this.firstPages.set(`${prefer} ${request.url}`, { url: request.url, prefer });
  }

  private evictStalePages(): void {
    const version = this.options.version();
    if (version === this.version) return;
    this.pages.clear();
    this.version = version;
  }
}

/** Whether the URL is `…/accounts?…` of any version of the API. */
function isAccountPage(url: string): boolean {
  return /^\/api\/data\/v9\.\d\/accounts\?/.test(url);
}

/** Host and Prefer are part of the key, since both change the page. */
function keyOf(url: string, headers: HeaderValues): string {
  return [headerValue(headers, "host"), headerValue(headers, "prefer"), url].join("\n");
}

function acceptsGzip(headers: HeaderValues): boolean {
  return /\bgzip\b/.test(headerValue(headers, "accept-encoding") ?? "");
}

async function gzippedResponse(response: HttpResponse): Promise<HttpResponse & { readonly body: Buffer }> {
  const body = await gzipAsync(response.body, { level: 1 });
  return {
    ...response,
    headers: { ...response.headers, "content-encoding": "gzip", vary: "Accept-Encoding" },
    body,
  };
}

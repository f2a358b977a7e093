// Pages of the real simulator, kept gzipped in memory and sent again at wire speed: benchmarks then measure the reader, not the source.
// What is asked for a second time with the same address and the same Prefer header comes from here, until an account changes.
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  headerText,
  type HeaderValues,
  type Layer,
  type RenderedPage,
  type SimReply,
  type SimRequest,
} from "../http-middleware.ts";

const gzipAsync = promisify(gzip);

export interface PageCacheOptions {
  /** Changes whenever an account does. */
  readonly version: () => number | string;
  /** While true, nothing is kept and nothing answered from here. */
  readonly isOff: () => boolean;
  /** Whether the bearer token of a request is good, and so the request may be answered from here. */
  readonly mayRead: (headers: HeaderValues) => boolean;
}

export interface FirstPage {
  readonly url: string;
  readonly prefer: string;
}

export class PageCache {
  private readonly options: PageCacheOptions;
  private readonly pages = new Map<string, RenderedPage>();
  private readonly firstPages = new Map<string, FirstPage>();
  private version: number | string;

  constructor(options: PageCacheOptions) {
    this.options = options;
    this.version = options.version();
  }

  /** First pages asked for so far, also before the last change: what is worth rendering again. */
  get queries(): readonly FirstPage[] {
    return [...this.firstPages.values()];
  }

  get size(): { readonly pages: number; readonly bytes: number } {
    let bytes = 0;
    for (const page of this.pages.values()) bytes += page.body.length;
    return { pages: this.pages.size, bytes };
  }

  /** The hook that answers before anything else does. */
  readonly respond = (method: string, url: string, headers: HeaderValues): RenderedPage | undefined => {
    if (!this.concerns(method, url, headers)) return undefined;
    this.forgetOldPages();
    const page = this.pages.get(keyOf(url, headers));
    return page && this.options.mayRead(headers) ? page : undefined;
  };

  /** The part of the way through the server that keeps what passes. */
  readonly layer: Layer = async (request, next) => {
    if (!this.concerns(request.method, request.url, request.headers)) return next();
    const { version } = this.options;
    const before = version();
    const reply = await next();
    if (reply.status !== 200) return reply;
    const zipped = await zippedReply(reply);
    if (version() === before) this.keep(request, zipped);
    return zipped;
  };

  private concerns(method: string, url: string, headers: HeaderValues): boolean {
    return method === "GET" && isPageOfAccounts(url) && acceptsGzip(headers) && !this.options.isOff();
  }

  private keep(request: SimRequest, reply: SimReply & { readonly body: Buffer }): void {
    this.forgetOldPages();
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(reply.headers))
      if (typeof value === "string") headers[name] = value;
    this.pages.set(keyOf(request.url, request.headers), { headers, body: reply.body });
    if (/skiptoken|paging-cookie/i.test(request.url)) return;
    const prefer = headerText(request.headers, "prefer") ?? "";
    this.firstPages.set(`${prefer} ${request.url}`, { url: request.url, prefer });
  }

  private forgetOldPages(): void {
    const version = this.options.version();
    if (version === this.version) return;
    this.pages.clear();
    this.version = version;
  }
}

/** `…/accounts?…`, by whatever version of the API. */
function isPageOfAccounts(url: string): boolean {
  return /^\/api\/data\/v9\.\d\/accounts\?/.test(url);
}

/** Host and Prefer belong to the key: both change what the page says. */
function keyOf(url: string, headers: HeaderValues): string {
  return [headerText(headers, "host"), headerText(headers, "prefer"), url].join("\n");
}

function acceptsGzip(headers: HeaderValues): boolean {
  return /\bgzip\b/.test(headerText(headers, "accept-encoding") ?? "");
}

async function zippedReply(reply: SimReply): Promise<SimReply & { readonly body: Buffer }> {
  const body = await gzipAsync(reply.body, { level: 1 });
  return {
    ...reply,
    headers: { ...reply.headers, "content-encoding": "gzip", vary: "Accept-Encoding" },
    body,
  };
}

// Requests all pages of a query as a client would, so that they are in the page cache afterwards.
import { gunzipSync } from "node:zlib";
import { request } from "node:http";
import type { PageQuery } from "./page-cache.ts";

export interface RenderResult {
  readonly pages: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Follows the nextLinks of an OData query to the end. A FetchXML query has none: only its first
 * page is requested, and the others are cached when a client reads them.
 * @throws Error when a page is refused
 */
export async function renderPages(origin: string, token: string, query: PageQuery): Promise<RenderResult> {
  const startedAt = performance.now();
  let [pages, bytes] = [0, 0];
  for (let url: string | undefined = origin + query.url; url !== undefined; pages += 1) {
    const body = await requestPage(url, token, query.prefer);
    bytes += body.length;
    url = nextLink(gunzipSync(body));
  }
  return { pages, bytes, seconds: (performance.now() - startedAt) / 1000 };
}

/** Returns the gzipped body unchanged. It uses node:http, because fetch would unpack it. */
function requestPage(url: string, token: string, prefer: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${token}`, prefer, "accept-encoding": "gzip" };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        if (incoming.statusCode === 200) resolve(body);
        else
          reject(
            new Error(
              `The simulator refused ${url} with ${incoming.statusCode}: ${body.toString("utf8", 0, 500)}`,
            ),
          );
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

// The link is the last member of a page; parsing megabytes of rows for it would double the work.
function nextLink(body: Buffer): string | undefined {
  const at = body.lastIndexOf('"@odata.nextLink":');
  if (at < 0) return undefined;
  const member: unknown = JSON.parse(`{${body.toString("utf8", at)}`);
  return typeof member === "object" && member && "@odata.nextLink" in member
    ? String(member["@odata.nextLink"])
    : undefined;
}

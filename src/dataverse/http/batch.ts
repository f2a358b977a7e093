// One GET inside a $batch, for queries that are too long for a URL: Dataverse accepts 32 KB in a
// URL and 64 KB in a batch (Microsoft Learn, "Execute batch operations using the Web API"). A batch
// of GETs changes nothing, so it can be retried.
import { randomUUID } from "node:crypto";
import type { HttpResponse } from "../../lib/http.ts";

export interface BatchRequest {
  readonly contentType: string;
  readonly body: string;
}

export function batchOfOne(url: URL, headers: Readonly<Record<string, string>>): BatchRequest {
  const boundary = `batch_${randomUUID()}`;
  const lines = [
    `--${boundary}`,
    "Content-Type: application/http",
    "Content-Transfer-Encoding: binary",
    "",
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    "",
    `--${boundary}--`,
    "",
  ];
  return { contentType: `multipart/mixed; boundary=${boundary}`, body: lines.join("\r\n") };
}

/**
 * The response inside a batch response; undefined if there is none, or if it is incomplete. Lines
 * end with CR LF or LF. Headers that only the whole has, such as the request id, count for the part.
 */
export function responseInBatch(outer: HttpResponse): HttpResponse | undefined {
  const type = String(outer.headers["content-type"] ?? "");
  const boundary = /^multipart\/mixed\b.*\bboundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) return undefined;
  const { body } = outer;
  const start = body.indexOf(`--${boundary}`);
  const end = body.indexOf(`--${boundary}`, start + boundary.length + 2);
  if (start < 0 || end < 0) return undefined;
  const partHead = headAt(body, start, end);
  const inner = partHead && headAt(body, partHead.end, end);
  const status = Number(/^\s*HTTP\/\d(?:\.\d)? (\d{3})/.exec(inner?.text ?? "")?.[1]);
  if (inner === undefined || Number.isNaN(status)) return undefined;
  return {
    status,
    headers: { ...outer.headers, "content-type": undefined, ...headersOf(inner.text) },
    body: body.subarray(inner.end, end),
    wireBytes: outer.wireBytes,
  };
}

/** The lines up to the next blank one, and the offset of what follows. */
function headAt(body: Buffer, from: number, limit: number): { text: string; end: number } | undefined {
  const candidates = ["\r\n\r\n", "\n\n"]
    .map((blank) => ({ at: body.indexOf(blank, from), length: blank.length }))
    .filter(({ at }) => at >= 0 && at < limit)
    .toSorted((a, b) => a.at - b.at);
  const first = candidates[0];
  if (first === undefined) return undefined;
  return { text: body.toString("latin1", from, first.at), end: first.at + first.length };
}

function headersOf(head: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const match of head.matchAll(/^([\w-]+):[ \t]*([^\r\n]*)/gm))
    headers[(match[1] ?? "").toLowerCase()] = match[2] ?? "";
  return headers;
}

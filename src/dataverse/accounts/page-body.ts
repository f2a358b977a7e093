// The body of a page of accounts: validated after it is parsed, and searched for the link to the
// next page before that.
import type { HttpResponse } from "../../lib/http.ts";
import { ProtocolError } from "../http/errors.ts";
import type { RawRow } from "../model.ts";
import type { PageRequest } from "./pages.ts";
import { parseJson } from "../http/json-body.ts";

export interface PageBody {
  readonly value: RawRow[];
  readonly "@odata.nextLink"?: string;
  readonly "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"?: string;
  readonly "@Microsoft.Dynamics.CRM.morerecords"?: boolean;
}

export function pageBody(response: HttpResponse, numbers: readonly string[] = []): PageBody {
  const body = parseJson(response, numbers);
  if (isPageBody(body)) return body;
  throw new ProtocolError("Dynamics 365 answered a page of accounts in a form that is not understood.");
}

/** Validates every row: one without an id can be neither matched nor counted. */
function isPageBody(body: unknown): body is PageBody {
  if (typeof body !== "object" || body === null || !("value" in body) || !Array.isArray(body.value))
    return false;
  return body.value.every((row: RawRow | null) => typeof row?.["accountid"] === "string");
}

// How far from either end of a body annotations are searched. A link repeats the query, so it may
// be long.
const HEAD_BYTES = 16 * 1024;
const TAIL_BYTES = 72 * 1024;

/**
 * Finds a text annotation without parsing the page. Quotes inside a JSON text are always escaped,
 * so these bytes can only be the property. One that is deeper in the body is not found; the parsed
 * page then has it.
 */
export function findAnnotation(body: Buffer, name: string): string | undefined {
  for (const part of endsOf(body)) {
    const at = part.lastIndexOf(`"${name}"`);
    if (at < 0) continue;
    const literal = /^"[^"]+"\s*:\s*("(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")/.exec(
      part.toString("utf8", at),
    )?.[1];
    const value: unknown = literal === undefined ? undefined : JSON.parse(literal);
    if (typeof value === "string") return value;
  }
  return undefined;
}

export function hasMoreRecords(body: Buffer): boolean {
  return endsOf(body).some((part) => {
    const at = part.lastIndexOf('"@Microsoft.Dynamics.CRM.morerecords"');
    return at >= 0 && /^"[^"]+"\s*:\s*true/.test(part.toString("latin1", at, at + 80));
  });
}

function endsOf(body: Buffer): readonly Buffer[] {
  return [body.subarray(-TAIL_BYTES), body.subarray(0, HEAD_BYTES)];
}

/** The request for the page that a nextLink refers to. */
export function nextLinkRequest({ page }: PageRequest, link: string | undefined): PageRequest | undefined {
  return link === undefined ? undefined : { url: link, page: page + 1, position: link };
}

/** Starts the request for the next page before parsing blocks the event loop. */
export async function prefetchNext(
  prefetch: (next: PageRequest) => void,
  next: PageRequest | undefined,
): Promise<void> {
  if (next === undefined) return;
  prefetch(next);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

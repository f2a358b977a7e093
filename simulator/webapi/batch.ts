// Executes $batch: requests and change sets in one multipart body, answered part by part. A change
// set is applied as a whole or not at all. Lines may end in CR LF or LF alone. Microsoft Learn:
// "Execute batch operations using the Web API".
import { randomUUID } from "node:crypto";
import { headerValue, type HttpResponse, type HttpRequest } from "../http-middleware.ts";
import type { Org } from "../org/org.ts";
import { badRequest, type ODataError } from "./odata-error.ts";
import { parsePreferences } from "./prefer.ts";
import { errorResponse, createResponse } from "./responses.ts";

const MAX_OPERATIONS = 1000;
/** .NET's Uri takes less than 65,520 characters; "64 KB" in Microsoft's documentation. */
const MAX_URL_LENGTH = 65_519;

interface Operation {
  readonly request: HttpRequest;
  readonly contentId: string | undefined;
}

type Part = { readonly operation: Operation } | { readonly changeSet: readonly Operation[] };

/** Handles one request of the batch. */
export type RequestHandler = (request: HttpRequest) => HttpResponse;

/** @throws ODataError when the body is not a valid batch */
export function runBatch(batch: HttpRequest, org: Org, handle: RequestHandler): HttpResponse {
  const parts = parseParts(batch.body, readBoundary(headerValue(batch.headers, "content-type")), batch);
  const operations = parts.reduce((sum, part) => sum + ("changeSet" in part ? part.changeSet.length : 1), 0);
  if (operations > MAX_OPERATIONS)
    throw badRequest(`The batch request exceeds the maximum of ${MAX_OPERATIONS} operations.`);
  const { continueOnError } = parsePreferences(headerValue(batch.headers, "prefer"));
  const boundary = `batchresponse_${randomUUID()}`;
  const bodies: string[] = [];
  let status = 200;
  for (const part of parts) {
    const result =
      "changeSet" in part ? runChangeSet(part.changeSet, org, handle) : runOne(part.operation, handle);
    bodies.push(`--${boundary}\r\n${result.text}`);
    if (result.status < 400 || continueOnError) continue;
    // Without the preference the first error ends the batch, and its status is the batch's.
    status = result.status;
    break;
  }
  const body = `${bodies.join("")}--${boundary}--\r\n`;
  return createResponse(status, { "Content-Type": `multipart/mixed; boundary=${boundary}` }, body);
}

interface PartResult {
  readonly status: number;
  readonly text: string;
}

function runOne({ request }: Operation, handle: RequestHandler): PartResult {
  const response = handle(request);
  return { status: response.status, text: partText(response) };
}

function runChangeSet(operations: readonly Operation[], org: Org, handle: RequestHandler): PartResult {
  const boundary = `changesetresponse_${randomUUID()}`;
  const addresses = new Map<string, string>();
  const texts: string[] = [];
  const undo = org.beginUndo();
  for (const { request, contentId } of operations) {
    if (request.method === "GET") {
      undo();
      return failedPart(badRequest("Query operations are not allowed in a change set."));
    }
    const response = handle(resolveReferences(request, addresses));
    if (response.status >= 400) {
      undo();
      return { status: response.status, text: partText(response) };
    }
    const address = response.headers["OData-EntityId"] ?? response.headers["Location"];
    if (contentId !== undefined && typeof address === "string") addresses.set(contentId, address);
    texts.push(`--${boundary}\r\n${partText(response, contentId)}`);
  }
  org.endUndo();
  return {
    status: 200,
    text: `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${texts.join("")}--${boundary}--\r\n`,
  };
}

function failedPart(error: ODataError): PartResult {
  return { status: error.status, text: partText(errorResponse(error)) };
}

/**
 * `$1` at the start of a URL or in a bind stands for the row that the part with that Content-ID
 * created.
 */
function resolveReferences(request: HttpRequest, addresses: ReadonlyMap<string, string>): HttpRequest {
  const reference = /(?:^|\/)\$([\w-]+)(?=[/?]|$)/.exec(request.url);
  const address = reference ? addresses.get(reference[1] ?? "") : undefined;
  const body = request.body.replace(/"\/?\$([\w-]+)"/g, (text, id: string) => {
    const target = addresses.get(id);
    return target === undefined ? text : JSON.stringify(target);
  });
  if (address === undefined || !reference) return { ...request, body };
  const rest = request.url.slice(reference.index + reference[0].length);
  return { ...request, body, ...addressParts(new URL(address).pathname + rest) };
}

function addressParts(url: string): Pick<HttpRequest, "url" | "path" | "query"> {
  const cut = url.indexOf("?");
  return {
    url,
    path: cut < 0 ? url : url.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1)),
  };
}

const SENT_HEADERS = [
  "OData-Version",
  "Content-Type",
  "OData-EntityId",
  "Location",
  "ETag",
  "Preference-Applied",
];

function partText(response: HttpResponse, contentId?: string): string {
  const headers = SENT_HEADERS.flatMap((name) => {
    const value = response.headers[name];
    return typeof value === "string" ? [`${name}: ${value}`] : [];
  });
  return [
    "Content-Type: application/http",
    "Content-Transfer-Encoding: binary",
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    "",
    `HTTP/1.1 ${response.status} ${REASONS[response.status] ?? ""}`,
    ...headers,
    "",
    response.body.toString(),
    "",
  ].join("\r\n");
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
};

function readBoundary(contentType: string | undefined): string {
  const boundary = /^multipart\/mixed\s*;.*\bboundary="?([^";\s]+)"?/i.exec(contentType ?? "")?.[1];
  if (boundary === undefined) {
    throw badRequest(
      `The message header 'Content-Type' must have the value 'multipart/mixed' with a boundary.`,
    );
  }
  return boundary;
}

function parseParts(body: string, boundary: string, batch: HttpRequest): Part[] {
  return splitAtBoundary(body, boundary).map((text) => {
    const { head, rest } = splitHead(text);
    const contentType = head.get("content-type");
    if (/^multipart\/mixed/i.test(contentType ?? "")) {
      return {
        changeSet: splitAtBoundary(rest, readBoundary(contentType)).map((inner) =>
          parseOperation(inner, batch),
        ),
      };
    }
    return { operation: parseOperation(text, batch) };
  });
}

/**
 * Returns the texts between the boundaries, without the line ends that belong to the boundaries.
 */
function splitAtBoundary(body: string, boundary: string): string[] {
  const pieces = body.split(
    new RegExp(
      `(?:^|\\r?\\n)--${boundary.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?:--)?[ \\t]*(?=\\r?\\n|$)`,
    ),
  );
  return pieces
    .slice(1)
    .map((piece) => piece.replace(/^\r?\n/, ""))
    .filter((piece) => piece.trim() !== "");
}

function splitHead(text: string): { head: Map<string, string>; rest: string } {
  const end = /\r?\n\r?\n/.exec(text);
  const lines = (end ? text.slice(0, end.index) : text).split(/\r?\n/);
  const head = new Map(
    lines.flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
    }),
  );
  return { head, rest: end ? text.slice(end.index + end[0].length) : "" };
}

function parseOperation(text: string, batch: HttpRequest): Operation {
  const outer = splitHead(text.trimStart());
  const line = /^\s*(\S+)\s+(\S+)\s+HTTP\/\d\.\d[ \t]*(?:\r?\n|$)/.exec(outer.rest);
  if (!line) throw badRequest("A part of the batch is not an HTTP request.");
  const inner = splitHead(outer.rest.slice(line[0].length));
  // When the inner request has no headers, its body follows one empty line.
  const bare = /^\r?\n/.test(outer.rest.slice(line[0].length));
  const body = bare ? outer.rest.slice(line[0].length) : inner.rest;
  const target = line[2] ?? "";
  const url = /^https?:\/\//i.test(target)
    ? target.replace(/^https?:\/\/[^/]*/i, "")
    : relative(target, batch);
  if (batch.origin.length + url.length > MAX_URL_LENGTH)
    throw badRequest("Invalid URI: The Uri string is too long.");
  const request: HttpRequest = {
    method: line[1] ?? "GET",
    headers: { ...callerHeaders(batch), ...(bare ? {} : Object.fromEntries(inner.head)) },
    body: body.trim(),
    origin: batch.origin,
    ...(batch.userId === undefined ? {} : { userId: batch.userId }),
    ...addressParts(url),
  };
  return { request, contentId: outer.head.get("content-id") ?? inner.head.get("content-id") };
}

/** Whom a batch impersonates, its parts impersonate too. */
function callerHeaders({ headers }: HttpRequest): HttpRequest["headers"] {
  const names = ["callerobjectid", "mscrmcallerid"];
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}

/** Both `accounts` and `/api/data/v9.2/accounts` are allowed. */
function relative(target: string, batch: HttpRequest): string {
  return target.startsWith("/") ? target : batch.path.replace(/\$batch$/, "") + target;
}

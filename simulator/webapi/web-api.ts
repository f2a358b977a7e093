// Routes /api/data/v9.x by method and path. All errors of the Web API are thrown, and become
// responses here.
import type { HttpResponse, HttpRequest } from "../http-middleware.ts";
import { csdl } from "../metadata/csdl.ts";
import { readDefinitions } from "../metadata/definitions.ts";
import { readGlobalOptionSets } from "../metadata/global-option-sets.ts";
import { AccessReader } from "../org/access.ts";
import type { Org } from "../org/org.ts";
import { runBatch } from "./batch.ts";
import { callerAccess } from "./caller.ts";
import { createCall, type Call } from "./call.ts";
import { countCollection, readCollection } from "./collection.ts";
import { readRelated, readRow } from "./entity.ts";
import { readByFetch } from "./fetch.ts";
import { callFunction, userPrivileges } from "./functions.ts";
import { badRequest, ODataError, unknownSegment, unparsedPath } from "./odata-error.ts";
import { errorResponse, jsonResponse, createResponse } from "./responses.ts";
import { write } from "./writes.ts";

const ROOT = /^\/api\/data\/v9\.[012](?:\/(.*))?$/s;
/**
 * Maximum length of a URL, in characters (Microsoft Learn: "Compose HTTP requests and handle
 * errors"). Windows' HTTP server refuses a longer one with a page of its own.
 */
const MAX_URL_LENGTH = 32 * 1024;
const URL_TOO_LONG =
  "<HTML><HEAD><TITLE>Request URL Too Long</TITLE></HEAD>" +
  "<BODY><h2>Request URL Too Long</h2><hr><p>HTTP Error 414. The request URL is too long.</p></BODY></HTML>";
const READ_METHODS = new Set(["GET", "HEAD"]);

const NOT_FOUND = "<html><body>404 - File or directory not found.</body></html>";

export type WebApi = (request: HttpRequest) => Promise<HttpResponse>;

export function createWebApi(org: Org, now: () => Date): WebApi {
  const reader = new AccessReader(org);
  const handleOne = (request: HttpRequest): HttpResponse => handleRequest(request, org, now(), reader);
  return async (request) => {
    if (request.origin.length + request.url.length > MAX_URL_LENGTH)
      return createResponse(414, { "Content-Type": "text/html; charset=us-ascii" }, URL_TOO_LONG);
    if (!request.path.endsWith("/$batch")) return handleOne(request);
    try {
      callerAccess(org, reader, request);
      return runBatch(request, org, handleOne);
    } catch (error) {
      if (error instanceof ODataError) return errorResponse(error);
      throw error;
    }
  };
}

function handleRequest(request: HttpRequest, org: Org, now: Date, reader: AccessReader): HttpResponse {
  const path = ROOT.exec(request.path);
  if (!path) return createResponse(404, { "Content-Type": "text/html" }, NOT_FOUND);
  const base = `${request.origin}${request.path.slice(0, "/api/data/v9.2".length)}`;
  let call: Call | undefined;
  try {
    call = createCall(request, org, now, callerAccess(org, reader, request), base);
    return route(call, segmentsOf(path[1] ?? ""));
  } catch (error) {
    if (!(error instanceof ODataError)) throw error;
    return errorResponse(error, call?.prefer.annotations === "*");
  }
}

/** Splits the path into decoded segments; slashes within parentheses and quotes do not separate. */
function segmentsOf(path: string): string[] {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw unparsedPath();
  }
  return decoded.match(/(?:[^/('"]|\((?:[^()']|'(?:[^']|'')*')*\)|'(?:[^']|'')*')+/g) ?? [];
}

function route(call: Call, segments: readonly string[]): HttpResponse {
  const [first, ...rest] = segments;
  const { method } = call.request;
  if (first === undefined) return serviceDocument(call);
  if (!READ_METHODS.has(method)) return write(call, first, rest);
  if (first === "$metadata")
    return createResponse(200, { "Content-Type": "application/xml" }, csdl(call.org));
  if (first.startsWith("EntityDefinitions")) return readDefinitions(call, segments);
  if (first.startsWith("GlobalOptionSetDefinitions")) return readGlobalOptionSets(call, segments);
  const called = rest.length === 0 ? callFunction(call, first) : undefined;
  return called ?? readSet(call, first, rest);
}

function readSet(call: Call, first: string, rest: readonly string[]): HttpResponse {
  const match = /^([^(]+)(?:\((.*)\))?$/s.exec(first);
  const table = match?.[1] === undefined ? undefined : call.org.tableByEntitySet(match[1]);
  if (!match || !table) throw unknownSegment(match?.[1] ?? first);
  const key = match[2];
  if (key === undefined) {
    if (rest.length === 0) return readByFetch(call, table) ?? readCollection(call, table);
    if (rest.length === 1 && rest[0] === "$count") return countCollection(call, table);
    throw unparsedPath();
  }
  if (key === "") throw badRequest("Empty key in the request URI.");
  if (rest.length === 0) return readRow(call, table, key);
  if (rest[0] === "Microsoft.Dynamics.CRM.RetrieveUserPrivileges()" && table.logicalName === "systemuser") {
    return userPrivileges(call, new AccessReader(call.org).accessOf(key.toLowerCase()).privileges);
  }
  return readRelated(call, table, key, rest);
}

function serviceDocument(call: Call): HttpResponse {
  const value = [...call.org.allTables()].map(({ metadata }) => ({
    name: metadata.entitySet,
    kind: "EntitySet",
    url: metadata.entitySet,
  }));
  return jsonResponse(JSON.stringify({ "@odata.context": `${call.base}/$metadata`, value }));
}

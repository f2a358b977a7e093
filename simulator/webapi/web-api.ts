// /api/data/v9.x: from method and path to what answers them. Every refusal of a part below is thrown and becomes a reply here.
import type { SimReply, SimRequest } from "../http-middleware.ts";
import { csdl } from "../metadata/csdl.ts";
import { readDefinitions } from "../metadata/definitions.ts";
import { readGlobalOptionSets } from "../metadata/global-option-sets.ts";
import { AccessReader, type Access } from "../org/access.ts";
import type { Org } from "../org/org.ts";
import { runBatch } from "./batch.ts";
import { callOf, type Call } from "./call.ts";
import { countCollection, readCollection } from "./collection.ts";
import { readBehindRow, readRow } from "./entity.ts";
import { readByFetch } from "./fetch.ts";
import { callFunction, userPrivileges } from "./functions.ts";
import { badRequest, ODataError, unknownSegment, unparsedPath } from "./odata-error.ts";
import { errorReply, jsonReply, reply } from "./responses.ts";
import { write } from "./writes.ts";

const ROOT = /^\/api\/data\/v9\.[012](?:\/(.*))?$/s;
/** Longest address of a GET, in characters (Microsoft Learn: "Compose HTTP requests and handle errors"). */
const LONGEST_URL = 32 * 1024;
/** Of a request inside a batch. */
const LONGEST_BATCHED_URL = 64 * 1024;
const READING = new Set(["GET", "HEAD"]);

const NOT_FOUND = "<html><body>404 - File or directory not found.</body></html>";

export type WebApi = (request: SimRequest) => Promise<SimReply>;

export function createWebApi(org: Org, now: () => Date): WebApi {
  const reader = new AccessReader(org);
  const one = (request: SimRequest): SimReply => answer(request, org, now(), reader, LONGEST_BATCHED_URL);
  return async (request) => {
    if (!request.path.endsWith("/$batch")) return answer(request, org, now(), reader, LONGEST_URL);
    try {
      accessOf(org, reader, request.userId);
      return runBatch(request, org, one);
    } catch (error) {
      if (error instanceof ODataError) return errorReply(error);
      throw error;
    }
  };
}

function answer(request: SimRequest, org: Org, now: Date, reader: AccessReader, longest: number): SimReply {
  if (request.url.length > longest) return reply(414, {}, "");
  const path = ROOT.exec(request.path);
  if (!path) return reply(404, { "Content-Type": "text/html" }, NOT_FOUND);
  const base = `${request.origin}${request.path.slice(0, "/api/data/v9.2".length)}`;
  let call: Call | undefined;
  try {
    call = callOf(request, org, now, accessOf(org, reader, request.userId), base);
    return route(call, segmentsOf(path[1] ?? ""));
  } catch (error) {
    if (!(error instanceof ODataError)) throw error;
    return errorReply(error, call?.prefer.annotations === "*");
  }
}

/** Rights of the caller, or the refusal of somebody who may not work here at all. */
function accessOf(org: Org, reader: AccessReader, userId: string | undefined): Access {
  const user = userId === undefined ? undefined : org.need("systemuser").get(userId);
  if (!user) throw new ODataError(403, "0x80072560", "The user is not a member of the organization.");
  if (user["isdisabled"] === true) {
    throw new ODataError(
      403,
      "0x80040225",
      `The specified user(Id = ${userId}) is disabled. Consider enabling this user.`,
    );
  }
  if (user["islicensed"] === false && user["applicationid"] == null && user["accessmode"] === 0) {
    throw new ODataError(
      403,
      "0x8004D24B",
      `The user with SystemUserId=${userId} has not been assigned any License.`,
    );
  }
  const access = reader.of(String(userId));
  if (access.roleCount === 0) {
    throw new ODataError(403, "0x80042f09", `The user with id ${userId} has not been assigned any roles.`);
  }
  return access;
}

/** Segments of the path, decoded; slashes inside parentheses and quotes do not part them. */
function segmentsOf(path: string): string[] {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw unparsedPath();
  }
  return decoded.match(/(?:[^/('"]|\((?:[^()']|'(?:[^']|'')*')*\)|'(?:[^']|'')*')+/g) ?? [];
}

function route(call: Call, segments: readonly string[]): SimReply {
  const [first, ...rest] = segments;
  const { method } = call.request;
  if (first === undefined) return serviceDocument(call);
  if (!READING.has(method)) return write(call, first, rest);
  if (first === "$metadata") return reply(200, { "Content-Type": "application/xml" }, csdl(call.org));
  if (first.startsWith("EntityDefinitions")) return readDefinitions(call, segments);
  if (first.startsWith("GlobalOptionSetDefinitions")) return readGlobalOptionSets(call, segments);
  const called = rest.length === 0 ? callFunction(call, first) : undefined;
  return called ?? readSet(call, first, rest);
}

function readSet(call: Call, first: string, rest: readonly string[]): SimReply {
  const match = /^([^(]+)(?:\((.*)\))?$/s.exec(first);
  const table = match?.[1] === undefined ? undefined : call.org.tableOfSet(match[1]);
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
    return userPrivileges(call, new AccessReader(call.org).of(key.toLowerCase()).privileges);
  }
  return readBehindRow(call, table, key, rest);
}

function serviceDocument(call: Call): SimReply {
  const value = [...call.org.allTables()].map(({ facts }) => ({
    name: facts.entitySet,
    kind: "EntitySet",
    url: facts.entitySet,
  }));
  return jsonReply(JSON.stringify({ "@odata.context": `${call.base}/$metadata`, value }));
}

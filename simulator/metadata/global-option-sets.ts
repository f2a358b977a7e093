// Reads GlobalOptionSetDefinitions: all shared option sets, or one by name or id. Microsoft Learn:
// "Query table definitions using the Web API".
import type { HttpResponse } from "../http-middleware.ts";
import type { Column } from "../org/columns.ts";
import { readerOf, requirePrivilege, type Call } from "../webapi/call.ts";
import { badRequest, ODataError, unknownSegment } from "../webapi/odata-error.ts";
import { metadataResponse } from "./response.ts";
import { optionSet, type JsonObject } from "./labels.ts";
import { contextSuffix, parseMetadataQuery, selectMembers, type MetadataQuery } from "./query.ts";

const CRM = "Microsoft.Dynamics.CRM.";
/** Members of derived types, which can be selected with a cast only. */
const DERIVED_TYPE_MEMBERS = new Set(["Options", "ParentOptionSetName", "TrueOption", "FalseOption"]);

/** @param segments the path after the version, the first being `GlobalOptionSetDefinitions…` */
export function readGlobalOptionSets(call: Call, segments: readonly string[]): HttpResponse {
  requirePrivilege(call, "prvReadOptionSet");
  const [first = "", cast, more] = segments;
  const key = /^GlobalOptionSetDefinitions(?:\((.*)\))?$/s.exec(first);
  if (!key || more !== undefined) throw unknownSegment(more ?? first);
  const query = parseMetadataQuery(new Map(call.request.query));
  if (query.filter !== undefined) throw badRequest("The query parameter Filter is not supported");
  const sets = globalSets(call).filter((one) => cast === undefined || CRM + typeOf(one) === cast);
  const suffix = `${cast === undefined ? "" : `/${cast}`}${contextSuffix(query)}`;
  if (key[1] === undefined) {
    const value = sets.map((one) => optionSetMembers(one, query, cast));
    return metadataResponse(call, `GlobalOptionSetDefinitions${suffix}`, { value });
  }
  const name = /^Name='([^']*)'$/.exec(key[1])?.[1] ?? key[1].toLowerCase();
  const one = sets.find((set) => set["Name"] === name || set["MetadataId"] === name);
  if (!one) throw new ODataError(404, "0x80060888", `Could not find optionset with optionset id ${name}`);
  return metadataResponse(
    call,
    `GlobalOptionSetDefinitions${suffix}/$entity`,
    optionSetMembers(one, query, cast),
  );
}

/**
 * Returns those of the organisation's columns; a real environment has more, which no column uses.
 */
function globalSets(call: Call): JsonObject[] {
  const byName = new Map<string, { table: string; column: Column }>();
  for (const table of call.org.allTables()) {
    for (const column of table.columns()) {
      if (column.optionSet?.global) byName.set(column.optionSet.name, { table: table.logicalName, column });
    }
  }
  return [...byName.values()].map(({ table, column }) => optionSet(table, column, readerOf(call)) ?? {});
}

function typeOf(set: JsonObject): string {
  return set["OptionSetType"] === "Boolean" ? "BooleanOptionSetMetadata" : "OptionSetMetadata";
}

function optionSetMembers(set: JsonObject, query: MetadataQuery, cast: string | undefined): JsonObject {
  if (cast !== undefined) return selectMembers(set, query.select, typeOf(set));
  const base = Object.fromEntries(Object.entries(set).filter(([name]) => !DERIVED_TYPE_MEMBERS.has(name)));
  const members =
    query.select.length === 0 ? set : selectMembers(base, query.select, "OptionSetMetadataBase");
  return { "@odata.type": `#${CRM}${typeOf(set)}`, ...members };
}

// GlobalOptionSetDefinitions over HTTP: the option sets that columns share, all of them or one by name or id.
// Microsoft Learn: "Query table definitions using the Web API".
import type { SimReply } from "../http-middleware.ts";
import type { Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import { requirePrivilege, type Call } from "../webapi/call.ts";
import { badRequest, ODataError, unknownSegment } from "../webapi/odata-error.ts";
import { metadataAnswer } from "./response.ts";
import { optionSet, type JsonObject } from "./labels.ts";
import { contextSuffix, metadataQuery, selected, type MetadataQuery } from "./query.ts";

const CRM = "Microsoft.Dynamics.CRM.";
/** Members that only the types of their own have, so that a cast is needed to select them. */
const OWN = new Set(["Options", "ParentOptionSetName", "TrueOption", "FalseOption"]);

/** @param segments the path behind the version, the first being `GlobalOptionSetDefinitions…` */
export function readGlobalOptionSets(call: Call, segments: readonly string[]): SimReply {
  requirePrivilege(call, "prvReadOptionSet");
  const [first = "", cast, more] = segments;
  const key = /^GlobalOptionSetDefinitions(?:\((.*)\))?$/s.exec(first);
  if (!key || more !== undefined) throw unknownSegment(more ?? first);
  const query = metadataQuery(new Map(call.request.query));
  if (query.filter !== undefined) throw badRequest("The query parameter Filter is not supported");
  const sets = globalSets(call.org).filter((one) => cast === undefined || CRM + typeOf(one) === cast);
  const suffix = `${cast === undefined ? "" : `/${cast}`}${contextSuffix(query)}`;
  if (key[1] === undefined) {
    const value = sets.map((one) => written(one, query, cast));
    return metadataAnswer(call, `GlobalOptionSetDefinitions${suffix}`, { value });
  }
  const name = /^Name='([^']*)'$/.exec(key[1])?.[1] ?? key[1].toLowerCase();
  const one = sets.find((set) => set["Name"] === name || set["MetadataId"] === name);
  if (!one) throw new ODataError(404, "0x80060888", `Could not find optionset with optionset id ${name}`);
  return metadataAnswer(call, `GlobalOptionSetDefinitions${suffix}/$entity`, written(one, query, cast));
}

/** Those of the organisation's columns; an environment has more that no column uses. */
function globalSets(org: Org): JsonObject[] {
  const byName = new Map<string, { table: string; column: Column }>();
  for (const table of org.allTables()) {
    for (const column of table.columns()) {
      if (column.optionSet?.global) byName.set(column.optionSet.name, { table: table.logicalName, column });
    }
  }
  return [...byName.values()].map(({ table, column }) => optionSet(table, column) ?? {});
}

function typeOf(set: JsonObject): string {
  return set["OptionSetType"] === "Boolean" ? "BooleanOptionSetMetadata" : "OptionSetMetadata";
}

function written(set: JsonObject, query: MetadataQuery, cast: string | undefined): JsonObject {
  if (cast !== undefined) return selected(set, query.select, typeOf(set));
  const base = Object.fromEntries(Object.entries(set).filter(([name]) => !OWN.has(name)));
  const members = query.select.length === 0 ? set : selected(base, query.select, "OptionSetMetadataBase");
  return { "@odata.type": `#${CRM}${typeOf(set)}`, ...members };
}

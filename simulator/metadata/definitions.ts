// Reads EntityDefinitions and their attributes: lists, single ones, casts, $select, $filter and
// $expand of option sets. Responses are never paged.
import type { HttpResponse } from "../http-middleware.ts";
import type { ColumnType } from "../fetchxml/query-store.ts";
import type { Column } from "../org/columns.ts";
import type { Table } from "../org/table.ts";
import { readerOf, requirePrivilege, type Call } from "../webapi/call.ts";
import { badRequest, ODataError, unknownSegment } from "../webapi/odata-error.ts";
import { metadataResponse } from "./response.ts";
import { attributeId, baseMembers, metadataType, optionSets, typeMembers } from "./attributes.ts";
import { entityMembers } from "./entities.ts";
import type { Json, JsonObject } from "./labels.ts";
import {
  contextSuffix,
  metadataFilter,
  parseMetadataQuery,
  selectMembers,
  type MetadataQuery,
} from "./query.ts";

const CRM = "Microsoft.Dynamics.CRM.";
/** Types that can be cast to, with their column types. */
const CASTS: ReadonlyMap<string, readonly ColumnType[]> = new Map(
  (
    [
      "BigInt",
      "Boolean",
      "DateTime",
      "Decimal",
      "Double",
      "EntityName",
      "File",
      "Image",
      "Integer",
      "Memo",
      "Money",
      "MultiSelectPicklist",
      "Picklist",
      "State",
      "Status",
      "String",
    ] as const
  ).map((type): [string, ColumnType[]] => [`${type}AttributeMetadata`, [type]]),
);
const LOOKUP_CAST = "LookupAttributeMetadata";
const LOOKUP_TYPES: readonly ColumnType[] = ["Lookup", "Owner", "Customer"];

/** @param segments the path after the version, the first being `EntityDefinitions…` */
export function readDefinitions(call: Call, segments: readonly string[]): HttpResponse {
  requirePrivilege(call, "prvReadEntity");
  const key = /^EntityDefinitions(?:\((.*)\))?$/s.exec(segments[0] ?? "");
  if (!key) throw unknownSegment(segments[0] ?? "");
  const query = parseMetadataQuery(new Map(call.request.query));
  if (key[1] === undefined) {
    if (segments.length > 1) throw unknownSegment(segments[1] ?? "");
    return listEntities(call, query);
  }
  const table = tableByKey(call, key[1]);
  const [attributes, cast, ...more] = segments.slice(1);
  if (attributes === undefined) return oneEntity(call, table, query);
  if (more.length > 0) throw unknownSegment(more[0] ?? "");
  requirePrivilege(call, "prvReadAttribute");
  const one = /^Attributes(?:\((.*)\))?$/s.exec(attributes);
  if (!one) throw unknownSegment(attributes);
  return one[1] === undefined
    ? listAttributes(call, table, cast, query)
    : oneAttribute(call, table, one[1], cast, query);
}

function tableByKey(call: Call, key: string): Table {
  const name = /^LogicalName='([^']*)'$/.exec(key)?.[1];
  const table = [...call.org.allTables()].find((one) =>
    name === undefined
      ? entityMembers(call.org, one, readerOf(call))["MetadataId"] === key.toLowerCase()
      : one.logicalName === name,
  );
  if (table) return table;
  throw new ODataError(
    404,
    "0x80060888",
    `The entity with a name = '${name ?? key}' with namemapping = 'Logical' was not found in the MetadataCache.`,
  );
}

function listEntities(call: Call, query: MetadataQuery): HttpResponse {
  const fits = metadataFilter(query.filter, "EntityMetadata");
  const value = [...call.org.allTables()].flatMap((table) => {
    const members = entityMembers(call.org, table, readerOf(call));
    return fits(members) ? [entityObject(call, table, members, query)] : [];
  });
  return metadataResponse(call, `EntityDefinitions${contextSuffix(query)}`, { value });
}

function oneEntity(call: Call, table: Table, query: MetadataQuery): HttpResponse {
  const members = entityMembers(call.org, table, readerOf(call));
  return metadataResponse(
    call,
    `EntityDefinitions${contextSuffix(query)}/$entity`,
    entityObject(call, table, members, query),
  );
}

function entityObject(call: Call, table: Table, members: JsonObject, query: MetadataQuery): JsonObject {
  const expanded: Record<string, Json> = {};
  for (const { name, query: inner } of query.expand) {
    // The simulated organisation has neither keys nor relationships of its own.
    if (
      ["Keys", "OneToManyRelationships", "ManyToManyRelationships", "ManyToOneRelationships"].includes(name)
    ) {
      expanded[name] = [];
    } else if (name === "Attributes") expanded[name] = attributeObjects(call, table, undefined, inner);
    else
      throw badRequest(
        `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.EntityMetadata'.`,
      );
  }
  return { ...selectMembers(members, query.select, "EntityMetadata"), ...expanded };
}

function listAttributes(
  call: Call,
  table: Table,
  cast: string | undefined,
  query: MetadataQuery,
): HttpResponse {
  const value = attributeObjects(call, table, castTypes(cast), query, cast?.slice(CRM.length));
  const suffix = `${cast === undefined ? "" : `/${cast}`}${contextSuffix(query)}`;
  return metadataResponse(call, `EntityDefinitions('${table.logicalName}')/Attributes${suffix}`, { value });
}

function attributeObjects(
  call: Call,
  table: Table,
  types: readonly ColumnType[] | undefined,
  query: MetadataQuery,
  cast?: string,
): JsonObject[] {
  const type = cast ?? "AttributeMetadata";
  const fits = metadataFilter(query.filter, type);
  const columns = sortedColumns(table);
  return columns.flatMap((column, index) => {
    if (types && !types.includes(column.type)) return [];
    const base = baseMembers(table, column, index + 1, readerOf(call));
    const members = membersOf(column, base, query, cast);
    return fits(cast === undefined ? base : members)
      ? [attributeObject(call, table, column, members, query, cast)]
      : [];
  });
}

/**
 * Returns what can be selected: without a cast only the members of the base type, although those
 * of the type are returned too.
 */
function membersOf(
  column: Column,
  base: JsonObject,
  { select }: MetadataQuery,
  cast: string | undefined,
): JsonObject {
  return cast === undefined && select.length > 0 ? base : { ...base, ...typeMembers(column) };
}

function sortedColumns(table: Table): Column[] {
  return [...table.columns()].toSorted((a, b) => (a.logicalName < b.logicalName ? -1 : 1));
}

function oneAttribute(
  call: Call,
  table: Table,
  key: string,
  cast: string | undefined,
  query: MetadataQuery,
): HttpResponse {
  const name = /^LogicalName='([^']*)'$/.exec(key)?.[1];
  const columns = sortedColumns(table);
  const index = columns.findIndex(
    (one) => one.logicalName === name || attributeId(table, one) === key.toLowerCase(),
  );
  const column = columns[index];
  const types = castTypes(cast);
  if (!column || (types && !types.includes(column.type))) {
    throw new ODataError(
      404,
      "0x80060888",
      `Could not find an attribute with specified key '${name ?? key}'.`,
    );
  }
  const members = membersOf(column, baseMembers(table, column, index + 1, readerOf(call)), query, cast);
  const suffix = `${cast === undefined ? "" : `/${cast}`}${contextSuffix(query)}`;
  return metadataResponse(
    call,
    `EntityDefinitions('${table.logicalName}')/Attributes${suffix}/$entity`,
    attributeObject(call, table, column, members, query, cast?.slice(CRM.length)),
  );
}

/**
 * @param cast the type cast to, without namespace: only then can its own members be selected and
 * expanded
 */
function attributeObject(
  call: Call,
  table: Table,
  column: Column,
  members: JsonObject,
  query: MetadataQuery,
  cast: string | undefined,
): JsonObject {
  const type = metadataType(column.type);
  const typed: JsonObject =
    cast === undefined && type !== undefined ? { "@odata.type": `#${CRM}${type}` } : {};
  const expanded: Record<string, Json> = {};
  for (const { name, query: inner } of query.expand) {
    const sets = optionSets(table, column, readerOf(call));
    if (cast === undefined || !column.choices || (name !== "OptionSet" && name !== "GlobalOptionSet")) {
      throw badRequest(
        `Could not find a property named '${name}' on type '${CRM}${cast ?? "AttributeMetadata"}'.`,
      );
    }
    const set = sets[name];
    expanded[name] = set && selectMembers(set, inner.select, "OptionSetMetadata");
  }
  return { ...typed, ...selectMembers(members, query.select, cast ?? "AttributeMetadata"), ...expanded };
}

function castTypes(cast: string | undefined): readonly ColumnType[] | undefined {
  if (cast === undefined) return undefined;
  const name = cast.startsWith(CRM) ? cast.slice(CRM.length) : undefined;
  const types = name === LOOKUP_CAST ? LOOKUP_TYPES : CASTS.get(name ?? "");
  if (types) return types;
  throw badRequest(
    `The type '${cast}' specified in the URI is neither a base type nor a sub-type of the previously-specified type 'Microsoft.Dynamics.CRM.AttributeMetadata'.`,
  );
}

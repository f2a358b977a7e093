// Describes one call of the Web API: the caller, their preferences, and the organisation as they
// may see it.
import type { QueryColumn, QueryStore, QueryTable, Row } from "../fetchxml/query-store.ts";
import { headerValue, type HttpRequest } from "../http-middleware.ts";
import { isHidden, requiredPrivilege, visibleRows, type Access } from "../org/access.ts";
import type { Column } from "../org/columns.ts";
import { companionShows } from "../org/companions.ts";
import type { Org } from "../org/org.ts";
import type { Table } from "../org/table.ts";
import { ODataError, securedColumn } from "./odata-error.ts";
import { annotationFilter, parsePreferences, type Preferences } from "./prefer.ts";

export interface Call {
  readonly request: HttpRequest;
  readonly org: Org;
  readonly now: Date;
  readonly access: Access;
  readonly prefer: Preferences;
  /** Whether the client requested an annotation. */
  readonly wantsAnnotation: (annotation: string) => boolean;
  /** `http://127.0.0.1:PORT/api/data/v9.2`, with the host and version that the client called. */
  readonly base: string;
}

export function createCall(request: HttpRequest, org: Org, now: Date, access: Access, base: string): Call {
  const prefer = parsePreferences(headerValue(request.headers, "prefer"));
  return { request, org, now, access, prefer, base, wantsAnnotation: annotationFilter(prefer) };
}

/** The languages in which the caller reads labels. */
export function readerOf({ org, access }: Call): { languageCode: number; baseLanguage: number } {
  return { languageCode: access.caller.languageCode ?? org.baseLanguage, baseLanguage: org.baseLanguage };
}

/** @throws 403 unless the caller has the right on the table at any depth */
export function requireRight(call: Call, right: string, table: Table): void {
  const privilege = requiredPrivilege(right, table);
  if (privilege !== undefined) requirePrivilege(call, privilege, table);
}

export function requirePrivilege(call: Call, privilege: string, table?: Table): void {
  requirePrivilegeOf(call.access, call.org, privilege, table);
}

export function requirePrivilegeOf(access: Access, org: Org, privilege: string, table?: Table): void {
  if (access.privileges.has(privilege)) return;
  const { caller, roleCount, privileges, accessMode } = access;
  const on = table
    ? ` on OTC=${table.metadata.objectTypeCode} for entity '${table.logicalName}'. context.Caller=${caller.userId}`
    : "";
  throw new ODataError(
    403,
    "0x80040220",
    `Principal user (Id=${caller.userId}, type=8, roleCount=${roleCount}, privilegeCount=${privileges.size}, accessMode=${accessMode}) ` +
      `is missing ${privilege} privilege (Id=${org.privilegeId(privilege)})${on}`,
  );
}

/** @throws when a condition or an order uses a column that the caller may not read */
export function requireFilterable(call: Call, column: Column, table: Table): void {
  if (isHidden(column, table, call.access)) {
    throw securedColumn(table.logicalName, column.logicalName, call.access.caller.userId);
  }
}

/**
 * Returns a column as queries may use it. Companions (`industrycodename`), which are no properties
 * of a row, refer to their main column.
 */
function queryColumn(table: Table, column: Column | undefined, access: Access): QueryColumn | undefined {
  if (column === undefined) return undefined;
  const hidden = isHidden(column, table, access);
  if (column.odata) return hidden ? { ...column, hidden } : column;
  const main = queryColumn(table, table.column(column.attributeOf ?? ""), access);
  if (main === undefined) return undefined;
  return {
    ...column,
    hidden: hidden || main.hidden === true,
    companionOf: { column: main, shows: companionShows(column) },
  };
}

/** Returns the organisation as the caller may query it: only visible rows, hidden columns empty. */
export function queryStore(call: Call): QueryStore {
  const tables = new Map<string, QueryTable>();
  return {
    table(name) {
      const known = tables.get(name);
      if (known) return known;
      const table = call.org.table(name);
      if (!table) return undefined;
      requireRight(call, "Read", table);
      const made = queryTable(table, call);
      tables.set(name, made);
      return made;
    },
    nameOfTypeCode: (code) =>
      [...call.org.allTables()].find(({ metadata }) => metadata.objectTypeCode === code)?.logicalName,
  };
}

/**
 * The tables that users may see are cached by their rights, so that indexes over them last from
 * page to page.
 */
const accessibleTables = new WeakMap<Table, Map<string, QueryTable>>();

function queryTable(table: Table, call: Call): QueryTable {
  const visible = visibleRows(table, call.access);
  const hidden = [...table.columns()].filter((one) => isHidden(one, table, call.access));
  const key = JSON.stringify([
    visible && [call.access.caller, [...call.access.shared], [...call.access.privileges]],
    hidden.map((one) => one.logicalName),
  ]);
  let views = accessibleTables.get(table);
  if (!views) accessibleTables.set(table, (views = new Map<string, QueryTable>()));
  const known = views.get(key);
  if (known?.version === table.version) return known;
  const rows = accessibleRows(table.rows(), visible, hidden);
  const made: QueryTable = {
    logicalName: table.logicalName,
    primaryId: table.primaryId,
    primaryName: table.primaryName,
    version: table.version,
    column: (name) => queryColumn(table, table.column(name), call.access),
    columns: () =>
      [...table.columns()]
        .filter((one) => one.odata)
        .flatMap((one) => queryColumn(table, one, call.access) ?? []),
    rows: () => rows,
  };
  views.set(key, made);
  return made;
}

function accessibleRows(
  rows: readonly Row[],
  visible: ((row: Row) => boolean) | undefined,
  hidden: readonly Column[],
): readonly Row[] {
  const seen = visible ? rows.filter(visible) : rows;
  if (hidden.length === 0) return seen;
  const emptyProperties = Object.fromEntries(
    hidden.map((one) => [one.logicalName, { value: null, enumerable: true }]),
  );
  return seen.map((row) => {
    const blanked: Row = Object.create(row, emptyProperties);
    return blanked;
  });
}

// Resolves property names of OData to columns: of the table itself, or of one that a lookup
// references.
import type { QueryEnvironment } from "../fetchxml/operator-values.ts";
import type { Row, Value } from "../fetchxml/query-store.ts";
import { wireName, type Column } from "../org/columns.ts";
import type { Table } from "../org/table.ts";
import { unknownProperty } from "../webapi/odata-error.ts";

export type Read = (row: Row) => Value | undefined;

/**
 * What a filter may name: the columns of one table and of the tables that its lookups reference.
 */
export interface FilterScope {
  readonly table: Table;
  readonly environment: QueryEnvironment;
  /** Resolves a navigation property of which `property` is read; throws when there is none. */
  readonly resolveNavigation: (navigation: string, property: string) => { lookup: Column; target: Table };
  /** Called for every column the filter names; throws when the caller may not filter by it. */
  readonly requireFilterable: (column: Column, table: Table) => void;
}

export interface Property {
  readonly column: Column;
  readonly table: Table;
  readonly read: Read;
}

/** @param byLogicalName query functions name lookups by logical name: `PropertyName='ownerid'` */
export function resolveProperty(path: string, scope: FilterScope, byLogicalName = false): Property {
  const [first = "", second] = path.split("/");
  if (second !== undefined) return resolveRelatedProperty(first, second, scope);
  const column = columnByProperty(scope.table, first, byLogicalName);
  scope.requireFilterable(column, scope.table);
  return { column, table: scope.table, read: (row) => row[column.logicalName] };
}

/** Resolves `primarycontactid/fullname`: a column of the row that a lookup references. */
function resolveRelatedProperty(navigation: string, name: string, scope: FilterScope): Property {
  const { lookup, target } = scope.resolveNavigation(navigation, name);
  const column = columnByProperty(target, name, false);
  scope.requireFilterable(lookup, scope.table);
  scope.requireFilterable(column, target);
  return {
    column,
    table: target,
    // A customer may reference another table than the property names.
    read: (row) =>
      (row[`${lookup.logicalName}.table`] ?? lookup.targets?.[0]) === target.logicalName
        ? target.get(String(row[lookup.logicalName]))?.[column.logicalName]
        : undefined,
  };
}

/** Returns the column of a property name. @throws Dataverse's "Could not find a property named" */
export function columnByProperty(table: Table, name: string, byLogicalName = false): Column {
  const lookup = /^_(.+)_value$/.exec(name)?.[1];
  const column = table.column(lookup ?? name);
  const fits = column && column.odata && column.readable && (byLogicalName || wireName(column) === name);
  if (!fits) throw unknownProperty(name, table.logicalName);
  return column;
}

// Writes rows as JSON text, column by column. It does not use JSON.stringify, because Dataverse's
// numbers keep their scale (5000000.0000000000), and because a benchmark must not measure the
// writing of a page of 5,000 rows.
import type { Row, Value } from "../fetchxml/query-store.ts";
import { isLookup, wireName, type Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import { formatterFor } from "./formatted-value.ts";
import { FORMATTED_VALUE, LOOKUP_TABLE, NAVIGATION_PROPERTY } from "./prefer.ts";

export interface WriterOptions {
  readonly org: Org;
  /** Whether an annotation of that name was requested. */
  readonly wanted: (annotation: string) => boolean;
  readonly utcOffsetMinutes: number;
  readonly languageCode?: number | undefined;
  /** Decimals of money: 10 in OData responses, 4 in FetchXML's, as in Microsoft's samples of both. */
  readonly moneyScale: 10 | 4;
  /** FetchXML responses omit nulls. */
  readonly omitNulls: boolean;
}

/** Returns `"name":value` with annotations before it and a leading comma, or nothing. */
export type ColumnWriter = (row: Row) => string;

/** @param property name in the response @param key of the value in the row */
export function columnWriter(
  column: Column,
  options: WriterOptions,
  property = wireName(column),
  key = column.logicalName,
): ColumnWriter {
  const name = `,${JSON.stringify(property)}:`;
  const empty = options.omitNulls ? "" : `${name}null`;
  const write = valueWriter(column, options.moneyScale);
  const annotate = annotationWriter(column, options, property, key);
  if (!annotate) {
    return (row) => {
      const value = row[key];
      return value == null ? empty : name + write(value);
    };
  }
  return (row) => {
    const value = row[key];
    return value == null ? empty : annotate(value, row) + name + write(value);
  };
}

function annotationWriter(
  column: Column,
  options: WriterOptions,
  property: string,
  key: string,
): ((value: Exclude<Value, null>, row: Row) => string) | undefined {
  const formatter = options.wanted(FORMATTED_VALUE) ? formatterFor(column, options.org, options) : undefined;
  const formatted = `,${JSON.stringify(`${property}@${FORMATTED_VALUE}`)}:`;
  if (!isLookup(column.type)) {
    if (!formatter) return undefined;
    return (value, row) => {
      const text = formatter(value, row);
      return text === undefined ? "" : formatted + JSON.stringify(text);
    };
  }
  const targets = options.wanted(LOOKUP_TABLE);
  const navigates = options.wanted(NAVIGATION_PROPERTY) && isNavigable(column);
  if (!formatter && !targets && !navigates) return undefined;
  const table = `,${JSON.stringify(`${property}@${LOOKUP_TABLE}`)}:`;
  const navigation = `,${JSON.stringify(`${property}@${NAVIGATION_PROPERTY}`)}:`;
  return (value, row) => {
    const target = String(row[`${key}.table`] ?? column.targets?.[0]);
    const text = formatter?.(
      value,
      key === column.logicalName ? row : { [`${column.logicalName}.table`]: target },
    );
    return (
      (text === undefined ? "" : formatted + JSON.stringify(text)) +
      (navigates ? navigation + JSON.stringify(navigationProperty(column, target)) : "") +
      (targets ? table + JSON.stringify(target) : "")
    );
  };
}

/**
 * Read-only lookups (`createdby`, `owninguser`) have no navigation annotation in captured
 * responses.
 */
function isNavigable(column: Column): boolean {
  return column.create || column.update;
}

/**
 * Custom lookups navigate by schema name, those with several targets by one name per table; the
 * type of an owner is principal.
 */
export function navigationProperty(column: Column, target: string): string {
  const name = column.custom ? column.schemaName : column.logicalName;
  const several = column.type !== "Owner" && (column.targets?.length ?? 0) > 1;
  return several ? `${name}_${target}` : name;
}

function valueWriter(column: Column, moneyScale: number): (value: Exclude<Value, null>) => string {
  switch (column.type) {
    case "Money":
      return (value) => scaled(value, moneyScale);
    case "Decimal":
      // Stored as decimal(23,10), the exchange rate as decimal(28,12).
      return (value) => scaled(value, Math.max(10, column.precision ?? 0));
    case "Boolean":
    case "BigInt":
    case "Double":
    case "Integer":
    case "Picklist":
    case "State":
    case "Status":
      return String;
    case "Uniqueidentifier":
    case "DateTime":
    case "File":
    case "Lookup":
    case "Owner":
    case "Customer":
      // Guids and dates never need escaping, which took a fifth of a page's time (measured).
      return (value) => `"${value}"`;
    case "EntityName":
    case "Image":
    case "Memo":
    case "MultiSelectPicklist":
    case "String":
    case "Virtual":
      break;
  }
  return (value) => JSON.stringify(value);
}

/**
 * Formats 5000000 at scale 10 as 5000000.0000000000, without the inexact digits of `toFixed`. A
 * number that is stored as text keeps all its digits.
 */
function scaled(value: Exclude<Value, null>, scale: number): string {
  const shortest = String(value);
  if (/[eE]/.test(shortest)) return typeof value === "number" ? value.toFixed(scale) : shortest;
  const [whole = "0", fraction = ""] = shortest.split(".");
  const kept = typeof value === "number" ? fraction.slice(0, scale) : fraction;
  return `${whole}.${kept.padEnd(scale, "0")}`;
}

/** Returns `{"@odata.etag":"W/\"1\"",…}`; every writer's text starts with a comma. */
export function writeRow(row: Row, writers: readonly ColumnWriter[]): string {
  let text = `{"@odata.etag":"W/\\"${row["versionnumber"]}\\""`;
  for (const write of writers) text += write(row);
  return `${text}}`;
}

// Formats values as a user sees them: FormattedValue of numbers, money, dates, choices and lookups,
// in the user's time zone, labels in the user's language, US formats. Text, memos and guids have
// none.
import type { Row, Value } from "../fetchxml/query-store.ts";
import { choiceLabel, isLookup, type Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";

export type Formatter = (value: Exclude<Value, null>, row: Row) => string | undefined;

/**
 * Returns undefined when the column's type is never formatted.
 * @param reader `utcOffsetMinutes` are east of UTC
 */
export function formatterFor(
  column: Column,
  org: Org,
  { utcOffsetMinutes, languageCode }: { utcOffsetMinutes: number; languageCode?: number | undefined },
): Formatter | undefined {
  if (isLookup(column.type)) return lookupName(column, org);
  switch (column.type) {
    case "Picklist":
    case "State":
    case "Status":
      return memoized((value) => choiceLabel(column, value, languageCode) ?? String(value));
    case "MultiSelectPicklist":
      return (value) => choiceLabel(column, value, languageCode);
    case "Boolean":
      return (value) =>
        choiceLabel(column, value === true ? 1 : 0, languageCode) ?? (value === true ? "Yes" : "No");
    case "Integer":
    case "BigInt":
      return (value) => withThousandsSeparators(Number(value), 0);
    case "Decimal":
    case "Double":
      return (value) => withThousandsSeparators(Number(value), column.precision ?? 2);
    case "Money":
      return moneyFormatter(column, org);
    case "DateTime":
      return (value) => formattedDate(String(value), column, utcOffsetMinutes);
    case "EntityName":
      return (value) => org.table(String(value))?.metadata.label;
    case "Customer":
    case "File":
    case "Image":
    case "Lookup":
    case "Memo":
    case "Owner":
    case "String":
    case "Uniqueidentifier":
    case "Virtual":
      break;
  }
  return undefined;
}

function memoized(format: (value: Exclude<Value, null>) => string): Formatter {
  const known = new Map<Value, string>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const text = format(value);
    known.set(value, text);
    return text;
  };
}

/** Uses the current name of the referenced row. */
function lookupName(column: Column, org: Org): Formatter {
  return (value, row) => {
    const table = org.table(String(row[`${column.logicalName}.table`] ?? column.targets?.[0]));
    const name = table?.get(String(value))?.[table.primaryName];
    return name == null ? undefined : String(name);
  };
}

function moneyFormatter(column: Column, org: Org): Formatter {
  const currencies = org.requireTable("transactioncurrency");
  const isBase = column.calculationOf !== undefined;
  return (value, row) => {
    const currency = currencies.get(
      String(isBase ? org.currencyId : (row["transactioncurrencyid"] ?? org.currencyId)),
    );
    const amount = Number(value);
    // The precision is the currency's (precision source 2), as in every standard column.
    const text = withThousandsSeparators(Math.abs(amount), Number(currency?.["currencyprecision"] ?? 2));
    return `${amount < 0 ? "-" : ""}${currency?.["currencysymbol"] ?? ""}${text}`;
  };
}

/** Formats as "2,101,560". */
function withThousandsSeparators(value: number, decimals: number): string {
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "-" : ""}${digits}${fraction === undefined ? "" : `.${fraction}`}`;
}

/**
 * Formats as "9/22/2025 10:03 AM", or the date alone for a DateOnly format. Only UserLocal depends
 * on the user's time zone.
 */
function formattedDate(value: string, column: Column, utcOffsetMinutes: number): string {
  const moved = column.dateBehavior === "UserLocal" ? utcOffsetMinutes * 60_000 : 0;
  const date = new Date(Date.parse(value) + moved);
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  if (column.format === "DateOnly") return day;
  const hours = date.getUTCHours();
  const minutes = String(date.getUTCMinutes()).padStart(2, "0");
  return `${day} ${hours % 12 || 12}:${minutes} ${hours < 12 ? "AM" : "PM"}`;
}

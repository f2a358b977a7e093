// Maps each header of a CSV file to a column of account, and converts cells to its values.
// Well-known headers map to Dataverse's columns, and so do logical names whose cells are valid;
// every other header becomes a custom text column.
import type { Value } from "../fetchxml/query-store.ts";
import { isLookup, type Choice, type Column } from "../org/columns.ts";
import { parseGuid } from "../org/guids.ts";
import type { Org } from "../org/org.ts";

export interface CsvOptions {
  /** Headers whose values become the choices of a new option set instead of text. */
  readonly choices?: readonly string[];
  /** Header → logical name of a column, before any other rule. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the organisation's seed. */
  readonly seed?: string;
}

export interface ColumnReader {
  readonly column: string;
  readonly read: (cell: string) => Value;
}

const HEADERS: Readonly<Record<string, string>> = {
  name: "name",
  website: "websiteurl",
  email: "emailaddress1",
  country: "address1_country",
  state: "address1_stateorprovince",
  city: "address1_city",
  postalcode: "address1_postalcode",
  postcode: "address1_postalcode",
  source_id: "accountnumber",
  exchange: "stockexchange",
  phone: "telephone1",
  description: "description",
  employees: "numberofemployees",
  revenue_usd: "revenue",
};

// Custom option values start at the publisher's prefix × 10,000.
const FIRST_CHOICE = 808_620_000;

/** Returns one reader per header; no two share a column. */
export function columnReaders(
  org: Org,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  options: CsvOptions,
): ColumnReader[] {
  const taken = new Set<string>();
  return headers.map((header, at) => {
    const cells = rows.map((row) => row[at] ?? "").filter((cell) => cell !== "");
    const reader = columnReader(org, header, headers, cells, options, taken);
    taken.add(reader.column);
    return reader;
  });
}

function columnReader(
  org: Org,
  header: string,
  headers: readonly string[],
  cells: readonly string[],
  options: CsvOptions,
  taken: ReadonlySet<string>,
): ColumnReader {
  if (options.choices?.includes(header)) return choiceReader(org, header, cells, taken);
  const known = knownColumn(org, header, headers, options);
  if (known && !taken.has(known.logicalName) && cellsFit(org, known, cells)) {
    return { column: known.logicalName, read: (cell) => typedValue(known, cell) };
  }
  return { column: textColumn(org, header, taken), read: (cell) => cell };
}

function knownColumn(
  org: Org,
  header: string,
  headers: readonly string[],
  options: CsvOptions,
): Column | undefined {
  // When a file has no website, its bare domain is the website.
  const domain = header === "domain" && !headers.includes("website") ? "websiteurl" : undefined;
  const column = org.accounts.column(options.headers?.[header] ?? HEADERS[header] ?? domain ?? header);
  return column?.odata ? column : undefined;
}

/**
 * A file's own "accountid" 77 is no guid, its "createdon" 2020 no instant: they are stored as text
 * in columns of their own.
 */
function cellsFit(org: Org, column: Column, cells: readonly string[]): boolean {
  if (column.type === "Integer") return cells.every((cell) => /^-?\d+$/.test(cell));
  if (column.type === "DateTime") return cells.every((cell) => dateValue(column, cell) !== null);
  if (column.type !== "Uniqueidentifier" && !isLookup(column.type)) return true;
  const guids = cells.map(parseGuid);
  if (guids.includes(undefined)) return false;
  // Keys must be unique, in the file and in the organisation.
  return (
    column.logicalName !== "accountid" ||
    (new Set(guids).size === guids.length && !guids.some((guid) => org.accounts.get(String(guid))))
  );
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Returns the stored form: an instant in UTC to the second, or a date; null when it is neither. */
function dateValue(column: Column, cell: string): Value {
  const shape = column.dateBehavior === "DateOnly" ? /^\d{4}-\d{2}-\d{2}$/ : INSTANT;
  const date = shape.test(cell) ? new Date(cell) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime())) return null;
  const text = date.toISOString();
  return column.dateBehavior === "DateOnly" ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}

const NUMBERS: ReadonlySet<string> = new Set(["Integer", "BigInt", "Decimal", "Double", "Money"]);

/** Decimals keep the digits that a double would lose. */
function numberValue({ type }: Column, cell: string): Value {
  const number = Number(cell);
  if (!Number.isFinite(number)) return null;
  const isDecimal = (type === "Decimal" || type === "Money") && /^-?\d+(\.\d+)?$/.test(cell);
  return isDecimal && cell.replaceAll(/\D/g, "").length > 15 ? cell : number;
}

/** Converts a cell to the column's stored form; null when it is invalid. */
function typedValue(column: Column, cell: string): Value {
  if (NUMBERS.has(column.type)) return numberValue(column, cell);
  if (column.type === "Boolean") return /^(true|yes|1)$/i.test(cell);
  if (column.type === "DateTime") return dateValue(column, cell);
  if (column.type === "Uniqueidentifier" || isLookup(column.type)) return parseGuid(cell) ?? null;
  if (!column.choices) return cell;
  return column.choices.find((one) => one.label === cell || String(one.value) === cell)?.value ?? null;
}

/** Returns the custom text column of a header: the one it had in an earlier file, or a new one. */
function textColumn(org: Org, header: string, taken: ReadonlySet<string>): string {
  const name = unusedName(org, header, taken, "String");
  if (!org.accounts.column(name)) {
    org.addColumn({
      schemaName: name,
      type: "String",
      label: label(header),
      maxLength: 4000,
      format: "Text",
      formatName: "Text",
    });
  }
  return name;
}

function choiceReader(
  org: Org,
  header: string,
  cells: readonly string[],
  taken: ReadonlySet<string>,
): ColumnReader {
  const name = unusedName(org, header, taken, "Picklist");
  const existing = org.accounts.column(name);
  const choices: Choice[] = [...(existing?.choices ?? [])];
  const values = new Map(choices.map((choice) => [choice.label, choice.value]));
  for (const cell of cells) {
    if (values.has(cell)) continue;
    const value = FIRST_CHOICE + choices.length;
    values.set(cell, value);
    choices.push({ value, label: cell });
  }
  if (existing) org.accounts.setColumn({ ...existing, choices });
  else org.addColumn({ schemaName: name, type: "Picklist", label: label(header), choices });
  return { column: name, read: (cell) => values.get(cell) ?? null };
}

/**
 * Headers without Latin letters would all be `new_column`, so they are numbered, and found again
 * by label.
 */
function unusedName(org: Org, header: string, taken: ReadonlySet<string>, type: Column["type"]): string {
  const first = customName(header);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? first : `${first}_${number}`;
    const existing = org.accounts.column(name);
    const same = existing === undefined || (existing.type === type && existing.label === label(header));
    if (same && !taken.has(name)) return name;
  }
}

/** `Market Cap (USD)` → `new_market_cap_usd`. */
function customName(header: string): string {
  const plain = header
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return `new_${plain === "" ? "column" : plain}`;
}

function label(header: string): string {
  const spaced = header.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

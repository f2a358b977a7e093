// Accounts from CSV files as they are: nothing is trimmed, shortened or left out. Well-known headers go to Dataverse's
// columns, so do Dataverse's own logical names; every other header becomes a custom text column of the organisation.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Value } from "../fetchxml/query-store.ts";
import type { Choice, Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import { accountId, createdOn } from "./account-row.ts";
import { ownersOf } from "./people.ts";
import { Random } from "./random.ts";

export interface CsvOptions {
  /** Headers whose values become the choices of an option set of their own instead of text. */
  readonly choices?: readonly string[];
  /** Header → logical name of a column, before any other rule. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the organisation's. */
  readonly seed?: string;
}

export interface LoadedCsv {
  /** Ids of the accounts in the order of the file, which is the order of createdon. */
  readonly ids: readonly string[];
  /** Logical name of the column each header went to. */
  readonly columns: Readonly<Record<string, string>>;
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

// Custom option values begin at the publisher's prefix × 10,000.
const FIRST_CHOICE = 808_620_000;

/** Adds one account a row behind those that are there. @param source a path, or the CSV itself if it has a line break */
export function loadCsv(org: Org, source: string, options: CsvOptions = {}): LoadedCsv {
  const text = source.includes("\n") ? source : readFileSync(source, "utf8");
  const [headers = [], ...rows] = parse(text, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const readers = headers.map((header, at) => columnReader(org, header, headers, rows, at, options));
  const seed = `${options.seed ?? org.seed} csv`;
  const owners = ownersOf(org);
  let index = org.accounts.size;
  const ids = rows.map((cells) => {
    while (org.accounts.get(accountId(seed, index))) index += 1;
    const owner = new Random(`${seed} owner`, index).pick(owners);
    const values: Record<string, Value> = {
      accountid: accountId(seed, index),
      createdon: createdOn(index),
      ownerid: owner.id,
      "ownerid.table": owner.table,
    };
    readers.forEach((reader, at) => {
      const cell = cells[at];
      if (cell !== undefined && cell !== "") values[reader.column] = reader.read(cell);
    });
    index += 1;
    return org.createAccount(values);
  });
  return {
    ids,
    columns: Object.fromEntries(readers.map((reader, at) => [headers[at] ?? "", reader.column])),
  };
}

interface ColumnReader {
  readonly column: string;
  readonly read: (cell: string) => Value;
}

function columnReader(
  org: Org,
  header: string,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  at: number,
  options: CsvOptions,
): ColumnReader {
  const cells = (): string[] => rows.map((row) => row[at] ?? "").filter((cell) => cell !== "");
  if (options.choices?.includes(header)) return choiceReader(org, header, cells());
  const known = knownColumn(org, header, headers, options);
  if (known && (known.type !== "Integer" || cells().every((cell) => /^-?\d+$/.test(cell)))) {
    return { column: known.logicalName, read: (cell) => typedValue(known, cell) };
  }
  return { column: textColumn(org, header), read: (cell) => cell };
}

function knownColumn(
  org: Org,
  header: string,
  headers: readonly string[],
  options: CsvOptions,
): Column | undefined {
  // Where a file names no website, its bare domain is the website.
  const domain = header === "domain" && !headers.includes("website") ? "websiteurl" : undefined;
  return org.accounts.column(options.headers?.[header] ?? HEADERS[header] ?? domain ?? header);
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

function textColumn(org: Org, header: string): string {
  const name = customName(header);
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

function choiceReader(org: Org, header: string, cells: readonly string[]): ColumnReader {
  const name = customName(header);
  const before = org.accounts.column(name);
  const choices: Choice[] = [...(before?.choices ?? [])];
  const values = new Map(choices.map((choice) => [choice.label, choice.value]));
  for (const cell of cells) {
    if (values.has(cell)) continue;
    const value = FIRST_CHOICE + choices.length;
    values.set(cell, value);
    choices.push({ value, label: cell });
  }
  if (before) org.accounts.setColumn({ ...before, choices });
  else org.addColumn({ schemaName: name, type: "Picklist", label: label(header), choices });
  return { column: name, read: (cell) => values.get(cell) ?? null };
}

const NUMBERS: ReadonlySet<string> = new Set(["Integer", "BigInt", "Decimal", "Double", "Money"]);

/** A cell as the column stores it; null when it cannot be one. */
function typedValue(column: Column, cell: string): Value {
  if (NUMBERS.has(column.type)) return Number.isFinite(Number(cell)) ? Number(cell) : null;
  if (column.type === "Boolean") return /^(true|yes|1)$/i.test(cell);
  if (!column.choices) return cell;
  return column.choices.find((one) => one.label === cell || String(one.value) === cell)?.value ?? null;
}

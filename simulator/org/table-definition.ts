// A standard table in a few lines: names of columns by type, from which the columns follow with what goes beside them.
// For the tables around account, of which a query needs the names and types, not every label and limit.
import { address } from "./account-columns.ts";
import {
  boolean,
  column,
  dateTime,
  guid,
  integer,
  lookup,
  memo,
  money,
  picklist,
  stateAndStatus,
  text,
  type Column,
} from "./columns.ts";
import { dates, ownership, people, READ_ONLY, table } from "./table-helpers.ts";
import type { TableFacts } from "./table.ts";

/** Schema names, parted by blanks. */
type Names = string;

export interface ColumnSketch {
  /** `Subject:300`; 100 characters if none are given. */
  readonly texts?: Names;
  readonly emails?: Names;
  readonly phones?: Names;
  readonly urls?: Names;
  readonly memos?: Names;
  readonly wholes?: Names;
  readonly decimals?: Names;
  readonly doubles?: Names;
  readonly money?: Names;
  readonly flags?: Names;
  /** Instants, shown with their time. */
  readonly times?: Names;
  /** Instants shown as days. */
  readonly days?: Names;
  /** Calendar days without a time zone. */
  readonly dates?: Names;
  readonly guids?: Names;
  readonly tableNames?: Names;
  /** `"1 Hot; 2 Warm"` by schema name; `*2 Warm` is what new rows start with. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Tables by schema name, parted by blanks. */
  readonly lookups?: Readonly<Record<string, Names>>;
  /** Lookups to an account or a contact. */
  readonly customers?: Names;
  /** How many addresses stand in the row. */
  readonly addresses?: 1 | 2 | 3;
  /** States, then the status reasons of each. */
  readonly states?: readonly [states: string, ...statuses: string[]];
}

export interface TableSketch extends ColumnSketch {
  /** Schema name; the logical name is the same in lower case. */
  readonly table: string;
  readonly label?: string;
  readonly code: number;
  readonly set?: string;
  readonly key?: string;
  /** Schema name of the primary name; one of the texts. */
  readonly name?: string;
  readonly owned: TableFacts["ownership"];
  readonly supertype?: string;
}

export function sketchedTable(sketch: TableSketch): TableFacts {
  const { table: schemaName, code, owned, supertype, label = spaced(schemaName) } = sketch;
  const logicalName = schemaName.toLowerCase();
  const key = sketch.key ?? `${schemaName}Id`;
  return table(
    {
      logicalName,
      entitySet: sketch.set ?? plural(logicalName),
      schemaName,
      label,
      objectTypeCode: code,
      primaryId: key.toLowerCase(),
      primaryName: sketch.name?.toLowerCase() ?? "",
      ownership: owned,
      changeTracking: owned === "UserOwned",
      ...(supertype === undefined ? {} : { supertype }),
    },
    [
      guid(`${key}|${label}`, { required: "SystemRequired", update: false }),
      ...sketchedColumns(sketch),
      ...(owned === "UserOwned" ? ownership() : []),
      ...history(owned),
    ],
  );
}

/** What Dataverse keeps of every row: who, when, and where it was imported from. */
export function history(owned: TableFacts["ownership"]): Column[] {
  if (owned === "None") return dates();
  return [
    ...people(),
    ...lookup("CreatedOnBehalfBy|Created By (Delegate)", "systemuser", "both", READ_ONLY),
    ...lookup("ModifiedOnBehalfBy|Modified By (Delegate)", "systemuser", "both", READ_ONLY),
    ...dates(),
    dateTime("OverriddenCreatedOn|Record Created On", "DateOnly", { update: false }),
    integer("ImportSequenceNumber|Import Sequence Number", undefined, undefined, { update: false }),
    integer("TimeZoneRuleVersionNumber|Time Zone Rule Version Number", -1),
    integer("UTCConversionTimeZoneCode|UTC Conversion Time Zone Code", -1),
  ];
}

export function sketchedColumns(sketch: ColumnSketch): Column[] {
  const { choices = {}, lookups = {}, states, addresses = 0 } = sketch;
  const string = (names: Names | undefined, format: string) =>
    listed(names, (name, size) => text(titled(name), size, format));
  const number = (names: Names | undefined, type: "Decimal" | "Double") =>
    listed(names, (name) => column({ schemaName: name, type, label: spaced(name), precision: 2 }));
  return [
    ...string(sketch.texts, "Text"),
    ...string(sketch.emails, "Email"),
    ...string(sketch.phones, "Phone"),
    ...string(sketch.urls, "Url"),
    ...listed(sketch.memos, (name) => memo(titled(name), 2000)),
    ...listed(sketch.wholes, (name) => integer(titled(name))),
    ...number(sketch.decimals, "Decimal"),
    ...number(sketch.doubles, "Double"),
    ...moneyColumns(sketch.money),
    ...listed(sketch.flags, (name) => boolean(titled(name))).flat(),
    ...listed(sketch.times, (name) => dateTime(titled(name))),
    ...listed(sketch.days, (name) => dateTime(titled(name), "DateOnly")),
    ...listed(sketch.dates, (name) => dateTime(titled(name), "DateOnly", { dateBehavior: "DateOnly" })),
    ...listed(sketch.guids, (name) => guid(titled(name))),
    ...listed(sketch.tableNames, (name) =>
      column({ schemaName: name, type: "EntityName", label: spaced(name) }),
    ),
    ...Object.entries(choices).flatMap(([name, list]) => choice(name, list)),
    ...Object.entries(lookups).flatMap(([name, targets]) => lookup(titled(name), targets.split(" "))),
    ...listed(sketch.customers, (name) =>
      lookup(titled(name), ["account", "contact"], "both", { type: "Customer" }),
    ).flat(),
    ...([1, 2, 3] as const).slice(0, addresses).flatMap(address),
    ...(states ? stateAndStatus(states[0], states.slice(1)) : []),
  ];
}

/** Amounts, and the currency they are in. */
function moneyColumns(names: Names | undefined): Column[] {
  if (names === undefined) return [];
  return [
    ...listed(names, (name) => money(titled(name))).flat(),
    ...lookup("TransactionCurrencyId|Currency", "transactioncurrency", "name"),
    column({
      schemaName: "ExchangeRate",
      type: "Decimal",
      label: "Exchange Rate",
      precision: 12,
      ...READ_ONLY,
    }),
  ];
}

function choice(name: string, list: string): Column[] {
  const start = /\*(\d+)/.exec(list)?.[1];
  return picklist(titled(name), list.replace("*", ""), start === undefined ? -1 : Number(start));
}

function listed<T>(names: Names | undefined, make: (name: string, size: number) => T): T[] {
  return (names?.split(/\s+/) ?? []).map((item) => {
    const [name = "", size = "100"] = item.split(":");
    return make(name, Number(size));
  });
}

function titled(name: string): string {
  return `${name}|${spaced(name)}`;
}

/** `EstimatedCloseDate` → `Estimated Close Date` */
function spaced(name: string): string {
  return name.replace(/Id$/, "").replace(/(?<=[a-z\d])(?=[A-Z])/g, " ");
}

/** The set of a table: `opportunities`, `customeraddresses`, `leads`. */
function plural(name: string): string {
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}

// Defines a standard table in a few lines: names of columns by type, from which columns and
// companions are created. It is for the tables around account, of which a query needs names and
// types, not every label and limit.
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
import {
  createdAndModifiedOn,
  ownershipColumns,
  createdAndModifiedBy,
  READ_ONLY,
  tableMetadata,
} from "./table-helpers.ts";
import type { TableMetadata } from "./table.ts";

/** Schema names, separated by blanks. */
type Names = string;

export interface ColumnDefinitions {
  /** `Subject:300` sets the length. Default: 100 characters. */
  readonly texts?: Names;
  readonly emails?: Names;
  readonly phones?: Names;
  readonly urls?: Names;
  readonly memos?: Names;
  readonly integers?: Names;
  readonly decimals?: Names;
  readonly doubles?: Names;
  readonly money?: Names;
  readonly booleans?: Names;
  /** Instants, shown with their time. */
  readonly dateTimes?: Names;
  /** Instants, shown as dates in the user's time zone. */
  readonly userLocalDates?: Names;
  /** Calendar dates without a time zone. */
  readonly calendarDates?: Names;
  readonly guids?: Names;
  readonly entityNames?: Names;
  /** `"1 Hot; 2 Warm"` by schema name; `*2 Warm` is the default of new rows. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Target tables by schema name, separated by blanks. */
  readonly lookups?: Readonly<Record<string, Names>>;
  /** Lookups to an account or a contact. */
  readonly customers?: Names;
  /** The number of addresses in the row. */
  readonly addresses?: 1 | 2 | 3;
  /** States, then the status reasons of each. */
  readonly states?: readonly [states: string, ...statuses: string[]];
}

export interface TableDefinition extends ColumnDefinitions {
  /** The logical name is the same in lower case. */
  readonly schemaName: string;
  readonly label?: string;
  readonly objectTypeCode: number;
  readonly entitySet?: string;
  readonly primaryId?: string;
  /** The schema name of the primary name, which is one of the texts. */
  readonly primaryName?: string;
  readonly ownership: TableMetadata["ownership"];
  readonly supertype?: string;
}

export function defineTable(definition: TableDefinition): TableMetadata {
  const { schemaName, objectTypeCode, ownership, supertype, label = labelOf(schemaName) } = definition;
  const logicalName = schemaName.toLowerCase();
  const key = definition.primaryId ?? `${schemaName}Id`;
  return tableMetadata(
    {
      logicalName,
      entitySet: definition.entitySet ?? plural(logicalName),
      schemaName,
      label,
      objectTypeCode,
      primaryId: key.toLowerCase(),
      primaryName: definition.primaryName?.toLowerCase() ?? "",
      ownership,
      changeTracking: ownership === "UserOwned",
      ...(supertype === undefined ? {} : { supertype }),
    },
    [
      guid(`${key}|${label}`, { required: "SystemRequired", update: false }),
      ...defineColumns(definition),
      ...(ownership === "UserOwned" ? ownershipColumns() : []),
      ...auditColumns(ownership),
    ],
  );
}

/** Returns what Dataverse records of every row: by whom and when it was changed, and its import. */
export function auditColumns(ownership: TableMetadata["ownership"]): Column[] {
  if (ownership === "None") return createdAndModifiedOn();
  return [
    ...createdAndModifiedBy(),
    ...lookup("CreatedOnBehalfBy|Created By (Delegate)", "systemuser", "both", READ_ONLY),
    ...lookup("ModifiedOnBehalfBy|Modified By (Delegate)", "systemuser", "both", READ_ONLY),
    ...createdAndModifiedOn(),
    dateTime("OverriddenCreatedOn|Record Created On", "DateOnly", { update: false }),
    integer("ImportSequenceNumber|Import Sequence Number", undefined, undefined, { update: false }),
    integer("TimeZoneRuleVersionNumber|Time Zone Rule Version Number", -1),
    integer("UTCConversionTimeZoneCode|UTC Conversion Time Zone Code", -1),
  ];
}

export function defineColumns(definitions: ColumnDefinitions): Column[] {
  const { choices = {}, lookups = {}, states, addresses = 0 } = definitions;
  const string = (names: Names | undefined, format: string) =>
    mapNames(names, (name, size) => text(nameAndLabel(name), size, format));
  const number = (names: Names | undefined, type: "Decimal" | "Double") =>
    mapNames(names, (name) => column({ schemaName: name, type, label: labelOf(name), precision: 2 }));
  return [
    ...string(definitions.texts, "Text"),
    ...string(definitions.emails, "Email"),
    ...string(definitions.phones, "Phone"),
    ...string(definitions.urls, "Url"),
    ...mapNames(definitions.memos, (name) => memo(nameAndLabel(name), 2000)),
    ...mapNames(definitions.integers, (name) => integer(nameAndLabel(name))),
    ...number(definitions.decimals, "Decimal"),
    ...number(definitions.doubles, "Double"),
    ...moneyColumns(definitions.money),
    ...mapNames(definitions.booleans, (name) => boolean(nameAndLabel(name))).flat(),
    ...mapNames(definitions.dateTimes, (name) => dateTime(nameAndLabel(name))),
    ...mapNames(definitions.userLocalDates, (name) => dateTime(nameAndLabel(name), "DateOnly")),
    ...mapNames(definitions.calendarDates, (name) =>
      dateTime(nameAndLabel(name), "DateOnly", { dateBehavior: "DateOnly" }),
    ),
    ...mapNames(definitions.guids, (name) => guid(nameAndLabel(name))),
    ...mapNames(definitions.entityNames, (name) =>
      column({ schemaName: name, type: "EntityName", label: labelOf(name) }),
    ),
    ...Object.entries(choices).flatMap(([name, list]) => choiceColumns(name, list)),
    ...Object.entries(lookups).flatMap(([name, targets]) => lookup(nameAndLabel(name), targets.split(" "))),
    ...mapNames(definitions.customers, (name) =>
      lookup(nameAndLabel(name), ["account", "contact"], "both", { type: "Customer" }),
    ).flat(),
    ...([1, 2, 3] as const).slice(0, addresses).flatMap(address),
    ...(states ? stateAndStatus(states[0], states.slice(1)) : []),
  ];
}

/** Returns amounts, and the currency they are in. */
function moneyColumns(names: Names | undefined): Column[] {
  if (names === undefined) return [];
  return [
    ...mapNames(names, (name) => money(nameAndLabel(name))).flat(),
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

function choiceColumns(name: string, list: string): Column[] {
  const start = /\*(\d+)/.exec(list)?.[1];
  return picklist(nameAndLabel(name), list.replace("*", ""), start === undefined ? -1 : Number(start));
}

function mapNames<T>(names: Names | undefined, make: (name: string, size: number) => T): T[] {
  return (names?.split(/\s+/) ?? []).map((item) => {
    const [name = "", size = "100"] = item.split(":");
    return make(name, Number(size));
  });
}

function nameAndLabel(name: string): string {
  return `${name}|${labelOf(name)}`;
}

/** `EstimatedCloseDate` → `Estimated Close Date` */
function labelOf(name: string): string {
  return name.replace(/Id$/, "").replace(/(?<=[a-z\d])(?=[A-Z])/g, " ");
}

/** Returns the entity set of a table: `opportunities`, `customeraddresses`, `leads`. */
function plural(name: string): string {
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}

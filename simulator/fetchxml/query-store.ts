// What the FetchXML engine needs to know of an organisation: tables with typed columns and rows of plain values.
// The organisation (simulator/org) implements it; the engine never sees HTTP, and the organisation never sees XML.
// Values are stored the way Dataverse compares them; how they look on the wire is decided elsewhere.

/** Column types as Dataverse names them in `AttributeTypeName.Value`, without the ending "Type". */
export type ColumnType =
  | "BigInt"
  | "Boolean"
  | "Customer"
  | "DateTime"
  | "Decimal"
  | "Double"
  | "EntityName"
  | "File"
  | "Image"
  | "Integer"
  | "Lookup"
  | "Memo"
  | "Money"
  | "MultiSelectPicklist"
  | "Owner"
  | "Picklist"
  | "State"
  | "Status"
  | "String"
  | "Uniqueidentifier"
  | "Virtual";

/**
 * One stored value. Text, memo, guid, lookup (the target's guid): string, guids in lower case. Choices, states and numbers: number.
 * Two options: boolean. Multi-select: ascending option values joined by commas ("2,3"). Date and time: ISO 8601 in UTC
 * ("2024-06-12T14:13:25Z"); DateOnly behaviour: "2015-01-01". No value: null or absent.
 */
export type Value = string | number | boolean | null;

/** A row by logical column name; a lookup's target table stands beside it under `<column>.table`. */
export type Row = Readonly<Record<string, Value | undefined>>;

export interface QueryColumn {
  readonly logicalName: string;
  readonly type: ColumnType;
  /** Lookup, Customer, Owner: the tables it may point to. */
  readonly targets?: readonly string[];
  /** False for what cannot be read or filtered. */
  readonly readable: boolean;
  /** The caller may not read it: its values are not in the rows, and conditions and orders on it are refused. */
  readonly hidden?: boolean;
  /** Dates that mean the same wall clock for everybody (time-zone-independent, date only): the "Z" of their values says nothing. */
  readonly wallClock?: boolean;
  /** A column that shows what another one means: `industrycodename`. It is found by name, and not listed among the columns. */
  readonly companionOf?: { readonly column: QueryColumn; readonly shows: "name" | "yomi" | "table" };
  /** Choices with their labels in the caller's language: Dataverse orders by label. Without them, by value. */
  readonly choices?: readonly { readonly value: number; readonly label: string | null }[];
}

export interface QueryTable {
  readonly logicalName: string;
  readonly primaryId: string;
  readonly primaryName: string;
  column(logicalName: string): QueryColumn | undefined;
  columns(): Iterable<QueryColumn>;
  /**
   * All rows, in the order of SQL Server's uniqueidentifier comparison of the primary key (`guidOrderKey` in collation.ts).
   * Given as an array, a page is found by binary search.
   */
  rows(): Iterable<Row>;
  /** Changes whenever a row does. With it, sorted rows and join indexes are kept between requests. */
  readonly version?: number | string;
}

export interface QueryStore {
  table(logicalName: string): QueryTable | undefined;
  /** The table of an object type code: conditions may name tables by either. */
  nameOfTypeCode?(code: number): string | undefined;
}

/** On whose behalf a query runs: user-relative operators look here. */
export interface Caller {
  readonly userId: string;
  readonly businessUnitId: string;
  /** Ids of the teams the user is a member of. */
  readonly teamIds: readonly string[];
  /** Minutes east of UTC, for date operators. */
  readonly utcOffsetMinutes: number;
  /** Language of the user interface as an LCID; 1033 (English) when not given. */
  readonly languageCode?: number;
}

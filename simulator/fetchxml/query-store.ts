// Defines what the FetchXML engine needs of an organisation: tables with typed columns and rows of
// plain values. simulator/org implements it. The engine knows no HTTP, and the organisation no XML.
// Values are stored as Dataverse compares them; their format in responses is decided elsewhere.

/** Column types as in Dataverse's `AttributeTypeName.Value`, without the ending "Type". */
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
 * One stored value. Text, memo, guid and lookup (the target's guid) are strings, guids in lower
 * case. Choices, states and numbers are numbers, Two Options booleans; a number that a double does
 * not hold exactly is its decimal text ("12345678901.0123456789"). Multi-select is ascending
 * option values joined by commas ("2,3"). Date and time is ISO 8601 in UTC
 * ("2024-06-12T14:13:25Z"), with DateOnly behaviour "2015-01-01". No value is null or absent.
 */
export type Value = string | number | boolean | null;

/** A row by logical column name; the target table of a lookup is under `<column>.table`. */
export type Row = Readonly<Record<string, Value | undefined>>;

export interface QueryColumn {
  readonly logicalName: string;
  readonly type: ColumnType;
  /** Lookup, Customer, Owner: the tables it may reference. */
  readonly targets?: readonly string[];
  /** False for a column that can be neither read nor filtered. */
  readonly readable: boolean;
  /**
   * True when the caller may not read it: rows do not hold its values, and conditions and orders on
   * it are refused.
   */
  readonly hidden?: boolean;
  /**
   * True for dates that are the same wall clock time for everybody (time-zone-independent, date
   * only), whose "Z" has no meaning.
   */
  readonly wallClock?: boolean;
  /**
   * Set for a companion column, such as `industrycodename`, which shows the meaning of another. It
   * is found by name, but not listed among the columns.
   */
  readonly companionOf?: { readonly column: QueryColumn; readonly shows: "name" | "yomi" | "table" };
  /**
   * Choices with their labels in the caller's language, by which Dataverse orders. Without them, it
   * orders by value.
   */
  readonly choices?: readonly { readonly value: number; readonly label: string | null }[];
}

export interface QueryTable {
  readonly logicalName: string;
  readonly primaryId: string;
  readonly primaryName: string;
  column(logicalName: string): QueryColumn | undefined;
  columns(): Iterable<QueryColumn>;
  /**
   * All rows, in the order of SQL Server's uniqueidentifier comparison of the primary key
   * (`guidOrderKey` in collation.ts). When it is an array, a page is found by binary search.
   */
  rows(): Iterable<Row>;
  /**
   * Changes with every change of a row. With it, sorted rows and join indexes are cached between
   * requests.
   */
  readonly version?: number | string;
}

export interface QueryStore {
  table(logicalName: string): QueryTable | undefined;
  /** Returns the table of an object type code, since conditions may name tables by either. */
  nameOfTypeCode?(code: number): string | undefined;
}

/** The user on whose behalf a query runs, for user-relative operators. */
export interface Caller {
  readonly userId: string;
  readonly businessUnitId: string;
  /** Ids of the teams that the user is a member of. */
  readonly teamIds: readonly string[];
  /** Minutes east of UTC, for date operators. */
  readonly utcOffsetMinutes: number;
  /** Language of the user interface as an LCID. Default: 1033 (English). */
  readonly languageCode?: number;
}

// The shapes that the client hands out.

export interface Column {
  readonly logicalName: string;
  readonly label: string;
  /** AttributeTypeName, for example "StringType". */
  readonly type: string;
  /** A text column's FormatName, a date's or whole number's Format. */
  readonly format?: string;
  /** The tables a lookup may point to. */
  readonly targets?: readonly string[];
  /** The labels of a choice; of Two Options under 1 (yes) and 0 (no). */
  readonly options?: ReadonlyMap<number, string>;
  readonly precision?: number;
  readonly dateBehavior?: "UserLocal" | "DateOnly" | "TimeZoneIndependent";
  /** Guarded by column security. */
  readonly secured: boolean;
  /** Whether the connected user sees its values. An unreadable column comes empty, without any error. */
  readonly readable: boolean;
  /** Calculated, rollup or formula: its value changes without the row's version changing. */
  readonly calculated: boolean;
  readonly maxLength?: number;
  readonly custom: boolean;
}

export interface View {
  /** Lower case, without braces. */
  readonly id: string;
  readonly name: string;
  readonly kind: "personal" | "system";
  /** Of a personal view: the user or team that owns it. */
  readonly ownerId?: string;
  /** Empty if the view has none; such a view cannot be read. */
  readonly fetchXml: string;
  readonly description?: string;
  /** The columns it shows, as XML; only of a view that was asked for by its id. */
  readonly layoutXml?: string;
}

export type AccountSelection = { readonly kind: "all" } | { readonly kind: "view"; readonly view: View };

/**
 * A row as JSON.parse made it, keyed by wire names (see `wireName`). Always has `accountid`, `createdon`,
 * `versionnumber` and `statecode`. A column without a value is null ("all") or absent (a view).
 */
export type RawRow = Readonly<Record<string, unknown>>;

export interface AccountVersion {
  /** Lower case. */
  readonly id: string;
  readonly version: string | number;
}

export interface DynamicsUser {
  readonly id: string;
  readonly fullName: string;
  /** The e-mail address, else the sign-in name if it has the form of one. */
  readonly email: string | null;
  readonly disabled: boolean;
}

/** Some rows of a selection, as a person would see them. */
export interface Sample {
  /** Texts by logical name, or by alias and name ("owner.fullname"); no key for an empty value. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Of the whole selection: exact up to 5,000, null above or if it is not told. */
  readonly count: number | null;
}

/** The user that is signed in. */
export interface ConnectedUser {
  readonly fullName: string;
  /** The e-mail address, else the sign-in name; empty if it has neither, as an application user. */
  readonly address: string;
  readonly disabled: boolean;
  readonly licensed: boolean;
  /** systemuser.accessmode: 0 read-write, 1 administrative, 2 read, 3 support, 4 non-interactive, 5 delegated admin. */
  readonly accessMode: number;
  /** An app's own user; it needs no licence. */
  readonly application: boolean;
}

export interface Identity {
  readonly organizationId: string;
  readonly userId: string;
  readonly businessUnitId: string;
}

/** One try of one request, told when it is over. */
export interface RequestStats {
  readonly method: "GET" | "POST";
  /** Without the query. */
  readonly path: string;
  /** 0 if no answer came. */
  readonly status: number;
  readonly ms: number;
  readonly wireBytes: number;
  readonly bytes: number;
}

export interface Usage {
  /** Every try counts. */
  requests: number;
  retries: number;
  /** Answers that asked for patience. */
  throttled: number;
  /** What was waited because of them. */
  throttledMs: number;
  /** Of answers, as they came over the wire. */
  bytes: number;
}

const LOOKUP_TYPES: ReadonlySet<string> = new Set(["LookupType", "OwnerType", "CustomerType"]);

function isLookup(column: Pick<Column, "type">): boolean {
  return LOOKUP_TYPES.has(column.type);
}

/** The key under which a row carries the column's value. A lookup's holds the id of the row it points to. */
export function wireName(column: Pick<Column, "logicalName" | "type">): string {
  return isLookup(column) ? `_${column.logicalName}_value` : column.logicalName;
}

// The types that the client returns.

export interface Column {
  readonly logicalName: string;
  readonly label: string;
  /** AttributeTypeName, for example "StringType". */
  readonly type: string;
  /** FormatName of a text column, Format of a date or whole number. */
  readonly format?: string;
  /** The tables that a lookup can refer to. */
  readonly targets?: readonly string[];
  /** The labels of a choice; Two Options has them under 1 (yes) and 0 (no). */
  readonly options?: ReadonlyMap<number, string>;
  readonly precision?: number;
  readonly dateBehavior?: "UserLocal" | "DateOnly" | "TimeZoneIndependent";
  /** Protected by column security. */
  readonly secured: boolean;
  /**
   * Whether the connected user can read its values. Unreadable columns come empty, without an error.
   */
  readonly readable: boolean;
  /** Calculated, rollup or formula: its value can change without a new row version. */
  readonly calculated: boolean;
  readonly maxLength?: number;
  readonly custom: boolean;
}

export interface View {
  /** Lower case, without braces. */
  readonly id: string;
  readonly name: string;
  readonly kind: "personal" | "system";
  /** The user or team that owns a personal view. */
  readonly ownerId?: string;
  /** Empty if the view has none; such a view cannot be read. */
  readonly fetchXml: string;
  readonly description?: string;
  /** The view's columns, as XML; only if the view was read by its id. */
  readonly layoutXml?: string;
}

export type AccountSelection = { readonly kind: "all" } | { readonly kind: "view"; readonly view: View };

/**
 * A row as JSON.parse returns it, keyed by wire names (see `wireName`). It always has `accountid`,
 * `createdon`, `versionnumber` and `statecode`. A column without a value is null ("all") or absent
 * (a view). A number that a double may not hold is a string, its literal.
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
  readonly email: string | null;
  /** As sent: an address (UPN), `CONTOSO\\jo`, or the GUID of an application. */
  readonly signInName: string | null;
  readonly disabled: boolean;
}

/** Some rows of a selection, formatted as a person sees them. */
export interface Sample {
  /** Texts by logical name, or by alias and name ("owner.fullname"); an empty value has no key. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** The same rows as a sync reads them; their numbers have every digit in columns asked for. */
  readonly rawRows: readonly RawRow[];
  /** Rows of the whole selection: exact up to 5,000, null above or if unknown. */
  readonly count: number | null;
}

/** The signed-in user. */
export interface ConnectedUser {
  readonly fullName: string;
  /**
   * The e-mail address, else the sign-in name; empty if there is neither, as for an application user.
   */
  readonly address: string;
  readonly disabled: boolean;
  readonly licensed: boolean;
  /**
   * systemuser.accessmode: 0 read-write, 1 administrative, 2 read, 3 support, 4 non-interactive, 5
   * delegated admin.
   */
  readonly accessMode: number;
  /** The user of an application; it needs no licence. */
  readonly application: boolean;
}

export interface Identity {
  readonly organizationId: string;
  readonly userId: string;
  readonly businessUnitId: string;
}

/** One attempt of one request, reported when it has ended. */
export interface RequestStats {
  readonly method: "GET" | "POST";
  /** Without the query. */
  readonly path: string;
  /** 0 if there was no response. */
  readonly status: number;
  readonly ms: number;
  readonly wireBytes: number;
  readonly bytes: number;
}

export interface Usage {
  /** Attempts, retries included. */
  requests: number;
  retries: number;
  /** Responses that asked to slow down. */
  throttled: number;
  /** Time waited because of them. */
  throttledMs: number;
  /** Bytes of responses, compressed as received. */
  bytes: number;
}

const LOOKUP_TYPES: ReadonlySet<string> = new Set(["LookupType", "OwnerType", "CustomerType"]);

function isLookup(column: Pick<Column, "type">): boolean {
  return LOOKUP_TYPES.has(column.type);
}

/** The key of the column's value in a row. A lookup has the id of the row that it refers to. */
export function wireName(column: Pick<Column, "logicalName" | "type">): string {
  return isLookup(column) ? `_${column.logicalName}_value` : column.logicalName;
}

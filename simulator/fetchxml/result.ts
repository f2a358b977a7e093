// Defines the result of a query: rows of plain values, and the origin of each of their columns.
import type { ColumnType, Row, Value } from "./query-store.ts";

/** The origin of one key of the rows, which a server needs to name and annotate it. */
export interface ResultColumn {
  /** Logical name, `alias.column`, or the alias of an attribute. */
  readonly key: string;
  readonly table: string;
  readonly column: string;
  readonly type: ColumnType;
  /** The attribute's own alias. */
  readonly alias?: string;
  /** The link-entity it comes from, by alias (`contact1` if it has none). */
  readonly link?: string;
  /** count, countcolumn, sum, avg, min or max. */
  readonly aggregate?: string;
  /** Set when the value is the number of child rows instead of the column's value. */
  readonly rowAggregate?: "countchildren";
  /** day, week, month, quarter, year, fiscal-period or fiscal-year. */
  readonly dateGrouping?: string;
  /** True when the query does not name it: the primary key, the currency of a money column. */
  readonly implicit?: true;
}

/**
 * Values by `ResultColumn.key`, without nulls; the target table of a lookup is under
 * `<key>.table`.
 */
export type ResultRow = Readonly<Record<string, Exclude<Value, null>>>;

export interface FetchResult {
  /** Logical name of the query's table. */
  readonly entity: string;
  readonly rows: readonly ResultRow[];
  readonly columns: readonly ResultColumn[];
  /**
   * The entity's own row of each of `rows` (for etags and formatted values); empty for aggregates.
   */
  readonly entityRows: readonly Row[];
  readonly moreRecords: boolean;
  /** Unencoded: `<cookie page="1"><accountid last="{UPPER}" first="{UPPER}" /></cookie>`. */
  readonly pagingCookie?: string;
  /** Present when returntotalrecordcount was set; at most 5,000. */
  readonly totalRecordCount?: number;
  readonly totalRecordCountLimitExceeded?: boolean;
  readonly isAggregate: boolean;
}

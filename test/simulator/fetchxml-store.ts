// Provides small tables for query tests: defined as plain objects, and served as the engine needs
// them.
import type {
  Caller,
  ColumnType,
  QueryColumn,
  QueryStore,
  QueryTable,
  Row,
} from "../../simulator/fetchxml/query-store.ts";

export interface TestTable {
  readonly primaryId: string;
  readonly primaryName: string;
  /**
   * Columns by logical name: a type, or a type with the target tables of a lookup or the options of
   * a choice.
   */
  readonly columns: Readonly<Record<string, TestColumn>>;
  readonly rows: readonly Row[];
  readonly version?: number;
}

export type TestColumn =
  | ColumnType
  | {
      readonly type: ColumnType;
      readonly targets?: readonly string[];
      readonly choices?: Choices;
      readonly wallClock?: boolean;
    };

type Choices = NonNullable<QueryColumn["choices"]>;

export function storeOf(tables: Readonly<Record<string, TestTable>>): QueryStore {
  const served = new Map(Object.entries(tables).map(([name, table]) => [name, serve(name, table)]));
  return { table: (name) => served.get(name) };
}

function serve(logicalName: string, table: TestTable): QueryTable {
  const columns = new Map(
    Object.entries(table.columns).map(([name, column]): [string, QueryColumn] => [
      name,
      { logicalName: name, readable: true, ...(typeof column === "string" ? { type: column } : column) },
    ]),
  );
  const rows = table.rows.toSorted((a, b) =>
    compareGuids(String(a[table.primaryId]), String(b[table.primaryId])),
  );
  return {
    logicalName,
    primaryId: table.primaryId,
    primaryName: table.primaryName,
    column: (name) => columns.get(name),
    columns: () => columns.values(),
    rows: () => rows,
    ...(table.version === undefined ? {} : { version: table.version }),
  };
}

/** Compares in SQL Server's order, byte by byte as its documentation lists them. */
export function compareGuids(a: string, b: string): number {
  const [left, right] = [storedBytes(a), storedBytes(b)];
  for (const at of [10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3]) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const bytesByGuid = new Map<string, number[]>();

/**
 * Returns the sixteen bytes as .NET and SQL Server store them, with the first three groups
 * little-endian.
 */
function storedBytes(id: string): number[] {
  const known = bytesByGuid.get(id);
  if (known !== undefined) return known;
  const bytes = [...Buffer.from(id.replaceAll("-", ""), "hex")];
  const turn = (from: number, to: number): number[] => bytes.slice(from, to).toReversed();
  const inOrder = [...turn(0, 4), ...turn(4, 6), ...turn(6, 8), ...bytes.slice(8)];
  bytesByGuid.set(id, inOrder);
  return inOrder;
}

/** A guid that ends in a number: guid(7) is 00000000-0000-0000-0000-000000000007. */
export function guid(number: number, group = 0): string {
  return `${String(group).padStart(8, "0")}-0000-0000-0000-${String(number).padStart(12, "0")}`;
}

export function callerOf(facts: Partial<Caller> = {}): Caller {
  return { userId: guid(1, 9), businessUnitId: guid(2, 9), teamIds: [], utcOffsetMinutes: 0, ...facts };
}

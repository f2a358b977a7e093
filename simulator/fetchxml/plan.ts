// Defines the query plan: a query whose names are resolved to sources, joins, conditions, output
// columns and orders. Each source (the entity, then every link-entity) has an index in a tuple,
// which predicates read.

import type { FetchNode, LinkNode } from "./nodes.ts";
import type { ReadableColumn } from "./column-values.ts";
import type { QueryTable, Row } from "./query-store.ts";

/** One row of each source; undefined where an outer join found none. */
export type Tuple = (Row | undefined)[];
export type Predicate = (tuple: Tuple) => boolean;

export interface Source {
  readonly index: number;
  readonly table: QueryTable;
  /**
   * The name in conditions and orders: the alias, or for a link-entity without one the table's name.
   */
  readonly name: string;
  /** The prefix of output columns; undefined for the entity itself. */
  readonly prefix: string | undefined;
}

export interface Join {
  readonly source: Source;
  readonly parent: Source;
  readonly node: LinkNode;
  /** The column of this source. */
  readonly from: ReadableColumn;
  /** The column of the parent. */
  readonly to: ReadableColumn;
  /** The link-entity's own filters; its row is in the tuple already. */
  readonly on: Predicate;
}

export interface Output {
  readonly key: string;
  readonly source: Source;
  readonly column: ReadableColumn;
  readonly alias: string | undefined;
  /** True when the query does not name it but it is returned. */
  readonly implicit: boolean;
  /** When set, the output is the number of rows whose `childColumn` references this row. */
  readonly childColumn: ReadableColumn | undefined;
}

export interface Order {
  readonly source: Source;
  readonly column: ReadableColumn;
  readonly descending: boolean;
}

export interface QueryPlan {
  readonly node: FetchNode;
  readonly entity: Source;
  readonly sourceCount: number;
  /** Parents come before children. */
  readonly joins: readonly Join[];
  /** Tests a row of the entity before anything is joined to it. */
  readonly entityTest: Predicate;
  /** Tests a tuple once everything is joined. */
  readonly joinedTest: Predicate;
  readonly outputs: readonly Output[];
  /** The orders without the primary key that Dataverse adds. */
  readonly orders: readonly Order[];
}

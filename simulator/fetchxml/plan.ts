// A query whose names have been found in the organisation's tables: sources, joins, conditions, output columns, orders.
// Each source (the entity, then every link-entity) has a place in a tuple; a predicate reads the tuple.

import type { FetchNode, LinkNode } from "./grammar.ts";
import type { ReadableColumn } from "./column-values.ts";
import type { QueryTable, Row } from "./query-store.ts";

/** One row of each source; undefined where an outer join found none. */
export type Tuple = (Row | undefined)[];
export type Predicate = (tuple: Tuple) => boolean;

export interface Source {
  readonly index: number;
  readonly table: QueryTable;
  /** What conditions and orders call it: the alias, or for a link-entity without one the table's name. */
  readonly name: string;
  /** Before the dot in output columns; undefined for the entity itself. */
  readonly prefix: string | undefined;
}

export interface Join {
  readonly source: Source;
  readonly parent: Source;
  readonly node: LinkNode;
  /** Column of this source. */
  readonly from: ReadableColumn;
  /** Column of the parent. */
  readonly to: ReadableColumn;
  /** The link-entity's own filters; its row stands in the tuple already. */
  readonly on: Predicate;
}

export interface Output {
  readonly key: string;
  readonly source: Source;
  readonly column: ReadableColumn;
  readonly alias: string | undefined;
  /** Returned although the query does not name it. */
  readonly implicit: boolean;
  /** The number of rows whose `childColumn` points here, instead of the column's value. */
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
  /** Parents before children. */
  readonly joins: readonly Join[];
  /** True of a row of the entity before anything is joined to it. */
  readonly entityTest: Predicate;
  /** True of a tuple once everything is joined. */
  readonly joinedTest: Predicate;
  readonly outputs: readonly Output[];
  /** Without the primary key that Dataverse adds. */
  readonly orders: readonly Order[];
}

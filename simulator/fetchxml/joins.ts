// Joins one row of the entity with those of the link-entities into tuples. Joins are applied one
// after the other as in SQL, so an inner join inside an outer one drops the rows that the outer one
// kept.

import { joinKeyOf, rowsByColumn } from "./row-index.ts";
import type { RowIndex } from "./row-index.ts";
import type { Join, Predicate, Tuple } from "./plan.ts";
import type { Row, Value } from "./query-store.ts";

/**
 * Calls `visit` for each tuple until it returns false, and then returns false too. The tuple is
 * reused between calls.
 */
export type Expand = (tuple: Tuple, visit: Predicate) => boolean;

export function expander(joins: readonly Join[]): Expand {
  return joins.reduceRight<Expand>((next, join) => joinStep(join, next), visitTuple);
}

function visitTuple(tuple: Tuple, visit: Predicate): boolean {
  return visit(tuple);
}

/** Tests whether the joins yield at least one tuple. */
export function existsTest(joins: readonly Join[]): Predicate {
  const expand = expander(joins);
  return (tuple) => !expand(tuple, () => false);
}

function joinStep(join: Join, next: Expand): Expand {
  const find = rowMatcher(join);
  const at = join.source.index;
  const keepsUnmatched =
    join.node.linkType === "outer" || join.node.linkType === "matchfirstrowusingcrossapply";
  const firstOnly = join.node.linkType === "matchfirstrowusingcrossapply";
  return (tuple, visit) => {
    let matched = false;
    for (const row of find(tuple)) {
      tuple[at] = row;
      if (!join.on(tuple)) continue;
      matched = true;
      if (!next(tuple, visit)) return false;
      if (firstOnly) break;
    }
    if (matched || !keepsUnmatched) return true;
    tuple[at] = undefined;
    return next(tuple, visit);
  };
}

const NO_ROWS: readonly Row[] = [];

function rowMatcher(join: Join): (tuple: Tuple) => readonly Row[] {
  // The index is built at the first row that needs it, so that a query without matches never pays for
  // it.
  let index: RowIndex | undefined;
  const key: (value: Value | undefined) => Value = joinKeyOf(join.to);
  return (tuple) => {
    const value = key(join.to.read(tuple[join.parent.index]));
    if (value === null) return NO_ROWS;
    index ??= rowsByColumn(join.source.table, join.from);
    return index.get(value) ?? NO_ROWS;
  };
}

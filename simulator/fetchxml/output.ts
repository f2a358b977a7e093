// Converts tuples to result rows, which hold the named columns only, and no nulls.

import { foldText } from "./collation.ts";
import { kindOf } from "./literals.ts";
import type { Output, QueryPlan, Predicate, Tuple } from "./plan.ts";
import type { Value } from "./query-store.ts";
import type { ResultRow } from "./result.ts";
import { rowsByColumn } from "./row-index.ts";

type WritableRow = Record<string, Exclude<Value, null>>;

/** Adds one output column of a tuple to a result row. */
type Writer = (tuple: Tuple, result: WritableRow) => void;

export function resultRows(outputs: readonly Output[], tuples: readonly Tuple[]): ResultRow[] {
  const writers = outputs.map(writer);
  return tuples.map((tuple) => {
    const result: WritableRow = {};
    for (const write of writers) write(tuple, result);
    return result;
  });
}

function writer(output: Output): Writer {
  const { key, source, column } = output;
  const { index } = source;
  const name = column.logicalName;
  if (output.childColumn !== undefined) return childCounter(output);
  if (column.targets === undefined) {
    return (tuple, result) => {
      const value = column.read(tuple[index]);
      if (value !== null) result[key] = value;
    };
  }
  const [onlyTarget] = column.targets.length === 1 ? column.targets : [];
  return (tuple, result) => {
    const value = tuple[index]?.[name];
    if (value === undefined || value === null) return;
    result[key] = value;
    const target = tuple[index]?.[`${name}.table`] ?? onlyTarget;
    if (target !== undefined) result[`${key}.table`] = target;
  };
}

/** Learn "Row aggregate": CountChildren counts the rows whose parent is this one. */
function childCounter({ key, source, column, childColumn }: Output): Writer {
  return (tuple, result) => {
    const id = tuple[source.index]?.[column.logicalName];
    if (childColumn === undefined || id === undefined || id === null) return;
    result[key] = rowsByColumn(source.table, childColumn).get(id)?.length ?? 0;
  };
}

/** True for the first tuple with these values; SQL's DISTINCT ignores case and accents. */
export function distinctFilter(plan: QueryPlan): Predicate {
  const columns = [...plan.outputs, ...plan.orders].map(({ source, column }) => ({ source, column }));
  const seen = new Set<string>();
  return (tuple) => {
    const key = JSON.stringify(
      columns.map(({ source, column }) => {
        const value = column.read(tuple[source.index]);
        return kindOf(column.type) === "text" && typeof value === "string" ? foldText(value) : value;
      }),
    );
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}

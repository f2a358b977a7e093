// Binds the output columns and the orders of a query to the tables.

import { fetchError } from "./fetch-error.ts";
import type { FetchNode, TableNode } from "./nodes.ts";
import { findHierarchy } from "./hierarchy.ts";
import { readableColumn, type ReadableColumn } from "./column-values.ts";
import { findColumn, findCriteriaColumn } from "./names.ts";
import type { QueryEnvironment } from "./operator-values.ts";
import type { Order, Output, Source } from "./plan.ts";
import type { QueryColumn, QueryStore } from "./query-store.ts";

interface SourceColumn {
  readonly source: Source;
  readonly column: Pick<QueryColumn, "logicalName">;
}

function sameColumn(a: SourceColumn, b: SourceColumn): boolean {
  return a.source === b.source && a.column.logicalName === b.column.logicalName;
}

/** A part of the query that has columns: the entity first, then the joined link-entities. */
interface BoundTable {
  readonly node: TableNode;
  readonly source: Source;
}

export function bindOutputs(
  { distinct, entity: { attributes, noAttributes } }: FetchNode,
  tables: readonly BoundTable[],
  store: QueryStore,
): Output[] {
  if (distinct && noAttributes) throw fetchError("noAttrsDistinct");
  const outputs = new Map<string, Output>();
  const add = (output: Output): void => {
    const existing = outputs.get(output.key);
    if (existing === undefined) outputs.set(output.key, output);
    else if (!sameColumn(existing, output)) throw fetchError("duplicateAlias");
  };
  for (const { node, source } of tables) {
    // Learn "Select columns": a query that names no column of the entity returns all of them.
    const allColumns = source.prefix === undefined && attributes.length === 0 && !noAttributes;
    tableOutputs(node, source, allColumns, store).forEach(add);
  }
  const [entity] = tables;
  if (!distinct && entity !== undefined) implicitOutputs(entity.source, outputs, store).forEach(add);
  return [...outputs.values()];
}

function tableOutputs(node: TableNode, source: Source, allColumns: boolean, store: QueryStore): Output[] {
  const outputs: Output[] = [];
  const key = (name: string): string => (source.prefix === undefined ? name : `${source.prefix}.${name}`);
  if (allColumns || node.allAttributes) {
    for (const column of source.table.columns()) {
      if (!column.readable) continue;
      outputs.push(
        columnOutput(key(column.logicalName), source, readableColumn(column, store), undefined, false),
      );
    }
  }
  for (const attribute of node.attributes) {
    const column = findColumn(source.table, attribute.name, store);
    const name = attribute.alias ?? key(attribute.name);
    const output = columnOutput(name, source, column, attribute.alias, false);
    outputs.push(
      attribute.countChildren ? { ...output, childColumn: childColumn(source, column, store) } : output,
    );
  }
  return outputs;
}

function childColumn(source: Source, column: QueryColumn, store: QueryStore): ReadableColumn {
  const hierarchy = findHierarchy(source.table, column, store);
  if (hierarchy === undefined || hierarchy.table !== source.table) throw fetchError("invalidAggregate");
  return findColumn(source.table, hierarchy.parentColumn, store);
}

/** Adds the primary key, and the currency of a row that has money, as Dataverse always does. */
function implicitOutputs(entity: Source, named: ReadonlyMap<string, Output>, store: QueryStore): Output[] {
  const { table } = entity;
  const outputs: Output[] = [];
  const money = [...named.values()].some(
    ({ source, column }) => source === entity && column.type === "Money",
  );
  const names = money ? ["transactioncurrencyid", table.primaryId] : [table.primaryId];
  for (const name of names) {
    const column = table.column(name);
    if (column?.readable === true && !named.has(name)) {
      outputs.push(columnOutput(name, entity, readableColumn(column, store), undefined, true));
    }
  }
  return outputs;
}

function columnOutput(
  key: string,
  source: Source,
  column: ReadableColumn,
  alias: string | undefined,
  implicit: boolean,
): Output {
  return { key, source, column, alias, implicit, childColumn: undefined };
}

/**
 * Orders of the entity come before those of link-entities; an entityname there refers to a
 * link-entity.
 */
export function bindOrders(tables: readonly BoundTable[], environment: QueryEnvironment): Order[] {
  const orders: Order[] = [];
  for (const { node, source: ownSource } of tables) {
    for (const { attribute, alias, entityName, descending } of node.orders) {
      if (alias !== undefined) throw fetchError("orderAliasNotAllowed");
      if (attribute === undefined) throw fetchError("orderAttributeMissing");
      const source = entityName === undefined ? ownSource : orderSource(entityName, tables);
      const column = findCriteriaColumn(source.table, attribute, environment);
      if (!orders.some((order) => sameColumn(order, { source, column }))) {
        orders.push({ source, column, descending });
      }
    }
  }
  return orders;
}

function orderSource(name: string, tables: readonly BoundTable[]): Source {
  const found = tables.find(({ source }) => source.name === name || source.prefix === name);
  if (found === undefined) throw fetchError("orderLinkUnknown");
  return found.source;
}

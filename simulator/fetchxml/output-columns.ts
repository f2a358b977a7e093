// Which columns a query returns and what it is ordered by, found in the tables.

import { refusal } from "./fetch-error.ts";
import type { FetchNode, TableNode } from "./grammar.ts";
import { hierarchyColumn } from "./hierarchy.ts";
import { readable, type FoundColumn } from "./column-values.ts";
import { findColumn, findDecidingColumn } from "./names.ts";
import type { Environment } from "./operators.ts";
import type { Order, Output, Source } from "./plan.ts";
import type { QueryColumn, QueryStore } from "./query-store.ts";

interface Placed {
  readonly source: Source;
  readonly column: Pick<QueryColumn, "logicalName">;
}

function sameColumn(a: Placed, b: Placed): boolean {
  return a.source === b.source && a.column.logicalName === b.column.logicalName;
}

/** A part of the query that shows columns: the entity first, then the joined link-entities. */
interface Shown {
  readonly node: TableNode;
  readonly source: Source;
}

export function bindOutputs(
  { distinct, entity: { attributes, noAttributes } }: FetchNode,
  tables: readonly Shown[],
  store: QueryStore,
): Output[] {
  if (distinct && noAttributes) throw refusal("noAttrsDistinct");
  const outputs = new Map<string, Output>();
  const add = (output: Output): void => {
    const twin = outputs.get(output.key);
    if (twin === undefined) outputs.set(output.key, output);
    else if (!sameColumn(twin, output)) throw refusal("duplicateAlias");
  };
  for (const { node, source } of tables) {
    // Learn "Select columns": a query that names no column of the entity returns all of them.
    const everything = source.prefix === undefined && attributes.length === 0 && !noAttributes;
    tableOutputs(node, source, everything, store).forEach(add);
  }
  const [entity] = tables;
  if (!distinct && entity !== undefined) impliedOutputs(entity.source, outputs, store).forEach(add);
  return [...outputs.values()];
}

function tableOutputs(node: TableNode, source: Source, everything: boolean, store: QueryStore): Output[] {
  const outputs: Output[] = [];
  const key = (name: string): string => (source.prefix === undefined ? name : `${source.prefix}.${name}`);
  if (everything || node.allAttributes) {
    for (const column of source.table.columns()) {
      if (!column.readable) continue;
      outputs.push(plainOutput(key(column.logicalName), source, readable(column, store), undefined, false));
    }
  }
  for (const attribute of node.attributes) {
    const column = findColumn(source.table, attribute.name, store);
    const name = attribute.alias ?? key(attribute.name);
    const output = plainOutput(name, source, column, attribute.alias, false);
    outputs.push(
      attribute.countChildren ? { ...output, childColumn: childColumn(source, column, store) } : output,
    );
  }
  return outputs;
}

function childColumn(source: Source, column: QueryColumn, store: QueryStore): FoundColumn {
  const hierarchy = hierarchyColumn(source.table, column, store);
  if (hierarchy === undefined || hierarchy.table !== source.table) throw refusal("invalidAggregate");
  return findColumn(source.table, hierarchy.parentColumn, store);
}

/** The primary key always comes along; so does the currency of a row that shows money. */
function impliedOutputs(entity: Source, named: ReadonlyMap<string, Output>, store: QueryStore): Output[] {
  const { table } = entity;
  const implied: Output[] = [];
  const money = [...named.values()].some(
    ({ source, column }) => source === entity && column.type === "Money",
  );
  const names = money ? ["transactioncurrencyid", table.primaryId] : [table.primaryId];
  for (const name of names) {
    const column = table.column(name);
    if (column?.readable === true && !named.has(name)) {
      implied.push(plainOutput(name, entity, readable(column, store), undefined, true));
    }
  }
  return implied;
}

function plainOutput(
  key: string,
  source: Source,
  column: FoundColumn,
  alias: string | undefined,
  implicit: boolean,
): Output {
  return { key, source, column, alias, implicit, childColumn: undefined };
}

/** The entity's orders first, whatever the link-entities'; an entityname there reaches into a link-entity. */
export function bindOrders(tables: readonly Shown[], environment: Environment): Order[] {
  const orders: Order[] = [];
  for (const { node, source: own } of tables) {
    for (const { attribute, alias, entityName, descending } of node.orders) {
      if (alias !== undefined) throw refusal("orderAliasNotAllowed");
      if (attribute === undefined) throw refusal("orderAttributeMissing");
      const source = entityName === undefined ? own : orderSource(entityName, tables);
      const column = findDecidingColumn(source.table, attribute, environment);
      if (!orders.some((order) => sameColumn(order, { source, column }))) {
        orders.push({ source, column, descending });
      }
    }
  }
  return orders;
}

function orderSource(name: string, tables: readonly Shown[]): Source {
  const found = tables.find(({ source }) => source.name === name || source.prefix === name);
  if (found === undefined) throw refusal("orderLinkUnknown");
  return found.source;
}

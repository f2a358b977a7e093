// Binds a parsed query to the organisation: resolves every name in its tables and compiles the
// conditions.

import { linkTypesDiffer, fetchError } from "./fetch-error.ts";
import { isJoin } from "./nodes.ts";
import type { ConditionNode, FetchNode, FilterNode, LinkNode, TableNode } from "./nodes.ts";
import { existsTest } from "./joins.ts";
import { comparable, kindOf, offsetOf } from "./literals.ts";
import { findColumn, findCriteriaColumn, findTable } from "./names.ts";
import { COMPARISONS, compareValues, compileOperator, knownOperator } from "./operators.ts";
import type { QueryEnvironment } from "./operator-values.ts";
import { bindOrders, bindOutputs } from "./output-columns.ts";
import type { Join, QueryPlan, Predicate, Source } from "./plan.ts";
import type { ReadableColumn } from "./column-values.ts";
import { readableColumn } from "./column-values.ts";
import type { QueryStore, QueryTable } from "./query-store.ts";

/**
 * A predicate and the last source it reads, so that it can run as soon as that source is joined.
 */
interface SourceTest {
  readonly test: Predicate;
  readonly lastSource: number;
}

/** The sources that a condition may name, and the counter that numbers them. */
interface Scope {
  readonly environment: QueryEnvironment;
  readonly visible: readonly Source[];
  readonly numbering: { sources: number };
}

interface BoundLink {
  readonly node: LinkNode;
  readonly source: Source;
  readonly parent: Source;
}

/** @throws FetchError for unknown names and operators, and for values of another type */
export function bindFetch(node: FetchNode, environment: QueryEnvironment): QueryPlan {
  const table = findTable(node.entity.name, environment.store);
  const entity: Source = { index: 0, table, name: table.logicalName, prefix: undefined };
  const numbering = { sources: 1 };
  const links = bindLinks(node.entity, entity, environment, numbering);
  const joined = links.filter(({ node: link }) => isJoin(link.linkType));
  const scope: Scope = {
    environment,
    visible: [entity, ...joined.map(({ source }) => source)],
    numbering,
  };
  requireUniqueAliases(joined.map(({ node: link }) => link.alias));
  const tests = tableTests(node.entity, entity, scope);
  const tables = [{ node: node.entity, source: entity }, ...joined];
  return {
    node,
    entity,
    joins: bindJoins(joined, scope),
    entityTest: allOf(tests.filter(({ lastSource }) => lastSource === 0)),
    joinedTest: allOf(tests.filter(({ lastSource }) => lastSource > 0)),
    outputs: node.aggregate ? [] : bindOutputs(node, tables, environment.store),
    orders: node.aggregate ? [] : bindOrders(tables, environment),
    // Read last, because compiling conditions may have added sources.
    sourceCount: numbering.sources,
  };
}

/**
 * Binds depth first. Links that only test for existence are bound when their condition is
 * compiled.
 */
function bindLinks(
  node: TableNode,
  parent: Source,
  environment: QueryEnvironment,
  numbering: Scope["numbering"],
): BoundLink[] {
  const boundLinks: BoundLink[] = [];
  for (const link of node.links) {
    const bound = bindLink(link, parent, environment, numbering);
    boundLinks.push(bound);
    if (isJoin(link.linkType)) boundLinks.push(...bindLinks(link, bound.source, environment, numbering));
  }
  return boundLinks;
}

function bindLink(
  node: LinkNode,
  parent: Source,
  environment: QueryEnvironment,
  numbering: Scope["numbering"],
): BoundLink {
  const table = findTable(node.name, environment.store);
  const source: Source = {
    index: numbering.sources,
    table,
    name: node.alias ?? table.logicalName,
    // Learn "Join tables": without an alias, Dataverse makes one of the table's name and the link's
    // number.
    prefix: node.alias ?? `${table.logicalName}${node.number}`,
  };
  numbering.sources += 1;
  return { node, source, parent };
}

function bindJoins(links: readonly BoundLink[], scope: Scope): Join[] {
  return links.map((link) => bindJoin(link, scope));
}

function bindJoin({ node, source, parent }: BoundLink, scope: Scope): Join {
  const { from, to } = joinColumns(node, source.table, parent.table, scope.environment);
  // The filter of a join may name the sources joined before it, but none joined after it.
  const visible = scope.visible.filter(({ index }) => index <= source.index);
  const tests = tableTests(node, source, { ...scope, visible });
  return { node, source, parent, from, to, on: allOf(tests) };
}

interface JoinColumns {
  readonly from: ReadableColumn;
  readonly to: ReadableColumn;
}

function joinColumns(
  node: LinkNode,
  table: QueryTable,
  parent: QueryTable,
  environment: QueryEnvironment,
): JoinColumns {
  if ((node.from === undefined) !== (node.to === undefined)) throw fetchError("linkAttributePair");
  if (node.from === undefined || node.to === undefined) {
    return onlyRelationship(table, parent, environment.store);
  }
  const from = findCriteriaColumn(table, node.from, environment);
  const to = findCriteriaColumn(parent, node.to, environment);
  if (kindOf(from.type) !== kindOf(to.type)) throw linkTypesDiffer(node.from, node.to);
  return { from, to };
}

/**
 * Without from and to, Dataverse uses the relationship between the two tables, if there is exactly
 * one.
 */
function onlyRelationship(table: QueryTable, parent: QueryTable, store: QueryStore): JoinColumns {
  const key = findColumn(table, table.primaryId, store);
  const parentKey = findColumn(parent, parent.primaryId, store);
  const found = [
    ...lookupsTo(parent, table, store).map((to) => ({ from: key, to })),
    ...lookupsTo(table, parent, store).map((from) => ({ from, to: parentKey })),
  ];
  const [only, ...others] = found;
  if (only === undefined) throw fetchError("attributeMissing");
  if (others.length > 0) throw fetchError("linkAmbiguous");
  return only;
}

function lookupsTo(table: QueryTable, target: QueryTable, store: QueryStore): ReadableColumn[] {
  return [...table.columns()]
    .filter(({ targets }) => targets?.includes(target.logicalName) === true)
    .map((column) => readableColumn(column, store));
}

/** The filters of an entity or link-entity, and its links that only test for existence. */
function tableTests(node: TableNode, ownSource: Source, scope: Scope): SourceTest[] {
  const tests = node.filters.flatMap((filter) =>
    filter.any
      ? [filterTest(filter, ownSource, scope)]
      : filter.items.map((item) => itemTest(item, ownSource, scope)),
  );
  for (const link of node.links) if (!isJoin(link.linkType)) tests.push(linkTest(link, ownSource, scope));
  return tests;
}

function filterTest(filter: FilterNode, ownSource: Source, scope: Scope): SourceTest {
  const tests = filter.items.map((item) => itemTest(item, ownSource, scope));
  const lastSource = Math.max(ownSource.index, ...tests.map((test) => test.lastSource));
  // An empty filter accepts every row, whatever its type.
  if (!filter.any || tests.length === 0) return { test: allOf(tests), lastSource };
  const predicates = tests.map(({ test }) => test);
  return { test: (tuple) => predicates.some((predicate) => predicate(tuple)), lastSource };
}

function itemTest(item: FilterNode["items"][number], ownSource: Source, scope: Scope): SourceTest {
  if (item.kind === "filter") return filterTest(item, ownSource, scope);
  if (item.kind === "condition") return conditionTest(item, ownSource, scope);
  return linkTest(item, ownSource, scope);
}

function allOf(tests: readonly SourceTest[]): Predicate {
  const predicates = tests.map(({ test }) => test);
  const [first, second] = predicates;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (tuple) => predicates.every((predicate) => predicate(tuple));
}

/**
 * Compiles a link that only tests whether rows exist. Learn "Link types": `all` needs matching
 * rows of which none passes the filters, and `not all` is the same as `any` "despite the name".
 */
function linkTest(link: LinkNode, ownSource: Source, scope: Scope): SourceTest {
  const { environment, numbering } = scope;
  const bound = bindLink(link, ownSource, environment, numbering);
  const nestedJoins = bindLinks(link, bound.source, environment, numbering).filter(({ node }) =>
    isJoin(node.linkType),
  );
  const innerScope: Scope = {
    ...scope,
    visible: [...scope.visible, bound.source, ...nestedJoins.map(({ source }) => source)],
  };
  const first = bindJoin(bound, innerScope);
  const any = existsTest([first, ...bindJoins(nestedJoins, innerScope)]);
  if (link.linkType === "not any") return { test: (tuple) => !any(tuple), lastSource: ownSource.index };
  if (link.linkType !== "all") return { test: any, lastSource: ownSource.index };
  const matching = existsTest([{ ...first, on: () => true }]);
  return { test: (tuple) => matching(tuple) && !any(tuple), lastSource: ownSource.index };
}

function conditionTest(node: ConditionNode, ownSource: Source, scope: Scope): SourceTest {
  if (!knownOperator(node.operator)) throw fetchError("invalidOperator");
  const source = node.entityName === undefined ? ownSource : findSource(node.entityName, scope);
  const column = findCriteriaColumn(source.table, node.attribute, scope.environment);
  const { index } = source;
  const { read } = column;
  if (node.operator === "null") return { test: (tuple) => read(tuple[index]) === null, lastSource: index };
  if (node.operator === "not-null")
    return { test: (tuple) => read(tuple[index]) !== null, lastSource: index };
  if (node.valueOf !== undefined) return columnsTest(node, node.valueOf, source, column, scope);
  const { operator, values } = node;
  const holds = compileOperator({
    operator,
    values,
    table: source.table,
    column,
    environment: scope.environment,
  });
  return {
    test: (tuple) => {
      const shown = read(tuple[index]);
      return shown !== null && holds(shown);
    },
    lastSource: index,
  };
}

/**
 * Learn "Filter on column values in the same row": six operators, columns of one type,
 * `alias.column` for another table.
 */
function columnsTest(
  node: ConditionNode,
  valueOf: string,
  source: Source,
  column: ReadableColumn,
  { environment, ...scope }: Scope,
): SourceTest {
  const holds = COMPARISONS.get(node.operator);
  if (holds === undefined) throw fetchError("invalidOperator");
  const dot = valueOf.lastIndexOf(".");
  const other = dot < 0 ? source : findSource(valueOf.slice(0, dot), scope);
  const otherColumn = findCriteriaColumn(other.table, valueOf.slice(dot + 1), environment);
  const kind = kindOf(column.type);
  if (kind !== kindOf(otherColumn.type)) throw fetchError("invalidValueForType");
  const [offset, otherOffset] = [column, otherColumn].map((one) => offsetOf(one, environment.caller));
  return {
    test: (tuple) => {
      const left = comparable(kind, column.read(tuple[source.index]), offset);
      const right = comparable(kind, otherColumn.read(tuple[other.index]), otherOffset);
      return left !== undefined && right !== undefined && holds(compareValues(kind, left, right));
    },
    lastSource: Math.max(source.index, other.index),
  };
}

function findSource(name: string, scope: Pick<Scope, "visible">): Source {
  const source = scope.visible.findLast((candidate) => candidate.name === name || candidate.prefix === name);
  if (source === undefined) throw fetchError("aliasUnknown");
  return source;
}

function requireUniqueAliases(aliases: readonly (string | undefined)[]): void {
  const given = aliases.filter((name) => name !== undefined);
  if (new Set(given).size < given.length) throw fetchError("duplicateAlias");
}

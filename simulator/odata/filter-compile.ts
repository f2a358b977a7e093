// Compiles a $filter tree into a test of a row, in SQL's three-valued logic: a comparison with null
// is neither true nor false, and only rows for which the whole is true are returned.
import { foldText } from "../fetchxml/collation.ts";
import { likeTest } from "../fetchxml/like.ts";
import { compileOperator, type QueryEnvironment } from "../fetchxml/operators.ts";
import type { Row, Value } from "../fetchxml/query-store.ts";
import { isLookup, wireName, type Column } from "../org/columns.ts";
import { compareGuids } from "../org/guids.ts";
import type { Table } from "../org/table.ts";
import { badRequest, unknownProperty } from "../webapi/odata-error.ts";
import type { Argument, CompareOperator, FilterNode, Literal, Operand } from "./filter-parser.ts";
import { fetchOperator } from "./query-functions.ts";

/** true, false, or undefined for unknown. */
type Truth = boolean | undefined;
type Test = (row: Row) => Truth;
type Stored = Exclude<Value, null>;
type Read = (row: Row) => Value | undefined;

/**
 * What a filter may name: the columns of one table and of the tables that its lookups reference.
 */
export interface FilterScope {
  readonly table: Table;
  readonly environment: QueryEnvironment;
  /** Resolves a navigation property of which `property` is read; throws when there is none. */
  readonly resolveNavigation: (navigation: string, property: string) => { lookup: Column; target: Table };
  /** Called for every column the filter names; throws when the caller may not filter by it. */
  readonly requireFilterable: (column: Column, table: Table) => void;
}

interface Property {
  readonly column: Column;
  readonly table: Table;
  readonly read: Read;
}

export function compileFilter(node: FilterNode, scope: FilterScope): (row: Row) => boolean {
  const test = compile(node, scope);
  return (row) => test(row) === true;
}

function compile(node: FilterNode, scope: FilterScope): Test {
  switch (node.kind) {
    case "and":
      return conjunction(compile(node.left, scope), compile(node.right, scope));
    case "or":
      return disjunction(compile(node.left, scope), compile(node.right, scope));
    case "not": {
      const inner = compile(node.operand, scope);
      return (row) => {
        const truth = inner(row);
        return truth === undefined ? undefined : !truth;
      };
    }
    case "compare":
      return comparison(node.operator, node.left, node.right, scope);
    case "call":
      return textFunction(node.name, node.args, scope);
    case "query-function":
      return queryFunction(node.name, node.parameters, scope);
    case "property":
      break;
  }
  const { column, read } = resolveProperty(node.path, scope);
  if (column.type !== "Boolean") {
    throw badRequest("The $filter expression must evaluate to a single boolean value.");
  }
  return (row) => {
    const value = read(row);
    return value == null ? undefined : value === true;
  };
}

function conjunction(left: Test, right: Test): Test {
  return (row) => {
    const first = left(row);
    if (first === false) return false;
    const second = right(row);
    return second === false ? false : first && second;
  };
}

function disjunction(left: Test, right: Test): Test {
  return (row) => {
    const first = left(row);
    if (first === true) return true;
    const second = right(row);
    return second === true ? true : first === undefined || second === undefined ? undefined : false;
  };
}

const COMPARISONS: Readonly<Record<CompareOperator, (sign: number) => boolean>> = {
  eq: (sign) => sign === 0,
  ne: (sign) => sign !== 0,
  gt: (sign) => sign > 0,
  ge: (sign) => sign >= 0,
  lt: (sign) => sign < 0,
  le: (sign) => sign <= 0,
};
const SWAPPED: Readonly<Record<CompareOperator, CompareOperator>> = {
  eq: "eq",
  ne: "ne",
  gt: "lt",
  ge: "le",
  lt: "gt",
  le: "ge",
};

function comparison(operator: CompareOperator, left: Operand, right: Operand, scope: FilterScope): Test {
  if (left.kind === "literal" && right.kind === "property") {
    return comparison(SWAPPED[operator], right, left, scope);
  }
  if (left.kind === "literal") {
    throw badRequest("The $filter expression must compare a property with a value.");
  }
  const one = resolveProperty(left.path, scope);
  if (right.kind === "property") return columnComparison(operator, one, resolveProperty(right.path, scope));
  if (right.literal.kind === "null") return nullTest(operator, one.read);
  const wanted = literalFor(one, right.literal, operator);
  const holds = COMPARISONS[operator];
  const { read } = one;
  if (typeof wanted !== "string" && (operator === "eq" || operator === "ne")) {
    return (row) => {
      const value = read(row);
      return value == null ? undefined : (value === wanted) === (operator === "eq");
    };
  }
  const compare = comparer(one.column);
  return (row) => {
    const value = read(row);
    return value == null ? undefined : holds(compare(value, wanted));
  };
}

function columnComparison(operator: CompareOperator, one: Property, other: Property): Test {
  if (edmType(one.column) !== edmType(other.column)) throw incompatible(one, edmType(other.column), operator);
  const compare = comparer(one.column);
  const prepare = isText(one.column) ? (value: Stored) => foldText(String(value)) : (value: Stored) => value;
  return (row) => {
    const [value, against] = [one.read(row), other.read(row)];
    return value == null || against == null
      ? undefined
      : COMPARISONS[operator](compare(value, prepare(against)));
  };
}

function nullTest(operator: CompareOperator, read: Read): Test {
  if (operator === "eq") return (row) => read(row) == null;
  if (operator === "ne") return (row) => read(row) != null;
  return () => undefined;
}

/** Compares a stored value with a result of `literalFor`. */
function comparer(column: Column): (stored: Stored, wanted: Stored) => number {
  if (isText(column)) return (stored, wanted) => order(foldText(String(stored)), String(wanted));
  if (isGuid(column)) return (stored, wanted) => compareGuids(String(stored), String(wanted));
  if (column.type === "DateTime") {
    return (stored, wanted) => order(Date.parse(String(stored)), Date.parse(String(wanted)));
  }
  return order;
}

function order(a: Stored, b: Stored): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isText(column: Column): boolean {
  return column.type === "String" || column.type === "Memo" || column.type === "EntityName";
}

function isGuid(column: Column): boolean {
  return column.type === "Uniqueidentifier" || column.type === "File" || isLookup(column.type);
}

const EDM_TYPES: Partial<Record<Column["type"], string>> = {
  BigInt: "Edm.Int64",
  Boolean: "Edm.Boolean",
  Decimal: "Edm.Decimal",
  Double: "Edm.Double",
  Integer: "Edm.Int32",
  Money: "Edm.Decimal",
  Picklist: "Edm.Int32",
  State: "Edm.Int32",
  Status: "Edm.Int32",
  Image: "Edm.Binary",
};

export function edmType(column: Column): string {
  if (isGuid(column)) return "Edm.Guid";
  if (column.type === "DateTime")
    return column.dateBehavior === "DateOnly" ? "Edm.Date" : "Edm.DateTimeOffset";
  return EDM_TYPES[column.type] ?? "Edm.String";
}

/**
 * Converts a literal to a stored value of the column's kind, with text folded.
 * @throws when the types do not match
 */
function literalFor(one: Property, literal: Literal, operator: CompareOperator): Stored {
  const { column } = one;
  const refuse = (type: string): never => {
    throw incompatible(one, type, operator);
  };
  switch (literal.kind) {
    case "string":
      return isText(column) || edmType(column) === "Edm.String"
        ? foldText(literal.text)
        : refuse("Edm.String");
    case "number":
      return /Int|Decimal|Double/.test(edmType(column)) ? Number(literal.text) : refuse("Edm.Int32");
    case "boolean":
      return column.type === "Boolean" ? literal.value : refuse("Edm.Boolean");
    case "guid":
      return isGuid(column) ? literal.text.toLowerCase() : refuse("Edm.Guid");
    case "date":
      return column.type === "DateTime" ? literal.text : refuse("Edm.DateTimeOffset");
    case "null":
      break;
  }
  return refuse("null");
}

const OPERATOR_KINDS: Readonly<Record<CompareOperator, string>> = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
};

function incompatible(one: Property, type: string, operator: CompareOperator): Error {
  return badRequest(
    "A binary operator with incompatible types was detected. Found operand types " +
      `'${edmType(one.column)}' and '${type}' for operator kind '${OPERATOR_KINDS[operator]}'.`,
  );
}

function textFunction(name: string, args: readonly Operand[], scope: FilterScope): Test {
  const [target, pattern] = args;
  const wildcards = { contains: ["%", "%"], startswith: ["", "%"], endswith: ["%", ""] }[name];
  if (!wildcards) {
    throw badRequest(
      `An unknown function with name '${name}' was found. This may also be a function import or a key lookup on a navigation property, ` +
        "which is not allowed.",
    );
  }
  if (
    target?.kind !== "property" ||
    pattern?.kind !== "literal" ||
    pattern.literal.kind !== "string" ||
    args.length !== 2
  ) {
    throw badRequest(
      `No function signature for the function with name '${name}' matches the specified arguments.`,
    );
  }
  const { read, column } = resolveProperty(target.path, scope);
  if (!isText(column)) {
    throw badRequest(
      `No function signature for the function with name '${name}' matches the specified arguments.`,
    );
  }
  // Dataverse passes the text to LIKE unchanged, so % and _ in it are wildcards (Microsoft Learn:
  // "Filter rows using OData").
  const matches = likeTest(`${wildcards[0]}${pattern.literal.text}${wildcards[1]}`);
  return (row) => {
    const value = read(row);
    return value == null ? undefined : matches(String(value));
  };
}

function queryFunction(name: string, parameters: ReadonlyMap<string, Argument>, scope: FilterScope): Test {
  const operator = fetchOperator(name);
  const propertyName = parameters.get("PropertyName");
  if (operator === undefined || propertyName?.kind !== "string") {
    throw badRequest(`An unknown function with name 'Microsoft.Dynamics.CRM.${name}' was found.`);
  }
  const { column, table, read } = resolveProperty(propertyName.text, scope, true);
  const values = [...parameters]
    .filter(([key]) => key !== "PropertyName")
    .flatMap(([, argument]) => (argument.kind === "list" ? argument.items : [argument]))
    .map(literalText);
  const test = compileOperator({ operator, values, table, column, environment: scope.environment });
  return (row) => {
    const value = read(row);
    return value == null ? undefined : test(value);
  };
}

function literalText(literal: Literal | Argument): string {
  switch (literal.kind) {
    case "string":
    case "number":
    case "guid":
    case "date":
      return literal.text;
    case "boolean":
      return literal.value ? "1" : "0";
    case "null":
    case "list":
      break;
  }
  return "";
}

/** @param byLogicalName query functions name lookups by logical name: `PropertyName='ownerid'` */
function resolveProperty(path: string, scope: FilterScope, byLogicalName = false): Property {
  const [first = "", second] = path.split("/");
  if (second !== undefined) return resolveRelatedProperty(first, second, scope);
  const column = columnByProperty(scope.table, first, byLogicalName);
  scope.requireFilterable(column, scope.table);
  return { column, table: scope.table, read: (row) => row[column.logicalName] };
}

/** Resolves `primarycontactid/fullname`: a column of the row that a lookup references. */
function resolveRelatedProperty(navigation: string, name: string, scope: FilterScope): Property {
  const { lookup, target } = scope.resolveNavigation(navigation, name);
  const column = columnByProperty(target, name, false);
  scope.requireFilterable(lookup, scope.table);
  scope.requireFilterable(column, target);
  return {
    column,
    table: target,
    // A customer may reference another table than the property names.
    read: (row) =>
      (row[`${lookup.logicalName}.table`] ?? lookup.targets?.[0]) === target.logicalName
        ? target.get(String(row[lookup.logicalName]))?.[column.logicalName]
        : undefined,
  };
}

/** Returns the column of a property name. @throws Dataverse's "Could not find a property named" */
export function columnByProperty(table: Table, name: string, byLogicalName = false): Column {
  const lookup = /^_(.+)_value$/.exec(name)?.[1];
  const column = table.column(lookup ?? name);
  const fits = column && column.odata && column.readable && (byLogicalName || wireName(column) === name);
  if (!fits) throw unknownProperty(name, table.logicalName);
  return column;
}

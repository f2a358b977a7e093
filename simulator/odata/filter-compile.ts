// Compiles a $filter tree into a test of a row, in SQL's three-valued logic: a comparison with null
// is neither true nor false, and only rows for which the whole is true are returned.
import { foldText } from "../fetchxml/collation.ts";
import { likeTest } from "../fetchxml/like.ts";
import { compileOperator } from "../fetchxml/operators.ts";
import type { Row, Value } from "../fetchxml/query-store.ts";
import type { Column } from "../org/columns.ts";
import { compareGuids } from "../org/guids.ts";
import { badRequest } from "../webapi/odata-error.ts";
import { edmType, isGuid, isText } from "./edm-types.ts";
import type { Argument, CompareOperator, FilterNode, Literal, Operand } from "./filter-parser.ts";
import { resolveProperty, type FilterScope, type Property, type Read } from "./properties.ts";
import { fetchOperator } from "./query-functions.ts";

/** true, false, or undefined for unknown. */
type Truth = boolean | undefined;
type Test = (row: Row) => Truth;
type Stored = Exclude<Value, null>;

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
      const stored = typeof wanted === "number" ? Number(value) : value;
      return value == null ? undefined : (stored === wanted) === (operator === "eq");
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
  if (isNumeric(column)) return (stored, wanted) => order(Number(stored), Number(wanted));
  return order;
}

function isNumeric(column: Column): boolean {
  return /Int|Decimal|Double/.test(edmType(column));
}

function order(a: Stored, b: Stored): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
      return isNumeric(column) ? Number(literal.text) : refuse("Edm.Int32");
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

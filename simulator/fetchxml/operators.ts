// Compiles the condition operators: each turns its values into a test of one stored value. Unknown
// operators are refused. No operator but `null` is true for a row without a value, not even ne,
// not-in and not-like, because Dataverse compares in SQL.

import { foldText, guidOrderKey } from "./collation.ts";
import {
  endOfDay,
  NUMBERED_RANGE_OPERATORS,
  quarterOf,
  quarterRange,
  RANGE_OPERATORS,
  startOfDay,
  yearRange,
} from "./date-ranges.ts";
import type { DateRange } from "./date-ranges.ts";
import { fetchError } from "./fetch-error.ts";
import { ancestorsOf, descendantsOf, findHierarchy, teamsOf, userAndReports } from "./hierarchy.ts";
import { likeTest } from "./like.ts";
import { comparable, kindOf, offsetOf, parseLiteral, wallClock } from "./literals.ts";
import type { Comparable, Kind } from "./literals.ts";
import {
  literalContext,
  numberAt,
  oneValue,
  positiveNumber,
  wallNow,
  wrongValueCount,
} from "./operator-values.ts";
import type { OperatorUse } from "./operator-values.ts";
import type { QueryTable } from "./query-store.ts";

type Stored = string | number | boolean;
export type StoredTest = (stored: Stored) => boolean;
type Compile = (use: OperatorUse) => StoredTest;

/** Compares two results of `comparable` of one kind; guids in SQL Server's order. */
export function compareValues(kind: Kind, a: Comparable, b: Comparable): number {
  if (kind === "guid") return compare(guidOrderKey(String(a)), guidOrderKey(String(b)));
  return compare(a, b);
}

function compare(a: Comparable, b: Comparable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map(
  Object.entries({
    eq: (order: number) => order === 0,
    ne: (order: number) => order !== 0,
    neq: (order: number) => order !== 0,
    gt: (order: number) => order > 0,
    ge: (order: number) => order >= 0,
    lt: (order: number) => order < 0,
    le: (order: number) => order <= 0,
  }),
);

const OTHER_OPERATORS: ReadonlyMap<string, Compile> = new Map(
  Object.entries({
    in: listTest,
    "not-in": (use) => not(listTest(use)),
    between: betweenTest,
    "not-between": (use) => not(betweenTest(use)),
    like: (use) => patternTest(use, "", ""),
    "not-like": (use) => not(patternTest(use, "", "")),
    "begins-with": (use) => patternTest(use, "", "%"),
    "not-begin-with": (use) => not(patternTest(use, "", "%")),
    "ends-with": (use) => patternTest(use, "%", ""),
    "not-end-with": (use) => not(patternTest(use, "%", "")),
    "contain-values": containTest,
    "not-contain-values": (use) => not(containTest(use)),
    on: (use) => dayTest(use, (wall, day) => wall >= startOfDay(day) && wall < endOfDay(day)),
    "on-or-before": (use) => dayTest(use, (wall, day) => wall < endOfDay(day)),
    "on-or-after": (use) => dayTest(use, (wall, day) => wall >= startOfDay(day)),
    "in-fiscal-year": (use) => dateTest(use, within(yearRange(numberAt(use, 0, 1)))),
    "in-fiscal-period": fiscalPeriodTest,
    "in-fiscal-period-and-year": (use) => dateTest(use, within(fiscalRange(use))),
    "in-or-before-fiscal-period-and-year": (use) => {
      const { to } = fiscalRange(use);
      return dateTest(use, (wall) => wall < to);
    },
    "in-or-after-fiscal-period-and-year": (use) => {
      const { from } = fiscalRange(use);
      return dateTest(use, (wall) => wall >= from);
    },
    "eq-userid": (use) => memberTest(use, [use.environment.caller.userId]),
    "ne-userid": (use) => not(memberTest(use, [use.environment.caller.userId])),
    "eq-businessid": (use) => memberTest(use, [use.environment.caller.businessUnitId]),
    "ne-businessid": (use) => not(memberTest(use, [use.environment.caller.businessUnitId])),
    "eq-userteams": (use) => memberTest(use, use.environment.caller.teamIds),
    "eq-useroruserteams": (use) =>
      memberTest(use, [use.environment.caller.userId, ...use.environment.caller.teamIds]),
    "eq-useroruserhierarchy": (use) => memberTest(use, userAndReports(use.environment)),
    "eq-useroruserhierarchyandteams": (use) => {
      const users = userAndReports(use.environment);
      return memberTest(use, [...users, ...teamsOf(users, use.environment)]);
    },
    "eq-userlanguage": languageTest,
    under: (use) => hierarchyTest(use, descendantsOf, false),
    "eq-or-under": (use) => hierarchyTest(use, descendantsOf, true),
    "not-under": (use) => not(hierarchyTest(use, descendantsOf, false)),
    above: (use) => hierarchyTest(use, ancestorsOf, false),
    "eq-or-above": (use) => hierarchyTest(use, ancestorsOf, true),
  } satisfies Record<string, Compile>),
);

/** @throws FetchError for an operator that is unknown or does not fit the column or its values */
export function compileOperator(use: OperatorUse): StoredTest {
  const comparison = COMPARISONS.get(use.operator);
  if (comparison !== undefined) return comparisonTest(use, comparison);
  const range = RANGE_OPERATORS.get(use.operator);
  if (range !== undefined) return dateTest(use, within(range(wallNow(use), 0)));
  const numbered = NUMBERED_RANGE_OPERATORS.get(use.operator);
  if (numbered !== undefined) return dateTest(use, within(numbered(wallNow(use), positiveNumber(use))));
  const other = OTHER_OPERATORS.get(use.operator);
  if (other === undefined) throw fetchError("invalidOperator");
  return other(use);
}

/** Whether an operator of this name exists, whatever its values. */
export function knownOperator(name: string): boolean {
  return (
    name === "null" ||
    name === "not-null" ||
    COMPARISONS.has(name) ||
    RANGE_OPERATORS.has(name) ||
    NUMBERED_RANGE_OPERATORS.has(name) ||
    OTHER_OPERATORS.has(name)
  );
}

function comparisonTest(use: OperatorUse, holds: (order: number) => boolean): StoredTest {
  const kind = kindOf(use.column.type);
  const literal = parseLiteral(oneValue(use), literalContext(use));
  const equality = use.operator === "eq" || use.operator === "ne" || use.operator === "neq";
  if (kind === "choices" && !equality) throw fetchError("invalidOperator");
  // Guids, numbers and booleans are stored as they are compared, which allows a fast path for views
  // of half a million rows.
  if (kind !== "text" && kind !== "date" && equality) {
    const wanted = use.operator === "eq";
    return (stored) => (stored === literal) === wanted;
  }
  const toComparable = comparer(use);
  return (stored) => holds(compareValues(kind, toComparable(stored), literal));
}

function listTest(use: OperatorUse): StoredTest {
  if (use.values.length === 0) throw wrongValueCount(use, 1);
  const context = literalContext(use);
  const literals = new Set(use.values.map((value) => parseLiteral(value, context)));
  const toComparable = comparer(use);
  return (stored) => literals.has(toComparable(stored));
}

function betweenTest(use: OperatorUse): StoredTest {
  const kind = kindOf(use.column.type);
  if (kind === "choices" || kind === "boolean") throw fetchError("invalidOperator");
  const context = literalContext(use);
  const [low, high] = use.values.map((value) => parseLiteral(value, context));
  if (low === undefined || high === undefined || use.values.length > 2) throw wrongValueCount(use, 2);
  const toComparable = comparer(use);
  return (stored) => {
    const value = toComparable(stored);
    return compareValues(kind, value, low) >= 0 && compareValues(kind, value, high) <= 0;
  };
}

function patternTest(use: OperatorUse, before: string, after: string): StoredTest {
  const text = oneValue(use);
  const literal = parseLiteral(text, literalContext(use));
  // On a lookup or a number Dataverse parses the pattern as a value and refuses "a%"; a plain value
  // is compared as text.
  const pattern = kindOf(use.column.type) === "text" ? text : String(literal);
  const matches = likeTest(before + pattern + after);
  return (stored) => matches(String(stored));
}

function containTest(use: OperatorUse): StoredTest {
  if (kindOf(use.column.type) !== "choices") throw fetchError("invalidOperator");
  if (use.values.length === 0) throw wrongValueCount(use, 1);
  const context = literalContext(use);
  const wanted = new Set(use.values.flatMap((value) => String(parseLiteral(value, context)).split(",")));
  return (stored) =>
    String(stored)
      .split(",")
      .some((value) => wanted.has(value));
}

function memberTest(use: OperatorUse, ids: Iterable<string>): StoredTest {
  if (kindOf(use.column.type) !== "guid") throw fetchError("invalidOperator");
  const members = new Set(ids);
  return (stored) => members.has(String(stored));
}

function languageTest(use: OperatorUse): StoredTest {
  if (kindOf(use.column.type) !== "number") throw fetchError("invalidOperator");
  const language = use.environment.caller.languageCode ?? 1033;
  return (stored) => stored === language;
}

function hierarchyTest(
  use: OperatorUse,
  walk: (table: QueryTable, parentColumn: string, id: string) => Set<string>,
  self: boolean,
): StoredTest {
  if (kindOf(use.column.type) !== "guid") throw fetchError("invalidOperator");
  const id = String(parseLiteral(oneValue(use), literalContext(use)));
  const hierarchy = findHierarchy(use.table, use.column, use.environment.store);
  if (hierarchy === undefined) throw fetchError("invalidOperator");
  const members = walk(hierarchy.table, hierarchy.parentColumn, id);
  if (self) members.add(id);
  else members.delete(id);
  return (stored) => members.has(String(stored));
}

function dayTest(use: OperatorUse, holds: (wall: number, day: number) => boolean): StoredTest {
  if (kindOf(use.column.type) !== "date") throw fetchError("invalidOperator");
  const day = Number(parseLiteral(oneValue(use), literalContext(use)));
  return dateTest(use, (wall) => holds(wall, day));
}

function dateTest(use: OperatorUse, holds: (wall: number) => boolean): StoredTest {
  if (kindOf(use.column.type) !== "date") throw fetchError("invalidOperator");
  const offset = offsetOf(use.column, use.environment.caller);
  return (stored) => holds(wallClock(String(stored), offset));
}

function fiscalPeriodTest(use: OperatorUse): StoredTest {
  const period = numberAt(use, 0, 1);
  return dateTest(use, (wall) => quarterOf(wall) === period);
}

/** The values are the period, then the year. */
function fiscalRange(use: OperatorUse): DateRange {
  return quarterRange(numberAt(use, 1, 2), numberAt(use, 0, 2));
}

function within({ from, to }: DateRange): (wall: number) => boolean {
  return (wall) => wall >= from && wall < to;
}

function not(test: StoredTest): StoredTest {
  return (stored) => !test(stored);
}

function comparer(use: OperatorUse): (stored: Stored) => Comparable {
  const kind = kindOf(use.column.type);
  const offset = offsetOf(use.column, use.environment.caller);
  if (kind === "text") return (stored) => foldText(String(stored));
  return (stored) => comparable(kind, stored, offset) ?? stored;
}

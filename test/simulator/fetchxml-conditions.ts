// Generates conditions on the columns of small organisations, and holds the values that both share.
import * as fc from "fast-check";
import { guid } from "./fetchxml-store.ts";

export const ME = guid(1, 3);
export const TEAM = guid(1, 4);

export const TEXTS = [
  "Café",
  "cafe ",
  "CAFÉS",
  "straße",
  "Strasse",
  "a_b",
  "100%",
  "[x]",
  "Zoë",
  " lead",
  "ab",
];
const PATTERNS = [
  "caf%",
  "%e",
  "_b",
  "a[_]b",
  "%[%]",
  "[a-c]%",
  "[^a-c]%",
  "strasse",
  "%",
  "",
  "c_f%",
  "%É%",
];
export const DATES = [
  "2024-04-01T02:00:00Z",
  "2024-03-31T00:10:00Z",
  "2024-02-29T12:00:00Z",
  "2023-12-31T23:59:59Z",
  "2023-03-31T00:00:00Z",
];
export const DAYS = ["2024-03-31", "2024-02-29", "2023-12-31"];

export const ids = (group: number, count: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max: count }).map((number) => guid(number, group));

/** Generates the attributes of a condition on a column, without the table. */
export function conditionOn(column: string): fc.Arbitrary<string> {
  const one = (operators: readonly string[], values: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...operators), values)
      .map(([operator, value]) => written(column, operator, [value]));
  const list = (values: fc.Arbitrary<unknown>, operators = ["in", "not-in"]): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...operators), fc.array(values, { minLength: 1, maxLength: 3 }))
      .map(([operator, some]) => written(column, operator, some));
  const pair = (values: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom("between", "not-between"), values, values)
      .map(([operator, low, high]) => written(column, operator, [low, high]));
  const none = (...operators: string[]): fc.Arbitrary<string> =>
    fc.constantFrom(...operators).map((operator) => written(column, operator, []));
  const compared = ["eq", "ne", "neq", "gt", "ge", "lt", "le"];
  const texts = fc.constantFrom(...TEXTS);
  const instants = fc.constantFrom(...DATES, ...DAYS, "2024-03-31T01:30:00+02:00");
  const presence = none("null", "not-null");
  if (column === "name" || column === "fullname") {
    const patterns = one(
      ["like", "not-like", "begins-with", "not-begin-with", "ends-with", "not-end-with"],
      fc.constantFrom(...PATTERNS),
    );
    return fc.oneof(presence, one(compared, texts), list(texts), pair(texts), patterns);
  }
  if (["createdon", "founded", "golive"].includes(column)) {
    const days = one(["on", "on-or-before", "on-or-after"], fc.constantFrom(...DAYS));
    const numbered = one(NUMBERED, fc.integer({ min: 1, max: 14 }));
    const fiscal = one(["in-fiscal-period", "in-fiscal-year"], fc.constantFrom(1, 4, 2023, 2024));
    const periods = fc
      .tuple(fc.constantFrom(...PERIODS), fc.constantFrom(1, 4), fc.constantFrom(2023, 2024))
      .map(([operator, period, year]) => written(column, operator, [period, year]));
    const absolute = column === "founded" ? days : fc.oneof(one(compared, instants), pair(instants), days);
    return fc.oneof(presence, absolute, none(...RELATIVE), numbered, fiscal, periods);
  }
  if (column === "ownerid") {
    return fc.oneof(
      presence,
      none("eq-userid", "ne-userid", "eq-userteams", "eq-useroruserteams"),
      one(["eq", "ne"], fc.constantFrom(ME, `{${TEAM.toUpperCase()}}`)),
    );
  }
  if (column.endsWith("id")) {
    const values = fc.oneof(
      ids(1, 4),
      ids(2, 4).map((id) => `{${id.toUpperCase()}}`),
    );
    const tree = ["under", "eq-or-under", "not-under", "above", "eq-or-above"];
    const choices = [presence, one(compared, values), list(values)];
    return fc.oneof(...choices, ...(column === "accountid" ? [one(tree, ids(1, 6))] : []));
  }
  if (column === "hold")
    return fc.oneof(presence, one(["eq", "ne"], fc.constantFrom("0", "1", "true", "False")));
  if (column === "tags") {
    return fc.oneof(
      presence,
      one(["eq", "ne"], fc.constantFrom("1", "2,1", "10,2")),
      list(fc.constantFrom("1", "2", "10"), ["contain-values", "not-contain-values"]),
    );
  }
  const numbers = fc.integer({ min: -2, max: 3 });
  return fc.oneof(presence, one(compared, numbers), list(numbers), pair(numbers));
}

const RELATIVE = [
  "today",
  "yesterday",
  "tomorrow",
  "this-week",
  "last-week",
  "next-week",
  "this-month",
  "last-month",
  "next-month",
  "this-year",
  "last-year",
  "next-year",
  "last-seven-days",
  "next-seven-days",
  "this-fiscal-year",
  "last-fiscal-year",
  "this-fiscal-period",
  "last-fiscal-period",
  "next-fiscal-period",
];
const NUMBERED = ["hours", "days", "weeks", "months", "years"]
  .flatMap((unit) => [`last-x-${unit}`, `next-x-${unit}`, `olderthan-x-${unit}`])
  .concat("olderthan-x-minutes", "last-x-fiscal-periods", "last-x-fiscal-years", "next-x-fiscal-periods");
const PERIODS = [
  "in-fiscal-period-and-year",
  "in-or-before-fiscal-period-and-year",
  "in-or-after-fiscal-period-and-year",
];

function written(column: string, operator: string, values: readonly unknown[]): string {
  const [only, ...others] = values.map(String);
  if (only === undefined) return `attribute="${column}" operator="${operator}" />`;
  if (others.length === 0) return `attribute="${column}" operator="${operator}" value="${only}" />`;
  return `attribute="${column}" operator="${operator}">${values.map((value) => `<value>${String(value)}</value>`).join("")}</condition>`;
}

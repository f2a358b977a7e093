// Evaluates conditions for the naive evaluator: one value of one row and one operator at a time.
import type { Element } from "@xmldom/xmldom";
import type { QueryColumn, QueryTable, Value } from "../../simulator/fetchxml/query-store.ts";
import { dateHolds } from "./naive-dates.ts";
import { attribute, columnOf, childElements, joinedRowNamed, joinedRowOf } from "./naive-elements.ts";
import type { JoinedRow, QueryContext } from "./naive-elements.ts";
import { columnCaller, compareStored, isLike, localTime, shapeOf, stored } from "./naive-values.ts";

export function conditionHolds(
  condition: Element,
  owner: Element,
  combination: JoinedRow[],
  context: QueryContext,
): boolean {
  const name = attribute(condition, "entityname");
  const place = name === "" ? joinedRowOf(owner, combination) : joinedRowNamed(name, combination);
  const column = columnOf(place.table, attribute(condition, "attribute"));
  const value = place.row?.[column.logicalName] ?? null;
  const operator = attribute(condition, "operator");
  if (operator === "null" || operator === "not-null") return (value === null) === (operator === "null");
  if (value === null) return false;
  const shape = shapeOf(column.type);
  const valueOf = attribute(condition, "valueof");
  if (valueOf !== "") {
    const [alias, other = alias] = valueOf.split(".");
    const otherPlace = valueOf.includes(".") ? joinedRowNamed(alias ?? "", combination) : place;
    const otherValue = otherPlace.row?.[other ?? ""] ?? null;
    return otherValue !== null && orderHolds(operator, compareStored(shape, value, otherValue));
  }
  const texts = childElements(condition, "value").map((element) => element.textContent ?? "");
  if (condition.hasAttribute("value")) texts.unshift(attribute(condition, "value"));
  return operatorHolds(operator, value, column, place.table, texts, context);
}

function operatorHolds(
  operator: string,
  value: Exclude<Value, null>,
  column: QueryColumn,
  table: QueryTable,
  texts: readonly string[],
  context: QueryContext,
): boolean {
  const { caller, now } = context;
  const clock = columnCaller(column, caller);
  const shape = shapeOf(column.type);
  if (operator.startsWith("not-")) {
    const positive: Record<string, string> = { "not-begin-with": "begins-with", "not-end-with": "ends-with" };
    const opposite = positive[operator] ?? operator.slice(4);
    return !operatorHolds(opposite, value, column, table, texts, context);
  }
  const byDate =
    shape === "date"
      ? dateHolds(operator, String(value), texts, clock, localTime(now.toISOString(), caller))
      : undefined;
  if (byDate !== undefined) return byDate;
  const compare = (text: string | undefined): number =>
    compareStored(shape, value, stored(shape, text ?? "", clock));
  const [first = "", second] = texts;
  const users = [caller.userId];
  switch (operator) {
    case "in":
      return texts.some((text) => compare(text) === 0);
    case "between":
      return compare(first) >= 0 && compare(second) <= 0;
    case "like":
      return isLike(String(value), first);
    case "begins-with":
      return isLike(String(value), `${first}%`);
    case "ends-with":
      return isLike(String(value), `%${first}`);
    case "contain-values":
      return String(value)
        .split(",")
        .some((choice) => texts.includes(choice));
    case "eq-userid":
      return users.includes(String(value));
    case "ne-userid":
      return !users.includes(String(value));
    case "eq-businessid":
      return value === caller.businessUnitId;
    case "ne-businessid":
      return value !== caller.businessUnitId;
    case "eq-userteams":
      return caller.teamIds.includes(String(value));
    case "eq-useroruserteams":
      return [...users, ...caller.teamIds].includes(String(value));
    case "eq-useroruserhierarchy":
      return reportsTo(String(value), context);
    case "eq-useroruserhierarchyandteams":
      return reportsTo(String(value), context) || teamOfReports(String(value), context);
    case "eq-userlanguage":
      return value === (caller.languageCode ?? 1033);
    case "under":
      return isBelow(String(value), plainGuid(first), table);
    case "eq-or-under":
      return value === plainGuid(first) || isBelow(String(value), plainGuid(first), table);
    case "above":
      return isBelow(plainGuid(first), String(value), table);
    case "eq-or-above":
      return value === plainGuid(first) || isBelow(plainGuid(first), String(value), table);
    default:
      return orderHolds(operator, compare(first));
  }
}

function orderHolds(operator: string, order: number): boolean {
  if (operator === "eq") return order === 0;
  if (operator === "ne" || operator === "neq") return order !== 0;
  if (operator === "gt") return order > 0;
  if (operator === "ge") return order >= 0;
  if (operator === "lt") return order < 0;
  if (operator === "le") return order <= 0;
  throw new Error(`no such operator: ${operator}`);
}

function plainGuid(text: string): string {
  return text.replace("{", "").replace("}", "").toLowerCase();
}

/** Walks from `id` to the top of its own table; only for a condition on the primary key. */
function isBelow(id: string, above: string, table: QueryTable): boolean {
  const parentColumn = `parent${table.logicalName === "systemuser" ? "systemuser" : table.logicalName}id`;
  const rows = [...table.rows()];
  let at = rows.find((row) => row[table.primaryId] === id);
  for (let steps = 0; at !== undefined && steps <= rows.length; steps += 1) {
    const parent: Value = at[parentColumn] ?? null;
    if (parent === null) return false;
    if (parent === above) return id !== above;
    at = rows.find((row) => row[table.primaryId] === parent);
  }
  return false;
}

function reportsTo(id: string, { store, caller }: QueryContext): boolean {
  const users = store.table("systemuser");
  return id === caller.userId || (users !== undefined && isBelow(id, caller.userId, users));
}

function teamOfReports(id: string, context: QueryContext): boolean {
  const memberships = [...(context.store.table("teammembership")?.rows() ?? [])];
  return (
    context.caller.teamIds.includes(id) ||
    memberships.some((row) => row["teamid"] === id && reportsTo(String(row["systemuserid"]), context))
  );
}

// Fills columns that neither file nor generator fills, for about half of the accounts each, from
// the seed, so that views over a customised organisation find rows.
import type { Value } from "../fetchxml/query-store.ts";
import type { MutableRow } from "../org/table.ts";
import { isLookup, type Column } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import { Random } from "./random.ts";

/** Larger sets are generated on read (lazy-rows.ts) and cannot hold values. */
const MAX_ACCOUNTS = 100_000;
const WORDS = ["Aurora", "Beacon", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbour"];
const DAY_MS = 86_400_000;

/** @param names of columns of account; existing values are kept */
export function fillColumns(org: Org, names: readonly string[]): void {
  if (org.accounts.size >= MAX_ACCOUNTS) return;
  const columns = names.map((name) => org.accounts.column(name)).filter((one) => one !== undefined);
  org.accounts.rows().forEach((row, index) => {
    const random = new Random(`${org.seed} columns`, index);
    const values: MutableRow = {};
    for (const column of columns) {
      const value = random.chance(50) ? randomValue(org, column, random) : null;
      if (value !== null && row[column.logicalName] == null) values[column.logicalName] = value;
    }
    // The version must not change, as if the accounts had been created with these values.
    org.recalculate(String(row["accountid"]), withTargets(org, columns, values));
  });
}

function randomValue(org: Org, column: Column, random: Random): Value {
  const { type, choices = [], format, min = 0, max = 1000 } = column;
  if (column.attributeOf !== undefined) return null;
  if (isLookup(type)) return randomReference(org, column, random);
  if (type === "String" || type === "Memo") {
    const word = random.pick(WORDS);
    return column.formatName === "Url"
      ? `https://${word.toLowerCase()}.example`
      : word.slice(0, column.maxLength);
  }
  if (type === "Boolean") return random.chance(50);
  if (choices.length > 0) return randomChoice(column, random);
  if (type === "Integer") return min + random.below(Math.min(max - min, 1000) + 1);
  if (type === "Decimal" || type === "Double" || type === "Money") {
    return min + random.below(100 * Math.min(max - min, 1000)) / 100;
  }
  if (type !== "DateTime") return null;
  const day = new Date(Math.floor(org.now().getTime() / DAY_MS - random.below(730)) * DAY_MS);
  if (column.dateBehavior === "DateOnly") return day.toISOString().slice(0, 10);
  const hours = format === "DateOnly" ? 0 : random.below(24);
  return `${new Date(day.getTime() + hours * 3_600_000).toISOString().slice(0, 19)}Z`;
}

/** Multi-select values are in ascending order. */
function randomChoice({ type, choices = [] }: Column, random: Random): Value {
  if (type !== "MultiSelectPicklist") return random.pick(choices).value;
  const some = choices.filter(() => random.chance(50)).map(({ value }) => value);
  return some.length === 0 ? null : some.toSorted((a, b) => a - b).join(",");
}

/** References any row of the first target table that has rows. */
function randomReference(org: Org, { targets = [] }: Column, random: Random): Value {
  const target = targets
    .map((name) => org.table(name))
    .find((table) => table !== undefined && table.size > 0);
  return target === undefined ? null : String(random.pick(target.rows())[target.primaryId]);
}

function withTargets(org: Org, columns: readonly Column[], values: MutableRow): MutableRow {
  for (const { logicalName, targets = [] } of columns) {
    const id = values[logicalName];
    const target = targets.find((name) => typeof id === "string" && org.table(name)?.get(id));
    if (target !== undefined) values[`${logicalName}.table`] = target;
  }
  return values;
}

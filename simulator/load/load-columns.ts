// The columns of a file, put into an organisation: new ones are added with what Dataverse adds beside them; those that are there take
// over what the file says of them.
import { column, withOptionSet, type Choice, type Column, type ColumnFacts } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import { readColumnFile } from "./column-file.ts";

/** @returns logical names of the columns that are new */
export function loadColumns(org: Org, path: string, tableName = "account"): string[] {
  const all = readColumnFile(path).map((facts) => withTables(org, facts));
  const added: string[] = [];
  // Companions after what they stand beside, which brings most of them along.
  const [companions, mains] = [all.filter(isBeside), all.filter((facts) => !isBeside(facts))];
  for (const facts of [...mains, ...companions]) {
    const before = org.need(tableName).column(facts.schemaName.toLowerCase());
    if (before === undefined) {
      added.push(org.addColumn(withStates(facts), tableName).logicalName);
    } else retell(org, tableName, before, facts);
  }
  return added;
}

function isBeside({ attributeOf }: ColumnFacts): boolean {
  return attributeOf !== undefined;
}

function retell(org: Org, tableName: string, before: Column, facts: ColumnFacts): void {
  const kept = before.type === facts.type ? before : column(facts);
  const choices = facts.choices?.map((choice) => withState(choice, before.choices));
  const merged = { ...kept, ...facts, ...(choices ? { choices } : {}) };
  org.need(tableName).setColumn(withOptionSet(tableName, merged));
  if (merged.secured) org.secureColumn(before.logicalName, true, tableName);
  org.metadataVersion += 1;
}

/** Files of solutions do not say which state a status reason belongs to: the one it has, else the first. */
function withState(choice: Choice, before: readonly Choice[] | undefined): Choice {
  const state = choice.state ?? before?.find(({ value }) => value === choice.value)?.state;
  return state === undefined ? choice : { ...choice, state };
}

function withStates(facts: ColumnFacts): ColumnFacts {
  if (facts.type !== "Status" || facts.choices === undefined) return facts;
  return { ...facts, choices: facts.choices.map((choice) => ({ state: 0, ...choice })) };
}

/** Solutions name tables by their object type code. */
function withTables(org: Org, facts: ColumnFacts): ColumnFacts {
  if (facts.targets === undefined) return facts;
  const tables = [...org.allTables()];
  const targets = facts.targets.flatMap((target) => {
    if (!/^\d+$/.test(target)) return [target];
    return tables.find((one) => one.facts.objectTypeCode === Number(target))?.logicalName ?? [];
  });
  return { ...facts, targets };
}

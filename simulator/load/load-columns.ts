// Loads the columns of a file into an organisation: new ones are added with the companions that
// Dataverse adds; existing ones are updated from the file.
import { column, withOptionSet, type Choice, type Column, type ColumnProperties } from "../org/columns.ts";
import type { Org } from "../org/org.ts";
import { readColumnFile } from "./column-file.ts";

/** @returns logical names of the new columns */
export function loadColumns(org: Org, path: string, tableName = "account"): string[] {
  const all = readColumnFile(path).map((facts) => resolveTargets(org, facts));
  const added: string[] = [];
  // Companions come after their main columns, which add most of them.
  const [companions, mains] = [all.filter(isCompanion), all.filter((facts) => !isCompanion(facts))];
  for (const facts of [...mains, ...companions]) {
    const existing = org.requireTable(tableName).column(facts.schemaName.toLowerCase());
    if (existing === undefined) {
      added.push(org.addColumn(withStates(facts), tableName).logicalName);
    } else updateColumn(org, tableName, existing, facts);
  }
  return added;
}

function isCompanion({ attributeOf }: ColumnProperties): boolean {
  return attributeOf !== undefined;
}

function updateColumn(org: Org, tableName: string, existing: Column, facts: ColumnProperties): void {
  const kept = existing.type === facts.type ? existing : column(facts);
  const choices = facts.choices?.map((choice) => withState(choice, existing.choices));
  const merged = { ...kept, ...facts, ...(choices ? { choices } : {}) };
  org.requireTable(tableName).setColumn(withOptionSet(tableName, merged));
  if (merged.secured) org.secureColumn(existing.logicalName, true, tableName);
  org.metadataVersion += 1;
}

/**
 * Files of solutions do not say which state a status reason belongs to: it keeps its state, or
 * gets the first.
 */
function withState(choice: Choice, existing: readonly Choice[] | undefined): Choice {
  const state = choice.state ?? existing?.find(({ value }) => value === choice.value)?.state;
  return state === undefined ? choice : { ...choice, state };
}

function withStates(facts: ColumnProperties): ColumnProperties {
  if (facts.type !== "Status" || facts.choices === undefined) return facts;
  return { ...facts, choices: facts.choices.map((choice) => ({ state: 0, ...choice })) };
}

/** Solutions name tables by object type code. */
function resolveTargets(org: Org, facts: ColumnProperties): ColumnProperties {
  if (facts.targets === undefined) return facts;
  const tables = [...org.allTables()];
  const targets = facts.targets.flatMap((target) => {
    if (!/^\d+$/.test(target)) return [target];
    return tables.find((one) => one.metadata.objectTypeCode === Number(target))?.logicalName ?? [];
  });
  return { ...facts, targets };
}

// Reads the value of a column from a row. Most columns are stored. Companion columns of lookups and
// choices (primarycontactidname, industrycodename, owneridtype) are computed: the name of the
// referenced row, the label of the choice, the referenced table.

import type { QueryColumn, QueryStore, QueryTable, Row, Value } from "./query-store.ts";

/** A column found in a table, with the function that reads it. */
export interface ReadableColumn extends QueryColumn {
  readonly read: (row: Row | undefined) => Value;
}

export function readableColumn(column: QueryColumn, store: QueryStore): ReadableColumn {
  return { ...column, read: reader(column, store) };
}

function reader({ logicalName, companionOf }: QueryColumn, store: QueryStore): ReadableColumn["read"] {
  if (companionOf === undefined) return (row) => row?.[logicalName] ?? null;
  const { column, shows } = companionOf;
  if (shows === "table") return (row) => (row?.[column.logicalName] ? targetTable(column, row) : null);
  if (column.choices !== undefined) return choiceLabels(column, column.choices);
  const name = targetName(column, store, shows);
  return (row) => name(row) ?? null;
}

function targetTable(lookup: QueryColumn, row: Row): Value {
  return row[`${lookup.logicalName}.table`] ?? lookup.targets?.[0] ?? null;
}

/** Uses labels in the caller's language; a value that is no longer offered has none. */
function choiceLabels(
  { logicalName }: QueryColumn,
  choices: NonNullable<QueryColumn["choices"]>,
): ReadableColumn["read"] {
  const labels = new Map(choices.map(({ value, label }) => [value, label]));
  return (row) => {
    const value = row?.[logicalName] ?? null;
    if (value === null) return null;
    if (typeof value !== "string") return labels.get(Number(value)) ?? null;
    const several = value.split(",").map((part) => labels.get(Number(part)) ?? part);
    return several.join("; ");
  };
}

/**
 * Returns the name of the row that a lookup references; undefined when row or table does not
 * exist.
 */
export function targetName(
  lookup: QueryColumn,
  store: QueryStore,
  shows: "name" | "yomi" = "name",
): (row: Row | undefined) => string | null | undefined {
  const namesByTable = new Map<string, Map<string, string | null>>();
  const names = (target: string): Map<string, string | null> => {
    let found = namesByTable.get(target);
    if (found === undefined) {
      found = rowNames(store.table(target), shows);
      namesByTable.set(target, found);
    }
    return found;
  };
  return (row) => {
    const id = row?.[lookup.logicalName];
    if (typeof id !== "string") return null;
    const table = row?.[`${lookup.logicalName}.table`];
    const targets = typeof table === "string" ? [table] : (lookup.targets ?? []);
    for (const target of targets) {
      const name = names(target).get(id);
      if (name !== undefined) return name;
    }
    return undefined;
  };
}

function rowNames(table: QueryTable | undefined, shows: "name" | "yomi"): Map<string, string | null> {
  const names = new Map<string, string | null>();
  if (table === undefined) return names;
  const shown = shows === "yomi" ? `yomi${table.primaryName}` : table.primaryName;
  for (const row of table.rows()) {
    const name = row[shown];
    names.set(String(row[table.primaryId]), typeof name === "string" ? name : null);
  }
  return names;
}

// Converts an organisation for the naive evaluator: plain rows that hold the values of companion
// columns (primarycontactidname) too.
import type {
  QueryColumn,
  QueryStore,
  QueryTable,
  Row,
  Value,
} from "../../simulator/fetchxml/query-store.ts";
import { isLookup, type Column } from "../../simulator/org/columns.ts";
import type { Org } from "../../simulator/org/org.ts";
import type { Table } from "../../simulator/org/table.ts";

export function naiveStore(org: Org): QueryStore {
  const made = new Map<string, QueryTable>();
  return {
    table: (name) => {
      const table = org.table(name);
      if (!table) return undefined;
      const known = made.get(name) ?? naiveTable(org, table);
      made.set(name, known);
      return known;
    },
  };
}

function naiveTable(org: Org, table: Table): QueryTable {
  const columns = [...table.columns()];
  const properties = columns.filter((one) => one.odata);
  const companions = columns.filter((one) => !one.odata && table.column(one.attributeOf ?? ""));
  const rows = table.rows().map((row) => {
    const plain: Record<string, Value> = {};
    for (const { logicalName, type } of properties) {
      plain[logicalName] = row[logicalName] ?? null;
      if (isLookup(type)) plain[`${logicalName}.table`] = row[`${logicalName}.table`] ?? null;
    }
    for (const one of companions) plain[one.logicalName] = companionValue(org, table, one, row);
    return plain;
  });
  const shown: readonly QueryColumn[] = properties;
  return {
    logicalName: table.logicalName,
    primaryId: table.primaryId,
    primaryName: table.primaryName,
    column: (name) => [...properties, ...companions].find((one) => one.logicalName === name),
    columns: () => shown,
    rows: () => rows,
  };
}

function companionValue(org: Org, table: Table, one: Column, row: Row): Value {
  const main = table.column(one.attributeOf ?? "");
  const value = main ? (row[main.logicalName] ?? null) : null;
  if (!main || value === null) return null;
  if (one.type === "EntityName") return row[`${main.logicalName}.table`] ?? null;
  if (main.choices) return main.choices.find((choice) => choice.value === Number(value))?.label ?? null;
  const target = org.table(String(row[`${main.logicalName}.table`]));
  const name = one.logicalName.endsWith("yominame")
    ? `yomi${target?.primaryName}`
    : (target?.primaryName ?? "");
  return target?.get(String(value))?.[name] ?? null;
}

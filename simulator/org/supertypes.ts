// Maintains supertypes, tables that hold the rows of several others: every user and team is an
// owner, every task or e-mail an activity pointer.
import type { Row } from "../fetchxml/query-store.ts";
import type { MutableRow, Table } from "./table.ts";

/**
 * Returns the supertype's values of a row: the columns that both tables have, under its own key
 * and name.
 */
export function supertypeValues(table: Table, supertype: Table, row: Row): MutableRow {
  const values: MutableRow = {};
  for (const { logicalName: name } of supertype.columns()) {
    // Each activity has its own status reasons; the pointer's follows from the state.
    if (name === "versionnumber" || name === "statuscode" || !table.column(name)) continue;
    values[name] = row[name];
    if (row[`${name}.table`] !== undefined) values[`${name}.table`] = row[`${name}.table`];
  }
  const type = typeColumn(supertype);
  return {
    ...values,
    ...(type === undefined ? {} : { [type]: table.logicalName }),
    [supertype.primaryId]: row[table.primaryId],
    [supertype.primaryName]: row[table.primaryName],
  };
}

/** Returns the type that a row of such a table holds: `activitytypecode` of a task is "task". */
export function typeOfRow(table: Table): MutableRow {
  const type = table.metadata.supertype === undefined ? undefined : typeColumn(table);
  return type === undefined ? {} : { [type]: table.logicalName };
}

function typeColumn(table: Table): string | undefined {
  return [...table.columns()].find((one) => one.type === "EntityName" && one.attributeOf === undefined)
    ?.logicalName;
}

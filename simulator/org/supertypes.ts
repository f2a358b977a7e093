// Tables whose rows are those of several others: every user and team is an owner, every task or mail an activity pointer.
import type { Row } from "../fetchxml/query-store.ts";
import type { MutableRow, Table } from "./table.ts";

/** What the supertype shows of a row: the columns both tables have, under its own key and name. */
export function supertypeValues(table: Table, supertype: Table, row: Row): MutableRow {
  const values: MutableRow = {};
  for (const { logicalName: name } of supertype.columns()) {
    // Each activity has status reasons of its own; the pointer's follows from the state.
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

/** What a row of such a table says of itself: `activitytypecode` of a task is "task". */
export function typeOfRow(table: Table): MutableRow {
  const type = table.metadata.supertype === undefined ? undefined : typeColumn(table);
  return type === undefined ? {} : { [type]: table.logicalName };
}

function typeColumn(table: Table): string | undefined {
  return [...table.columns()].find((one) => one.type === "EntityName" && one.attributeOf === undefined)
    ?.logicalName;
}

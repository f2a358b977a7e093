// Creates an organisation for the collected queries: the columns of both collected organisations,
// and those that the queries name beyond them, with types that suit their conditions and joins.
// Rows come from a seed that prefers the values of the conditions.
import { existsSync } from "node:fs";
import type { ColumnType, Value } from "../../simulator/fetchxml/query-store.ts";
import { loadColumns } from "../../simulator/load/load-columns.ts";
import { Random } from "../../simulator/load/random.ts";
import { installApps } from "../../simulator/org/apps.ts";
import { completeColumns, guid, isLookup, text, type Column } from "../../simulator/org/columns.ts";
import { Org } from "../../simulator/org/org.ts";
import type { MutableRow, Table } from "../../simulator/org/table.ts";
import { outsideData } from "../harness/outside-data.ts";
import {
  attributeOf,
  sampleAccounts,
  usesIn,
  valuesOf,
  type CollectedQuery,
  type ColumnUse,
  type QueryUses,
} from "./collected-queries.ts";

export const NOW = new Date("2024-05-15T12:00:00Z");
const GUID = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
/** Names that Dataverse allows; the simulator must refuse all others. */
const NAME = /^[a-z][a-z0-9_]*$/;

export function collectedOrganisation(queries: readonly CollectedQuery[]): Org {
  const org = new Org({ now: () => NOW, seed: "collected" });
  org.utcOffsets.set(org.adminId, 120);
  installApps(org);
  for (const which of ["standard", "customised"]) {
    const file = outsideData(`data/dataverse-account-columns-${which}.json`);
    if (existsSync(file)) loadColumns(org, file);
  }
  const uses = queries.map(({ fetchxml }) => usesIn(fetchxml));
  for (const use of uses) addMissing(org, use);
  fillTables(org, uses);
  return org;
}

function addMissing(org: Org, { tables, columns, links }: QueryUses): void {
  for (const name of tables) if (NAME.test(name) && !org.table(name)) addTable(org, name);
  const missing = ({ table, column }: ColumnUse) =>
    NAME.test(column) && org.table(table) !== undefined && !org.table(table)?.column(column);
  // A join column gets the type of the column it is joined to, all others that of their conditions.
  for (const { from, to } of links) {
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      if (missing(one)) addJoinColumn(org, one, other);
    }
  }
  for (const use of columns) {
    if (!missing(use)) continue;
    const same = columns.filter(({ table, column }) => table === use.table && column === use.column);
    org.addColumn({ schemaName: use.column, type: inferType(same) }, use.table);
  }
}

function addTable(org: Org, name: string): void {
  org.addTable({
    logicalName: name,
    entitySet: `${name}set`,
    schemaName: name,
    label: name,
    objectTypeCode: 10_000 + [...org.allTables()].length,
    primaryId: `${name}id`,
    primaryName: "name",
    ownership: "None",
    columns: completeColumns(name, [guid(`${name}id`), text("name|Name", 100)]),
  });
}

function addJoinColumn(org: Org, one: ColumnUse, other: ColumnUse): void {
  const table = org.table(other.table);
  const known = table?.column(other.column);
  const isKey = table === undefined || known === undefined || other.column === table.primaryId;
  if (isKey) org.addColumn({ schemaName: one.column, type: "Lookup", targets: [other.table] }, one.table);
  else if (isLookup(known.type))
    org.addColumn({ schemaName: one.column, type: "Uniqueidentifier" }, one.table);
  else org.addColumn({ schemaName: one.column, type: known.type }, one.table);
}

/** Infers a type that suits all uses of a column. */
function inferType(uses: readonly ColumnUse[]): ColumnType {
  const elements = uses.map(({ element }) => element);
  const operators = elements.map((element) => attributeOf(element, "operator"));
  if (elements.some((element) => attributeOf(element, "dategrouping") !== "")) return "DateTime";
  if (
    operators.some((operator) =>
      /^(on|last|next|this|olderthan|today|yesterday|tomorrow|in-fiscal)/.test(operator),
    )
  )
    return "DateTime";
  if (operators.some((operator) => operator.endsWith("contain-values"))) return "MultiSelectPicklist";
  if (operators.some((operator) => /user|business|under|above/.test(operator))) return "Uniqueidentifier";
  if (elements.some((element) => ["sum", "avg"].includes(attributeOf(element, "aggregate"))))
    return "Integer";
  const values = elements.flatMap(valuesOf);
  if (values.length === 0 || operators.some((operator) => /like|with/.test(operator))) return "String";
  if (values.every((value) => GUID.test(value))) return "Uniqueidentifier";
  if (values.every((value) => /^-?\d+$/.test(value))) return "Integer";
  if (values.every((value) => /^-?[\d.]+$/.test(value))) return "Decimal";
  return values.every((value) => /^\d{4}-\d\d-\d\d/.test(value)) ? "DateTime" : "String";
}

function fillTables(org: Org, uses: readonly QueryUses[]): void {
  const wanted = comparedValues(org, uses);
  const tables = [...new Set(["account", "contact", ...uses.flatMap((use) => use.tables)])].flatMap(
    (name) => org.table(name) ?? [],
  );
  for (const table of tables) {
    const keys = (wanted.get(`${table.logicalName}.${table.primaryId}`) ?? []).filter((value) =>
      GUID.test(value),
    );
    addRows(org, table, keys);
  }
  // An unknown owner in a query is taken for a team.
  const team = wanted
    .get("account.ownerid")
    ?.find((id) => GUID.test(id) && !org.requireTable("systemuser").get(id));
  org.addTeam({ ...(team === undefined ? {} : { id: team }), name: "Key accounts", members: [org.adminId] });
  for (const table of tables) {
    table.rows().forEach((row, at) => {
      const random = new Random(`collected ${table.logicalName}`, at);
      // The administrator's own row must not change.
      if (row["systemuserid"] === org.adminId) return;
      table.change(String(row[table.primaryId]), randomValues(org, table, wanted, random));
    });
  }
  sampleAccounts().forEach(({ name, numberofemployees, address1_city, createdon }, at) => {
    const id = String(org.accounts.rows()[5 + at]?.["accountid"]);
    const created = `${createdon}T17:42:00Z`;
    org.accounts.change(id, { name, numberofemployees, address1_city, createdon: created });
  });
}

function addRows(org: Org, table: Table, keys: readonly string[]): void {
  const count = table.logicalName === "account" ? 120 : 24;
  for (let at = table.size; at < count; at += 1) {
    const id = keys[at - 1] ?? new Random(`collected ${table.logicalName} id`, at).guid();
    if (table.get(id)) continue;
    const row = table.newRow();
    Object.assign(row, { [table.primaryId]: id, versionnumber: org.nextVersion() });
    table.insert(row);
  }
}

/**
 * Values that conditions compare with, by table and column: a query without results proves little.
 */
function comparedValues(org: Org, uses: readonly QueryUses[]): Map<string, string[]> {
  const wanted = new Map<string, string[]>();
  for (const { table, column, element } of uses.flatMap(({ columns }) => columns)) {
    const name = `${table}.${column}`;
    const plain = valuesOf(element).map((value) =>
      value
        .replace(/^\{(.*)\}$/, "$1")
        .replaceAll("%", "")
        .toLowerCase(),
    );
    const operator = attributeOf(element, "operator");
    const own = operator.includes("business")
      ? [org.businessUnitId]
      : operator.includes("user")
        ? [org.adminId]
        : [];
    wanted.set(name, [...(wanted.get(name) ?? []), ...plain, ...own]);
  }
  return wanted;
}

function randomValues(
  org: Org,
  table: Table,
  wanted: ReadonlyMap<string, readonly string[]>,
  random: Random,
): MutableRow {
  const row: MutableRow = {};
  for (const column of table.columns()) {
    const name = column.logicalName;
    if (!column.odata || name === table.primaryId || name === "versionnumber") continue;
    const compared = wanted.get(`${table.logicalName}.${name}`) ?? [];
    const value = compared.length > 0 && random.chance(50) ? random.pick(compared) : undefined;
    if (random.chance(25)) row[name] = null;
    else if (isLookup(column.type)) Object.assign(row, reference(org, column, value, random));
    else row[name] = randomValue(column, value, random);
  }
  return row;
}

/**
 * References a row of the lookup's target tables, or an id that does not exist if they are empty.
 */
function reference(org: Org, column: Column, compared: string | undefined, random: Random): MutableRow {
  const targets = column.targets?.length ? column.targets : ["account"];
  const holding = targets.find((name) => compared !== undefined && org.table(name)?.get(compared));
  const target = holding ?? random.pick(targets);
  const rows = org.table(target)?.rows() ?? [];
  const any = rows.length > 0 ? String(random.pick(rows)[org.requireTable(target).primaryId]) : random.guid();
  const id = holding === undefined ? any : compared;
  return { [column.logicalName]: id, [`${column.logicalName}.table`]: target };
}

const WORDS = [
  "Contoso",
  "Data8",
  "Coho Winery",
  "Tosca Inc",
  "Messi",
  "Ångström Ltd",
  "A",
  "B",
  "C",
  "foo bar",
];

function randomValue(column: Column, compared: string | undefined, random: Random): Value {
  const { type, choices = [], dateBehavior } = column;
  if (type === "String" || type === "Memo") return compared ?? random.pick(WORDS);
  if (type === "Boolean") return random.chance(50);
  if (type === "Uniqueidentifier")
    return compared !== undefined && GUID.test(compared) ? compared : random.guid();
  if (type === "DateTime") {
    const hours = (random.chance(50) ? random.below(24 * 900) : random.below(72)) - 24;
    const instant = new Date(NOW.getTime() - hours * 3_600_000).toISOString();
    return dateBehavior === "DateOnly" ? instant.slice(0, 10) : `${instant.slice(0, 19)}Z`;
  }
  if (["Virtual", "Image", "File", "EntityName", "BigInt"].includes(type)) return null;
  const number = compared === undefined ? Number.NaN : Number(compared);
  if (!Number.isNaN(number)) return type === "Integer" ? Math.trunc(number) : number;
  if (choices.length > 0) return random.pick(choices).value;
  return random.below(120);
}

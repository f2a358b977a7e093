// Stores the rows of an organisation: its tables, one row-version counter, one clock, and what
// Dataverse adds to a row that is written. Org (org.ts) extends it by what users do.
import type { QueryStore, Row } from "../fetchxml/query-store.ts";
import { defaultValue, isLookup, wireName, type Column } from "./columns.ts";
import { withDerivedValues } from "./derived-values.ts";
import { guidFrom } from "./guids.ts";
import type { OrgOptions } from "./inputs.ts";
import { Table, type MutableRow, type TableMetadata } from "./table.ts";
import { supertypeValues, typeOfRow } from "./supertypes.ts";
import { allTableMetadata } from "./tables.ts";

export class OrgRows implements QueryStore {
  readonly seed: string;
  readonly name: string;
  now: () => Date;
  readonly id: string;
  readonly businessUnitId: string;
  readonly currencyId: string;
  /** The first user, with the role System Administrator, who acts when no other user is named. */
  readonly adminId: string;
  /** Language of the organisation as an LCID; its users may choose another of `languages`. */
  readonly baseLanguage: number;
  /** Languages that are provisioned, the base language among them. */
  readonly languages: Set<number>;
  /** Increases with every change of a column or label. */
  metadataVersion = 1;
  /** Columns that are alternate keys, by table. */
  readonly alternateKeys = new Map<string, readonly string[]>();
  private readonly tables = new Map<string, Table>();
  private readonly tablesByEntitySet = new Map<string, Table>();
  private lastVersion = 2_000_000;
  private createdIds = 0;
  private lastTimestamp = { number: -1, text: "" };

  constructor(options: OrgOptions = {}) {
    this.seed = options.seed ?? "sluice";
    this.name = options.name ?? "Contoso";
    this.baseLanguage = options.baseLanguage ?? 1033;
    this.languages = new Set([this.baseLanguage]);
    this.now = options.now ?? (() => new Date());
    this.id = guidFrom(this.seed, "organization");
    this.businessUnitId = guidFrom(this.seed, "businessunit");
    this.currencyId = guidFrom(this.seed, "transactioncurrency");
    this.adminId = guidFrom(this.seed, "systemuser", "admin");
    for (const facts of allTableMetadata()) this.registerTable(facts);
  }

  protected registerTable(facts: TableMetadata): Table {
    const table = new Table(facts, rowDefaults(facts.columns, this));
    this.tables.set(facts.logicalName, table);
    this.tablesByEntitySet.set(facts.entitySet, table);
    return table;
  }

  table(logicalName: string): Table | undefined {
    return this.tables.get(logicalName);
  }

  tableByEntitySet(entitySet: string): Table | undefined {
    return this.tablesByEntitySet.get(entitySet);
  }

  allTables(): Iterable<Table> {
    return this.tables.values();
  }

  /** Returns the table, which must exist. */
  requireTable(logicalName: string): Table {
    const table = this.tables.get(logicalName);
    if (!table) throw new Error(`The simulated organisation has no table ${logicalName}.`);
    return table;
  }

  /** The highest row version so far. */
  get versionNumber(): number {
    return this.lastVersion;
  }

  nextVersion(): number {
    this.lastVersion += 1;
    return this.lastVersion;
  }

  /** Returns the current time to the second, as rows store it. */
  timestamp(): string {
    const second = Math.floor(this.now().getTime() / 1000);
    // Thousands of rows are created in one second and share the text.
    if (second !== this.lastTimestamp.number) {
      this.lastTimestamp = { number: second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
    }
    return this.lastTimestamp.text;
  }

  /** Returns a new id; the same calls in the same order yield the same ids. */
  newId(): string {
    this.createdIds += 1;
    return guidFrom(this.seed, "row", this.createdIds);
  }

  /**
   * Creates a row and returns its id. `createdon`, `modifiedon`, owner and id may be given.
   * @param by the acting user
   */
  create(tableName: string, values: Readonly<MutableRow>, by: string = this.adminId): string {
    const table = this.requireTable(tableName);
    const id = String(values[table.primaryId] ?? this.newId());
    const time = values["createdon"] ?? this.timestamp();
    const row = table.newRow();
    row[table.primaryId] = id;
    if (table.column("createdon")) {
      row["createdon"] = time;
      row["modifiedon"] = values["modifiedon"] ?? time;
    }
    if (table.column("createdby") && by !== this.adminId) {
      Object.assign(row, { createdby: by, "createdby.table": "systemuser", modifiedby: by });
      if (values["ownerid"] === undefined) Object.assign(row, this.ownerValues(by));
    }
    Object.assign(row, typeOfRow(table), this.withDependentValues(table, id, values, undefined));
    row["versionnumber"] = this.nextVersion();
    table.insert(row);
    const { supertype } = table.metadata;
    if (supertype !== undefined)
      this.create(supertype, supertypeValues(table, this.requireTable(supertype), row), by);
    return id;
  }

  /**
   * Changes a row, with `modifiedon`, `modifiedby` and the row version; returns false when there is
   * none.
   */
  update(tableName: string, id: string, values: Readonly<MutableRow>, by: string = this.adminId): boolean {
    const table = this.requireTable(tableName);
    const row = table.get(id);
    if (!row) return false;
    const stamps: MutableRow = { versionnumber: this.nextVersion() };
    if (table.column("modifiedon")) stamps["modifiedon"] = this.timestamp();
    if (table.column("modifiedby"))
      Object.assign(stamps, { modifiedby: by, "modifiedby.table": "systemuser" });
    table.change(id, { ...stamps, ...this.withDependentValues(table, id, values, row) });
    const { supertype } = table.metadata;
    if (supertype !== undefined) {
      this.update(supertype, id, supertypeValues(table, this.requireTable(supertype), row), by);
    }
    return true;
  }

  /**
   * Records changes until `endUndo`. The returned function reverts them, the latest first, and ends
   * the recording.
   */
  beginUndo(): () => void {
    const undos: (() => void)[] = [];
    for (const table of this.tables.values()) table.onChange = (undo) => void undos.push(undo);
    return () => {
      this.endUndo();
      for (const undo of undos.toReversed()) undo();
    };
  }

  endUndo(): void {
    for (const table of this.tables.values()) table.onChange = undefined;
  }

  /** Returns false when there is no such row. */
  remove(tableName: string, id: string): boolean {
    const table = this.requireTable(tableName);
    if (table.metadata.supertype !== undefined) this.requireTable(table.metadata.supertype).remove(id);
    return table.remove(id);
  }

  isTeam(id: string): boolean {
    return this.requireTable("team").get(id) !== undefined;
  }

  /** Adds one row of an intersect table, unless it exists. */
  link(tableName: string, values: Readonly<MutableRow>): void {
    const keys = Object.entries(values).filter(([name]) => name.endsWith("id"));
    const known = this.requireTable(tableName)
      .rows()
      .some((row) => keys.every(([name, value]) => row[name] === value));
    if (!known) this.create(tableName, values);
  }

  unlink(tableName: string, values: Readonly<MutableRow>): void {
    const table = this.requireTable(tableName);
    const matching = table
      .rows()
      .filter((row) => Object.entries(values).every(([name, value]) => row[name] === value));
    for (const row of matching) table.remove(String(row[table.primaryId]));
  }

  private ownerValues(ownerId: string): MutableRow {
    const team = this.isTeam(ownerId);
    const owner = team ? "owningteam" : "owninguser";
    const target = team ? "team" : "systemuser";
    return {
      ownerid: ownerId,
      "ownerid.table": target,
      owningteam: null,
      owninguser: null,
      [owner]: ownerId,
      [`${owner}.table`]: target,
      owningbusinessunit: this.requireTable(target).get(ownerId)?.["businessunitid"] ?? this.businessUnitId,
      "owningbusinessunit.table": "businessunit",
    };
  }

  /**
   * Returns the values with those that depend on them: lookups' tables, owner, status, base amounts,
   * composite addresses.
   */
  private withDependentValues(
    table: Table,
    id: string,
    values: Readonly<MutableRow>,
    before: Row | undefined,
  ): MutableRow {
    const all: MutableRow = {};
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      all[name] = value;
      const one = table.column(name);
      if (one && isLookup(one.type) && typeof value === "string" && values[`${name}.table`] === undefined) {
        all[`${name}.table`] = this.targetOf(one, value);
      }
    }
    if (typeof all["ownerid"] === "string" && table.column("owninguser"))
      Object.assign(all, this.ownerValues(all["ownerid"]));
    return withDerivedValues(table, id, all, before, this.now());
  }

  private targetOf(one: Column, id: string): string {
    // A column file may not name the targets of a lookup; then any table that holds the row is the
    // target.
    const targets = one.targets?.length ? one.targets : [...this.tables.keys()];
    const containing =
      targets.length > 1 ? targets.find((name) => this.tables.get(name)?.get(id)) : undefined;
    const target = containing ?? targets[0];
    if (target === undefined) throw new Error(`${wireName(one)} has no table to point to.`);
    return target;
  }
}

/**
 * Returns the defaults of a new row: default choices, No for Two Options, active, owned by the
 * administrator.
 */
function rowDefaults(columns: readonly Column[], org: OrgRows): MutableRow {
  const defaults: MutableRow = {};
  for (const one of columns) {
    const value = defaultValue(one);
    if (value !== undefined) defaults[one.logicalName] = value;
  }
  const names = new Set(columns.map((one) => one.logicalName));
  const hasCurrency = columns.some(
    (one) => one.logicalName === "transactioncurrencyid" && isLookup(one.type),
  );
  const setLookup = (name: string, id: string, target: string) => {
    if (names.has(name)) Object.assign(defaults, { [name]: id, [`${name}.table`]: target });
  };
  for (const name of ["ownerid", "owninguser", "createdby", "modifiedby"])
    setLookup(name, org.adminId, "systemuser");
  setLookup("owningbusinessunit", org.businessUnitId, "businessunit");
  if (hasCurrency && names.has("exchangerate")) {
    setLookup("transactioncurrencyid", org.currencyId, "transactioncurrency");
    defaults["exchangerate"] = 1;
  }
  return defaults;
}

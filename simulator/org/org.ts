// Defines an organisation and the changes that its users make while it is read: accounts, columns,
// labels, views. rights.ts has users and roles, rows.ts has rows. It knows no HTTP. Values go by
// logical column name; ids and times come from the seed and the clock.
import {
  column,
  defaultValue,
  translated,
  withOptionSet,
  type Column,
  type ColumnProperties,
  type Translation,
} from "./columns.ts";
import { belongsTo, companionsOf } from "./companions.ts";
import { createBaseData, grantTablePrivileges } from "./base-data.ts";
import type { NewView, OrgOptions } from "./inputs.ts";
import { OrgRights } from "./rights.ts";
import type { MutableRow, Table, TableMetadata } from "./table.ts";

export class Org extends OrgRights {
  constructor(options: OrgOptions = {}) {
    super(options);
    createBaseData(this);
  }

  get accounts(): Table {
    return this.requireTable("account");
  }

  createAccount(values: Readonly<MutableRow>, by?: string): string {
    return this.create("account", values, by);
  }

  updateAccount(id: string, values: Readonly<MutableRow>, by?: string): void {
    if (!this.update("account", id, values, by)) throw new Error(`There is no account ${id} to change.`);
  }

  /** Changes values as a calculated or rollup column does: version and `modifiedon` stay the same. */
  recalculate(id: string, values: Readonly<MutableRow>): void {
    if (!this.accounts.change(id, values)) throw new Error(`There is no account ${id} to recalculate.`);
  }

  deleteAccount(id: string): void {
    if (!this.remove("account", id)) throw new Error(`There is no account ${id} to delete.`);
  }

  /** The subordinate is kept as an inactive row that references the master. */
  mergeAccounts(master: string, subordinate: string, by?: string): void {
    this.updateAccount(master, {}, by);
    this.updateAccount(subordinate, { merged: true, masterid: master, statecode: 1, statuscode: 2 }, by);
  }

  /** Adds a table and grants its privileges to the System Administrator. */
  addTable(facts: TableMetadata): Table {
    if (this.table(facts.logicalName)) throw new Error(`There is a table ${facts.logicalName} already.`);
    const table = this.registerTable(facts);
    grantTablePrivileges(this, table);
    this.metadataVersion += 1;
    return table;
  }

  /** Adds a column with the companions that Dataverse adds. */
  addColumn(facts: ColumnProperties, tableName = "account"): Column {
    const table = this.requireTable(tableName);
    const one = withOptionSet(tableName, column(facts));
    table.setColumn(one);
    for (const companion of companionsOf(one)) table.setColumn(companion);
    const start = defaultValue(one);
    if (start !== undefined) table.setDefault(one.logicalName, start);
    this.metadataVersion += 1;
    if (one.secured) this.permitAdministrators(tableName, one.logicalName);
    return one;
  }

  /**
   * Removes a column, its companions and its values. Views that name it break, as personal views do
   * in Dataverse.
   */
  deleteColumn(logicalName: string, tableName = "account"): void {
    const table = this.requireTable(tableName);
    const deleted = table.column(logicalName);
    if (!deleted) throw new Error(`There is no column ${logicalName} to delete.`);
    const companions = [...table.columns()].filter((one) => belongsTo(one, deleted));
    for (const name of [logicalName, ...companions.map((one) => one.logicalName)]) {
      table.removeColumn(name);
      for (const row of table.rows()) if (row[name] != null) Object.assign(row, { [name]: null });
    }
    this.metadataVersion += 1;
  }

  /** @param label undefined removes the label in the users' language */
  renameLabel(logicalName: string, label: string | undefined, tableName = "account"): void {
    const table = this.requireTable(tableName);
    const one = table.column(logicalName);
    if (!one) throw new Error(`There is no column ${logicalName} to rename.`);
    const { label: _, ...rest } = one;
    table.setColumn(label === undefined ? rest : { ...rest, label });
    this.metadataVersion += 1;
  }

  /** Changes the label of one choice. */
  renameChoice(logicalName: string, value: number, label: string, tableName = "account"): void {
    const table = this.requireTable(tableName);
    const one = table.column(logicalName);
    if (!one?.choices) throw new Error(`There is no choice column ${logicalName}.`);
    const relabelled = one.choices.map((choice) => (choice.value === value ? { ...choice, label } : choice));
    table.setColumn({ ...one, choices: relabelled });
    this.metadataVersion += 1;
  }

  /** Provisions a language, with the labels of columns in it, by logical name. */
  provisionLanguage(
    language: number,
    labels: Readonly<Record<string, Translation>> = {},
    tableName = "account",
  ): void {
    this.languages.add(language);
    const table = this.requireTable(tableName);
    for (const [logicalName, translation] of Object.entries(labels)) {
      const one = table.column(logicalName);
      if (!one) throw new Error(`There is no column ${logicalName} to translate.`);
      table.setColumn(translated(one, language, translation));
    }
    this.metadataVersion += 1;
  }

  /** Sets or removes column security on an existing column. */
  secureColumn(logicalName: string, secured = true, tableName = "account"): void {
    const table = this.requireTable(tableName);
    const one = table.column(logicalName);
    if (!one) throw new Error(`There is no column ${logicalName} to secure.`);
    table.setColumn({ ...one, secured });
    this.metadataVersion += 1;
    if (secured) this.permitAdministrators(tableName, logicalName);
  }

  addView(view: NewView): string {
    const personal = view.kind === "personal";
    const values: MutableRow = {
      [personal ? "userqueryid" : "savedqueryid"]: view.id,
      name: view.name,
      fetchxml: view.fetchxml,
      layoutxml: view.layoutxml ?? null,
      returnedtypecode: view.table ?? "account",
      querytype: view.queryType ?? 0,
    };
    if (personal) {
      const owner = view.owner ?? this.adminId;
      return this.create("userquery", { ...values, ownerid: owner }, this.isTeam(owner) ? undefined : owner);
    }
    return this.create("savedquery", {
      ...values,
      isdefault: view.isDefault ?? false,
      organizationid: this.id,
    });
  }

  updateView(id: string, values: Readonly<MutableRow>): void {
    const found = this.update("userquery", id, values) || this.update("savedquery", id, values);
    if (!found) throw new Error(`There is no view ${id} to change.`);
  }

  deleteView(id: string): void {
    this.unlink("principalobjectaccess", { objectid: id });
    const found = this.remove("userquery", id) || this.remove("savedquery", id);
    if (!found) throw new Error(`There is no view ${id} to delete.`);
  }

  /** Grants read access to a user or a team. */
  shareView(id: string, principalId: string): void {
    this.link("principalobjectaccess", {
      objectid: id,
      principalid: principalId,
      accessrightsmask: 1,
      objecttypecode: 4230,
    });
  }

  unshareView(id: string, principalId: string): void {
    this.unlink("principalobjectaccess", { objectid: id, principalid: principalId });
  }
}

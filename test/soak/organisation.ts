// The customer's organisation, kept twice: as plain data for the reference model, and in the
// simulator, which the sync reads over HTTP. Every method changes both.
import { addPeople, ownersOf } from "../../simulator/load/people.ts";
import type { Random } from "../../simulator/load/random.ts";
import { Org } from "../../simulator/org/org.ts";
import type { RawRecord, RawValue } from "../reference/draft.ts";

export const OWN_DOMAINS = ["sluice-makers.com"];
export const REGION = "new_region";
/** Codes of customertypecode, which the view filters by. */
const TYPES = [1, 2, 3, 4, 5, 6, 7, 8];
const INDUSTRIES = 12;

export type Values = {
  readonly name: string | null;
  readonly websiteurl: string | null;
  readonly emailaddress1: string | null;
  readonly description: string | null;
  readonly industrycode: number | null;
  readonly customertypecode: number;
  readonly numberofemployees: number | null;
  readonly donotemail: boolean;
  readonly new_region: string | null;
  readonly ownerid: string;
};

export type Account = {
  readonly id: string;
  readonly createdon: string;
  active: boolean;
  /** The account that it was merged into. */
  master: string | null;
  values: Values;
  /** A calculated column: it changes without the account's version. */
  score: number | null;
  /** Increases with every write. */
  version: number;
};

export type User = {
  email: string | null;
  readonly signInName: string | null;
  fullname: string;
  disabled: boolean;
};

export class Organisation {
  readonly org: Org;
  readonly accounts = new Map<string, Account>();
  readonly users = new Map<string, User>();
  readonly teams = new Map<string, string>();
  readonly labels = new Map<number, string>();
  readonly viewTypes = new Set(TYPES.slice(0, 6));
  hasRegion = false;
  viewId = "";
  private created = 0;

  constructor(seed: string, now: () => Date) {
    this.org = new Org({ seed, now });
    addPeople(this.org);
    this.org.addColumn({
      schemaName: "new_Score",
      type: "Double",
      label: "Score",
      precision: 2,
      min: 0,
      max: 1000,
      sourceType: 1,
      create: false,
      update: false,
    });
    this.addRegion();
    this.addView();
    for (let code = 1; code <= INDUSTRIES; code += 1) this.relabel(code, `Industry ${code}`);
    for (const { id, table } of ownersOf(this.org)) {
      const row = this.org.requireTable(table).get(id)!;
      if (table === "team") this.teams.set(id, String(row["name"]));
      else
        this.users.set(id, {
          email: row["internalemailaddress"] == null ? null : String(row["internalemailaddress"]),
          signInName: row["domainname"] == null ? null : String(row["domainname"]),
          fullname: String(row["fullname"]),
          disabled: row["isdisabled"] === true,
        });
    }
  }

  owners(): string[] {
    return [...this.users.keys(), ...this.teams.keys()];
  }

  randomAccount(
    random: Random,
    test: (account: Account) => boolean = ({ active }) => active,
  ): Account | undefined {
    const fitting = [...this.accounts.values()].filter(test);
    return fitting.length === 0 ? undefined : random.pick(fitting);
  }

  /** Adds an account; its name and its domain are new unless other values are given. */
  add(random: Random, values: Partial<Values> = {}, id?: string): Account {
    this.created += 1;
    const slug = `${random.pick(["north", "blue", "iron", "fair", "old", "silver"])}-${random.pick(["mill", "field", "harbour", "bridge", "works"])}-${this.created}`;
    const domain = `${slug}.${random.pick(["com", "de", "co.uk", "org"])}`;
    const made: Values = {
      name: slug
        .split("-")
        .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
        .join(" "),
      websiteurl: random.pick([domain, `https://www.${domain}/contact`, `http://${domain}`]),
      emailaddress1: random.chance(40) ? `info@${domain}` : null,
      description: random.chance(30) ? `Customer ${this.created}` : null,
      industrycode: random.chance(80) ? 1 + random.below(INDUSTRIES) : null,
      customertypecode: random.pick(TYPES),
      numberofemployees: random.chance(70) ? random.below(10_000) : null,
      donotemail: random.chance(10),
      new_region: this.hasRegion && random.chance(40) ? `Region ${random.below(5)}` : null,
      ownerid: random.pick(this.owners()),
      ...values,
    };
    // Several accounts are created within one second, so that their order is a matter of their ids.
    const createdon = new Date(Date.UTC(2020, 0, 1) + Math.floor(this.created / 5) * 1000);
    const account: Account = {
      id: id ?? random.guid(),
      createdon: `${createdon.toISOString().slice(0, 19)}Z`,
      active: true,
      master: null,
      values: made,
      score: random.chance(60) ? random.below(1000) : null,
      version: 0,
    };
    this.org.createAccount({
      accountid: account.id,
      createdon: account.createdon,
      new_score: account.score,
      ...this.columns(made),
    });
    this.accounts.set(account.id, account);
    return account;
  }

  private columns({ new_region: region, ...values }: Partial<Values>) {
    return { ...values, ...(this.hasRegion && region !== undefined ? { [REGION]: region } : {}) };
  }

  change(account: Account, values: Partial<Values>): void {
    account.values = { ...account.values, ...values };
    account.version += 1;
    this.org.updateAccount(account.id, this.columns(values));
  }

  setActive(account: Account, active: boolean): void {
    account.active = active;
    account.version += 1;
    this.org.updateAccount(account.id, { statecode: active ? 0 : 1 });
  }

  merge(survivor: Account, loser: Account): void {
    survivor.version += 1;
    loser.version += 1;
    loser.active = false;
    loser.master = survivor.id;
    this.org.mergeAccounts(survivor.id, loser.id);
  }

  remove(account: Account): void {
    this.accounts.delete(account.id);
    this.org.deleteAccount(account.id);
  }

  recalculate(account: Account, score: number | null): void {
    account.score = score;
    this.org.recalculate(account.id, { new_score: score });
  }

  relabel(code: number, label: string): void {
    this.labels.set(code, label);
    this.org.renameChoice("industrycode", code, label);
  }

  renameUser(id: string, fullname: string): void {
    this.users.get(id)!.fullname = fullname;
    this.org.renameUser(id, fullname);
  }

  changeEmail(id: string, email: string): void {
    this.users.get(id)!.email = email;
    this.org.update("systemuser", id, { internalemailaddress: email });
  }

  disableUser(id: string, disabled: boolean): void {
    this.users.get(id)!.disabled = disabled;
    this.org.disableUser(id, disabled);
  }

  addRegion(): void {
    this.org.addColumn({
      schemaName: "new_Region",
      type: "String",
      label: "Region",
      maxLength: 100,
      formatName: "Text",
    });
    this.hasRegion = true;
  }

  /** Deletes the column with its values; no account's version changes. */
  deleteRegion(): void {
    this.org.deleteColumn(REGION);
    this.hasRegion = false;
    for (const account of this.accounts.values()) account.values = { ...account.values, new_region: null };
  }

  private fetchXml(): string {
    const types = [...this.viewTypes].map((type) => `<value>${type}</value>`).join("");
    return `<fetch><entity name="account"><attribute name="name"/><filter><condition attribute="statecode" operator="eq" value="0"/><condition attribute="customertypecode" operator="in">${types}</condition></filter></entity></fetch>`;
  }

  addView(): void {
    this.viewId = this.org.addView({ kind: "personal", name: "Customers", fetchxml: this.fetchXml() });
  }

  toggleViewType(type: number): void {
    if (!this.viewTypes.delete(type)) this.viewTypes.add(type);
    this.org.updateView(this.viewId, { fetchxml: this.fetchXml() });
  }

  isSelected(selection: "all" | "view", { active, values }: Account): boolean {
    return active && (selection === "all" || this.viewTypes.has(values.customertypecode));
  }

  /** Returns an account as the reference model reads it, free of the protocol. */
  rawRecord({ id, createdon, values, score }: Account): RawRecord {
    const { industrycode, donotemail, ownerid, ...rest } = values;
    const user = this.users.get(ownerid);
    const owner: RawValue = user
      ? { user, displayName: displayNameOf(user) }
      : { team: this.teams.get(ownerid) ?? "", displayName: `a team (${ownerid})` };
    return {
      id,
      createdon,
      values: {
        ...rest,
        industrycode: industrycode === null ? null : { labels: [this.labels.get(industrycode) ?? ""] },
        donotemail: { yes: donotemail, label: donotemail ? "Do Not Allow" : "Allow" },
        new_score: score,
        ownerid: owner,
      },
    };
  }
}

/** Returns a user who is no teammate as issues name them. */
function displayNameOf({ fullname, disabled, email }: User): string {
  return `${fullname} (${disabled ? "disabled, " : ""}${email ?? "no e-mail address"})`;
}

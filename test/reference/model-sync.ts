// A story: what is there at the start, then edits at the source and here with runs between. `tell` turns a story into
// plain deeds, one after the other, that the model and the real line both understand; whatever cannot be done
// at that moment (an account that is not there, a domain another account has) is left out by looking at the model.
import type { Draft, IssueKind, Mapping, RawRecord, RawValue } from "./draft.ts";
import { draftOf } from "./draft.ts";
import { run, type Outcome, type RunResult } from "./model.ts";
import type { CountBranch } from "./coverage.ts";
import { ModelStore, type Account, type FieldValue, type StopReason } from "./model-store.ts";

export const ORG = "11111111-2222-4333-8444-555555555555";
export const OTHER_ORG = "99999999-8888-4777-8666-555555555555";
export const OWN_DOMAIN = "sluice-makers.com";

export interface User {
  readonly email: string;
  readonly disabled: boolean;
}

/** Users of the organisation, by the word that records name them with; "sales" is a team. */
export const users: Readonly<Record<string, User>> = {
  ann: { email: "Ann@Sluice-Makers.com", disabled: false },
  bob: { email: "bob@sluice-makers.com", disabled: false },
  eve: { email: "eve@sluice-makers.com", disabled: true },
};

/** What a record says; the column names are Dataverse's. */
export interface RecordValues {
  readonly name: string | null;
  readonly websiteurl: string | null;
  readonly emailaddress1: string | null;
  readonly description: string | null;
  /** Label of the choice. */
  readonly industrycode: "Accounting" | "Consulting" | null;
  readonly numberofemployees: number | null;
  readonly revenue: number | null;
  readonly donotemail: boolean;
  readonly lastusedincampaign: string | null;
  /** A key of `users`, or "sales". */
  readonly owner: string;
}

export interface SourceRecord {
  readonly id: string;
  readonly createdon: string;
  readonly active: boolean;
  readonly inView: boolean;
  readonly values: RecordValues;
}

export interface Settings {
  readonly selection: "all" | "view";
  readonly allowDuplicateNames: boolean;
  readonly onDomainTaken: "skip" | "without-domain";
  readonly domainsMapped: boolean;
  readonly othersMapped: boolean;
}

export interface NewAccount {
  readonly name: string;
  readonly domains: readonly string[];
  readonly description: string | null;
  /** By field name. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly origin: "api" | "csv" | "manual";
  readonly externalId: string | null;
}

/** One thing that happens, with nothing left to choose. Accounts are named by their rank: 0 is the oldest. */
export type Operation =
  | { readonly deed: "record made" | "record changed"; readonly record: SourceRecord }
  | { readonly deed: "record deleted"; readonly id: string }
  | { readonly deed: "account made"; readonly account: NewAccount }
  | {
      readonly deed: "account made by another organisation";
      readonly account: Omit<NewAccount, "externalId">;
      readonly recordId: string;
      readonly stopReason: StopReason | null;
    }
  | {
      readonly deed: "account edited";
      readonly rank: number;
      readonly patch: Partial<Pick<NewAccount, "name" | "description" | "domains" | "fields">>;
    }
  | { readonly deed: "account deleted"; readonly rank: number; readonly exclude: boolean }
  | { readonly deed: "teammate added" | "teammate removed"; readonly email: string }
  | { readonly deed: "run"; readonly settings: Settings };

export const mappedFields = [
  { column: "industrycode", to: "Industry", type: "text" },
  { column: "numberofemployees", to: "Employees", type: "number", precision: 0 },
  { column: "revenue", to: "Revenue", type: "number", precision: 2 },
  { column: "donotemail", to: "No e-mail", type: "boolean" },
  { column: "lastusedincampaign", to: "Last campaign", type: "datetime" },
  { column: "ownerid", to: "Owner", type: "teammate" },
] as const;

/** A field that no column feeds. */
export const UNMAPPED_FIELD = "Notes";

export function mappingOf(settings: Settings): Mapping {
  return {
    name: "name",
    domains: settings.domainsMapped ? ["websiteurl", "emailaddress1"] : null,
    description: settings.othersMapped ? "description" : null,
    fields: settings.othersMapped ? mappedFields : [],
  };
}

function rawRecord({ id, createdon, values }: SourceRecord): RawRecord {
  const user = users[values.owner];
  const owner: RawValue = user ? { user } : { team: values.owner };
  return {
    id,
    createdon,
    values: {
      ...values,
      industrycode: values.industrycode === null ? null : { labels: [values.industrycode] },
      donotemail: { yes: values.donotemail, label: values.donotemail ? "Do Not Allow" : "Allow" },
      ownerid: owner,
    },
  };
}

const refusals = new Set<IssueKind>(["linked-to-other-source", "domain-linked-elsewhere", "name-in-use"]);

/** The model on its way through a story. */
export class ModelSync {
  store = new ModelStore();
  readonly source = new Map<string, SourceRecord>();
  private readonly hit: CountBranch;
  /** Records that the last run refused because of an account of ours, as they and the settings were. */
  refused: ReadonlyMap<string, string> = new Map();

  constructor(hit: CountBranch = () => undefined) {
    this.hit = hit;
  }

  rows(settings: Settings): SourceRecord[] {
    const all = [...this.source.values()];
    return all.filter((record) => (settings.selection === "all" ? record.active : record.inView));
  }

  /** Oldest first. */
  accounts(): Account[] {
    return [...this.store.accounts.values()].toSorted((a, b) => a.number - b.number);
  }

  run(settings: Settings, count = true): RunResult {
    const context = {
      mapping: mappingOf(settings),
      domainRules: { alsoCommon: [], notCommon: [], own: [OWN_DOMAIN] },
      teammates: this.store.teammates,
    };
    const drafts = this.rows(settings).map((record) => draftOf(rawRecord(record), context));
    const lookUp = (id: string) => {
      const record = this.source.get(id);
      return record === undefined ? "gone" : record.active ? "active" : "inactive";
    };
    const hit = count ? this.hit : () => undefined;
    const result = run(this.store, drafts, { org: ORG, ...settings, lookUp, hit });
    this.store = result.store;
    this.compareRefusals(settings, drafts, result.outcomes, hit);
    return result;
  }

  /** A refusal ends in a later run, although neither the record nor the settings changed, when its cause went away. */
  private compareRefusals(
    settings: Settings,
    drafts: readonly Draft[],
    outcomes: ReadonlyMap<string, Outcome>,
    hit: CountBranch,
  ): void {
    const before = this.refused;
    const refusedNow = new Map<string, string>();
    for (const draft of drafts) {
      const input = JSON.stringify([settings, draft]);
      const refused = outcomes.get(draft.id)?.issues.some(({ kind }) => refusals.has(kind)) ?? false;
      if (refused) refusedNow.set(draft.id, input);
      if (before.get(draft.id) !== input) continue;
      hit(refused ? "later run: refused still" : "later run: refused no longer");
    }
    this.refused = refusedNow;
  }

  /** Anything but a run. */
  perform(operation: Exclude<Operation, { deed: "run" }>): void {
    const { store } = this;
    if (operation.deed === "record made" || operation.deed === "record changed")
      this.source.set(operation.record.id, operation.record);
    else if (operation.deed === "record deleted") this.source.delete(operation.id);
    else if (operation.deed === "teammate added") store.teammates.add(operation.email);
    else if (operation.deed === "teammate removed") store.removeTeammate(operation.email);
    else if (operation.deed === "account made") {
      const { externalId, origin } = operation.account;
      store.add({ ...operation.account, externalOrigin: externalId === null ? null : origin });
    } else if (operation.deed === "account made by another organisation") {
      const account = store.add({ ...operation.account, origin: "dynamics" });
      store.link(OTHER_ORG, operation.recordId, account, operation.stopReason);
    } else if (operation.deed === "account edited")
      this.edit(this.accountAt(operation.rank), operation.patch);
    else if (operation.deed === "account deleted")
      this.deleteAccount(this.accountAt(operation.rank), operation.exclude);
  }

  private accountAt(rank: number): Account {
    const account = this.accounts()[rank];
    if (account === undefined) throw new Error(`There is no account of rank ${rank}.`);
    return account;
  }

  private edit(account: Account, patch: Extract<Operation, { deed: "account edited" }>["patch"]): void {
    if (patch.name !== undefined) this.store.rename(account, patch.name);
    if (patch.description !== undefined) account.description = patch.description;
    if (patch.fields !== undefined) account.fields = { ...account.fields, ...patch.fields };
    if (patch.domains === undefined) return;
    for (const domain of account.domains) this.store.releaseDomain(account, domain);
    for (const domain of patch.domains) this.store.assignDomain(account, domain);
  }

  private deleteAccount(account: Account, exclude: boolean): void {
    const link = this.store.linkOfAccount(account);
    if (exclude && link?.org === ORG) this.store.excluded.add(link.recordId);
    this.store.remove(account);
  }
}

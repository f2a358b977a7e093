// A story: what is there at the start, then edits at the source and here with runs between. `tell` turns a story into
// plain deeds, one after the other, that the model and the real line both understand; whatever cannot be done
// at that moment (an account that is not there, a domain another account has) is left out by looking at the model.
import type { Draft, IssueKind, Mapping, RawRecord, RawValue } from "./draft.ts";
import { draftOf } from "./draft.ts";
import { run, type Outcome, type RunResult } from "./model.ts";
import type { Hit } from "./coverage.ts";
import { World, type Account, type FieldValue, type LeftReason } from "./model-store.ts";

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
export type Deed =
  | { readonly deed: "record made" | "record changed"; readonly record: SourceRecord }
  | { readonly deed: "record deleted"; readonly id: string }
  | { readonly deed: "account made"; readonly account: NewAccount }
  | {
      readonly deed: "account made by another organisation";
      readonly account: Omit<NewAccount, "externalId">;
      readonly recordId: string;
      readonly left: LeftReason | null;
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
export class ModelStage {
  world = new World();
  readonly source = new Map<string, SourceRecord>();
  private readonly hit: Hit;
  /** Records that the last run refused because of an account of ours, as they and the settings were. */
  refused: ReadonlyMap<string, string> = new Map();

  constructor(hit: Hit = () => undefined) {
    this.hit = hit;
  }

  rows(settings: Settings): SourceRecord[] {
    const all = [...this.source.values()];
    return all.filter((record) => (settings.selection === "all" ? record.active : record.inView));
  }

  /** Oldest first. */
  accounts(): Account[] {
    return [...this.world.accounts.values()].toSorted((a, b) => a.number - b.number);
  }

  run(settings: Settings, count = true): RunResult {
    const drafting = {
      mapping: mappingOf(settings),
      domainRules: { alsoCommon: [], notCommon: [], own: [OWN_DOMAIN] },
      teammates: this.world.teammates,
    };
    const drafts = this.rows(settings).map((record) => draftOf(rawRecord(record), drafting));
    const lookUp = (id: string) => {
      const record = this.source.get(id);
      return record === undefined ? "gone" : record.active ? "active" : "inactive";
    };
    const hit = count ? this.hit : () => undefined;
    const result = run(this.world, drafts, { org: ORG, ...settings, lookUp, hit });
    this.world = result.world;
    this.compareRefusals(settings, drafts, result.outcomes, hit);
    return result;
  }

  /** A refusal ends in a later run, although neither the record nor the settings changed, when its cause went away. */
  private compareRefusals(
    settings: Settings,
    drafts: readonly Draft[],
    outcomes: ReadonlyMap<string, Outcome>,
    hit: Hit,
  ): void {
    const before = this.refused;
    const refusedNow = new Map<string, string>();
    for (const draft of drafts) {
      const asked = JSON.stringify([settings, draft]);
      const refused = outcomes.get(draft.id)?.issues.some(({ kind }) => refusals.has(kind)) ?? false;
      if (refused) refusedNow.set(draft.id, asked);
      if (before.get(draft.id) !== asked) continue;
      hit(refused ? "later run: refused still" : "later run: refused no longer");
    }
    this.refused = refusedNow;
  }

  /** Anything but a run. */
  does(deed: Exclude<Deed, { deed: "run" }>): void {
    const { world } = this;
    if (deed.deed === "record made" || deed.deed === "record changed")
      this.source.set(deed.record.id, deed.record);
    else if (deed.deed === "record deleted") this.source.delete(deed.id);
    else if (deed.deed === "teammate added") world.teammates.add(deed.email);
    else if (deed.deed === "teammate removed") world.removeTeammate(deed.email);
    else if (deed.deed === "account made") {
      const { externalId, origin } = deed.account;
      world.add({ ...deed.account, externalOrigin: externalId === null ? null : origin });
    } else if (deed.deed === "account made by another organisation") {
      const account = world.add({ ...deed.account, origin: "dynamics" });
      world.tie(OTHER_ORG, deed.recordId, account, deed.left);
    } else if (deed.deed === "account edited") this.edit(this.accountAt(deed.rank), deed.patch);
    else if (deed.deed === "account deleted") this.deleteAccount(this.accountAt(deed.rank), deed.exclude);
  }

  private accountAt(rank: number): Account {
    const account = this.accounts()[rank];
    if (account === undefined) throw new Error(`There is no account of rank ${rank}.`);
    return account;
  }

  private edit(account: Account, patch: Extract<Deed, { deed: "account edited" }>["patch"]): void {
    if (patch.name !== undefined) this.world.rename(account, patch.name);
    if (patch.description !== undefined) account.description = patch.description;
    if (patch.fields !== undefined) account.fields = { ...account.fields, ...patch.fields };
    if (patch.domains === undefined) return;
    for (const domain of account.domains) this.world.takeAway(account, domain);
    for (const domain of patch.domains) this.world.give(account, domain);
  }

  private deleteAccount(account: Account, exclude: boolean): void {
    const link = this.world.linkOfAccount(account);
    if (exclude && link?.org === ORG) this.world.excluded.add(link.recordId);
    this.world.remove(account);
  }
}

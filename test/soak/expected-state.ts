// The store as it must be: the reference model after the same events. The model has no changes-only
// run, so such a run is a full one in which an unchanged row keeps the draft that it had before
// (rule 16).
import { draftOf, type Draft } from "../reference/draft.ts";
import { run, type RunResult } from "../reference/model.ts";
import { REMOVED_TEAMMATE, ModelStore, type Account as OurAccount } from "../reference/model-store.ts";
import { OWN_DOMAINS, REGION, type Account, type Organisation, type User } from "./organisation.ts";

export type SoakSettings = {
  readonly selection: "all" | "view";
  readonly onDomainTaken: "skip" | "without-domain";
  /** The view's id. */
  readonly view: string;
  readonly regionMapped: boolean;
};

const FIELDS = [
  { column: "industrycode", to: "Industry", type: "text" },
  { column: "numberofemployees", to: "Employees", type: "number", precision: 0 },
  { column: "donotemail", to: "No e-mail", type: "boolean" },
  { column: REGION, to: "Region", type: "text" },
  { column: "new_score", to: "Score", type: "number", precision: 2 },
  { column: "ownerid", to: "Owner", type: "teammate" },
] as const;

const NAME_AND_DOMAINS = {
  name: "name",
  description: "description",
  domains: ["websiteurl", "emailaddress1"],
};

/** Returns the mapping as an admin saves it. */
export function mappingOf({ regionMapped }: SoakSettings) {
  const mapped = FIELDS.filter(({ column }) => column !== REGION || regionMapped);
  return { ...NAME_AND_DOMAINS, fields: mapped.map(({ column, to, type }) => ({ column, field: to, type })) };
}

/**
 * Returns an issue as a line, which is the same for the model and the store.
 *
 * @param record null for an issue of the whole connection
 */
export function issueText(
  record: string | null,
  { kind, field, value }: { kind: string; field?: string | null; value?: string | null },
): string {
  return [record ?? "connection", kind, field, value].filter(Boolean).join(" ");
}

export class ExpectedState {
  store = new ModelStore();
  ownDomains: readonly string[] = OWN_DOMAINS;
  private readonly organisation: Organisation;
  /** The last draft of each record, with the version it was made of. */
  private readonly drafts = new Map<string, { readonly version: number; draft: Draft }>();
  private blocked = new Set<string>();
  /** Records whose account was edited here. */
  private readonly editedRecords = new Set<string>();
  private settingsKey = "";
  /** The open issues after the last run, sorted. */
  issues: readonly string[] = [];

  constructor(organisation: Organisation) {
    this.organisation = organisation;
  }

  /** Oldest first. */
  accounts(): OurAccount[] {
    return [...this.store.accounts.values()].toSorted((a, b) => a.number - b.number);
  }

  linkOf(record: string) {
    return this.store.linkOfRecord(this.organisation.org.id, record);
  }

  markEdited(account: OurAccount): void {
    const link = this.store.linkOfAccount(account);
    if (link) this.editedRecords.add(link.recordId);
  }

  removeTeammate(email: string): void {
    this.store.removeTeammate(email);
    for (const known of this.drafts.values()) {
      const { draft } = known;
      if (draft.fields["Owner"] === email)
        known.draft = { ...draft, fields: { ...draft.fields, Owner: REMOVED_TEAMMATE } };
    }
  }

  /** Makes the run that was applied in the model. */
  run(settings: SoakSettings, mode: "full" | "changes"): RunResult {
    const { organisation } = this;
    const withRegion = settings.regionMapped && organisation.hasRegion;
    const settingsKey = JSON.stringify([settings, this.ownDomains, withRegion]);
    const isFull = mode === "full" || settingsKey !== this.settingsKey;
    const rows = [...organisation.accounts.values()].filter((row) =>
      organisation.isSelected(settings.selection, row),
    );
    const drafts = rows.map((row) => this.draft(row, { isFull, withRegion }));
    const result = run(this.store, drafts, {
      org: organisation.org.id,
      selection: settings.selection,
      onDomainTaken: settings.onDomainTaken,
      allowDuplicateNames: false,
      mode: isFull ? "sync" : "changes",
      lookUp: (id) => organisation.accounts.get(id),
    });
    this.store = result.store;
    this.settingsKey = settingsKey;
    this.saveOutcomes(result, settings.regionMapped && !withRegion);
    return result;
  }

  private draft(row: Account, { isFull, withRegion }: { isFull: boolean; withRegion: boolean }): Draft {
    const known = this.drafts.get(row.id);
    const link = this.linkOf(row.id);
    const isEdited = this.editedRecords.delete(row.id);
    const isKnown = (link !== undefined || this.blocked.has(row.id)) && (link?.stopReason ?? null) === null;
    if (!isFull && known?.version === row.version && isKnown && !isEdited) return known.draft;
    const draft = draftOf(this.organisation.rawRecord(row), {
      mapping: {
        ...NAME_AND_DOMAINS,
        fields: FIELDS.filter(({ column }) => column !== REGION || withRegion),
      },
      domainRules: { alsoCommon: [], notCommon: [], own: this.ownDomains },
      teammates: this.store.teammates,
    });
    this.drafts.set(row.id, { version: row.version, draft });
    return draft;
  }

  private saveOutcomes({ outcomes }: RunResult, isRegionMissing: boolean): void {
    this.blocked = new Set();
    const issues = isRegionMissing ? [`connection field-not-found ${REGION}`] : [];
    for (const [id, { outcome, issues: ownIssues }] of outcomes) {
      if (outcome === "skipped" || ownIssues.some(({ kind }) => kind === "domain-taken"))
        this.blocked.add(id);
      for (const issue of ownIssues) issues.push(issueText(id, issue));
    }
    issues.push(...teammateNotes([...this.organisation.users.values()], this.store.teammates));
    this.issues = issues.toSorted();
  }

  /** Returns each link with its account and its state. */
  linkStates(): string[] {
    const links = this.store.linksOf(this.organisation.org.id);
    return links
      .map(({ recordId, account, stopReason }) => `${recordId} ${account.name} ${stopReason ?? "active"}`)
      .toSorted();
  }
}

/** Returns the notes about users who share a teammate, or could be two. */
function teammateNotes(users: readonly User[], teammates: ReadonlySet<string>): string[] {
  const found = users
    .filter(({ disabled }) => !disabled)
    .map(({ fullname, email, signInName }) => {
      const isGuest = signInName?.includes("#EXT#") === true;
      const addresses = [email, isGuest ? null : signInName].map((address) => address?.toLowerCase() ?? "");
      return { fullname, teammates: addresses.filter((address) => teammates.has(address)) };
    });
  const ambiguous = found.flatMap(({ fullname, teammates: [first, second] }) =>
    first !== undefined && second !== undefined && first !== second
      ? [`connection teammate-ambiguous ${fullname} (${first}, signs in as ${second})`]
      : [],
  );
  const shared = [...teammates].flatMap((teammate) => {
    const names = found.filter((one) => one.teammates[0] === teammate).map(({ fullname }) => fullname);
    const sorted = names.toSorted((a, b) => a.localeCompare(b));
    return names.length > 1 ? [`connection teammate-shared ${teammate} (${sorted.join(", ")})`] : [];
  });
  return [...ambiguous, ...shared];
}

// What the store must look like: the reference model, fed the same days in the same order. A changes-only run is a full run in
// which a row that nothing moved still says what it said when it was last drafted (rule 16); nothing else is told to it.
import { draftOf, type Draft } from "../reference/draft.ts";
import { run, type RunResult } from "../reference/model.ts";
import { REMOVED_TEAMMATE, ModelStore, type Account as OurAccount } from "../reference/model-store.ts";
import { OWN_DOMAINS, REGION, type Account, type Organisation } from "./organisation.ts";

export type SoakSettings = {
  readonly selection: "all" | "view";
  readonly onDomainTaken: "skip" | "without-domain";
  /** Its id. */
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

const REST = { name: "name", description: "description", domains: ["websiteurl", "emailaddress1"] };

/** As an admin saves it. */
export function mappingOf({ regionMapped }: SoakSettings) {
  const mapped = FIELDS.filter(({ column }) => column !== REGION || regionMapped);
  return { ...REST, fields: mapped.map(({ column, to, type }) => ({ column, field: to, type })) };
}

/** An issue in a line, the same of the model and of the store. @param record null: the whole connection's */
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
  /** By record: what it said when it was last drafted. */
  private readonly drafts = new Map<string, { readonly version: number; draft: Draft }>();
  private blocked = new Set<string>();
  /** Records whose account somebody edited here. */
  private readonly editedRecords = new Set<string>();
  private settings = "";
  /** Open issues after the last run, sorted. */
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

  /** A run that was applied. */
  run(chosen: SoakSettings, mode: "full" | "changes"): RunResult {
    const { organisation } = this;
    const withRegion = chosen.regionMapped && organisation.hasRegion;
    const settings = JSON.stringify([chosen, this.ownDomains, withRegion]);
    const isFull = mode === "full" || settings !== this.settings;
    const rows = [...organisation.accounts.values()].filter((row) =>
      organisation.isSelected(chosen.selection, row),
    );
    const drafts = rows.map((row) => this.draft(row, { isFull, withRegion }));
    const result = run(this.store, drafts, {
      org: organisation.org.id,
      selection: chosen.selection,
      onDomainTaken: chosen.onDomainTaken,
      allowDuplicateNames: false,
      lookUp: (id) => {
        const there = organisation.accounts.get(id);
        return there === undefined ? "gone" : there.active ? "active" : "inactive";
      },
    });
    this.store = result.store;
    this.settings = settings;
    this.saveOutcomes(result, chosen.regionMapped && !withRegion);
    return result;
  }

  private draft(row: Account, { isFull, withRegion }: { isFull: boolean; withRegion: boolean }): Draft {
    const known = this.drafts.get(row.id);
    const link = this.linkOf(row.id);
    const isMarked = this.editedRecords.delete(row.id);
    const isKnown = (link !== undefined || this.blocked.has(row.id)) && (link?.stopReason ?? null) === null;
    if (!isFull && known?.version === row.version && isKnown && !isMarked) return known.draft;
    const draft = draftOf(this.organisation.rawRecord(row), {
      mapping: { ...REST, fields: FIELDS.filter(({ column }) => column !== REGION || withRegion) },
      domainRules: { alsoCommon: [], notCommon: [], own: this.ownDomains },
      teammates: this.store.teammates,
    });
    this.drafts.set(row.id, { version: row.version, draft });
    return draft;
  }

  private saveOutcomes({ outcomes }: RunResult, regionIsMissed: boolean): void {
    this.blocked = new Set();
    const issues = regionIsMissed ? [`connection field-not-found ${REGION}`] : [];
    for (const [id, { outcome, issues: own }] of outcomes) {
      if (outcome === "skipped" || own.some(({ kind }) => kind === "domain-taken")) this.blocked.add(id);
      for (const issue of own) issues.push(issueText(id, issue));
    }
    this.issues = issues.toSorted();
  }

  /** Each link that left, with why. */
  linkStates(): string[] {
    const links = this.store.linksOf(this.organisation.org.id);
    return links
      .map(({ recordId, account, stopReason }) => `${recordId} ${account.name} ${stopReason ?? "syncs"}`)
      .toSorted();
  }
}

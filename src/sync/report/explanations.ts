// Why a run decided as it did, in sentences that an admin reads: of a change the rule, of an issue what stands in the way.
import type { ChangeRow } from "./planned-changes.ts";
import type { IssueKind } from "../rules/issue-kinds.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";

const LEFT: Readonly<Record<string, string>> = {
  deleted: "Deleted in Dynamics 365",
  deactivated: "Deactivated in Dynamics 365",
  "left-view": "No longer in the view",
};

/** The rule behind a change, without a full stop. */
export function becauseOf(change: ChangeRow, settings: SyncSettings): string {
  const { action, rule } = change;
  if (action === "create") return becauseNew(change, settings);
  if (action === "stop") return LEFT[rule] ?? "No longer in the selection";
  if (action === "resume") return "Linked to this record, which is back in the selection";
  if (rule === "domain") return becauseDomain(change);
  return rule === "name" ? "Same name, not linked yet" : "Linked to this record";
}

function becauseNew({ domains: claimed }: ChangeRow, { mapping, options }: SyncSettings): string {
  const domains = mapping.domains.length > 0;
  if (domains && options.onDomainTaken === "skip") {
    // What is made in this mode has all domains of its record.
    const isWithout = claimed === null || claimed.length === 0;
    if (options.allowDuplicateNames)
      return isWithout ? "New: it has no email domain to be found by" : "New: nobody has its domains";
    return isWithout ? "New: nobody has its name" : "New: nobody has its domains or its name";
  }
  if (options.allowDuplicateNames) return "New: nobody here is it already";
  return domains ? "New: nobody who is not linked has its domains or its name" : "New: nobody has its name";
}

/** An open account takes no domain before it is linked, so what it has from before is what decided. */
function becauseDomain({ domains, before }: ChangeRow): string {
  const had = before?.domains ?? domains ?? [];
  const shared = (domains ?? []).filter((domain) => had.includes(domain));
  const told = shared.length === 0 ? "One of its domains" : named(shared, "Its domain", "Its domains");
  return `${told} ${shared.length > 1 ? "belong" : "belongs"} to this account`;
}

function named(values: readonly string[], one: string, many: string): string {
  const last = values.at(-1) ?? "";
  return values.length < 2 ? `${one} ${last}` : `${many} ${values.slice(0, -1).join(", ")} and ${last}`;
}

export type ToldIssue = {
  readonly kind: IssueKind;
  readonly name: string | null;
  readonly field: string | null;
  readonly value: string | null;
  /** The account in the way: here already, or made by the same plan. */
  readonly otherName: string | null;
};

/** What happened to one account; the kind's own text says what to do. */
export function issueSentence(issue: ToldIssue): string {
  const name = issue.name === null || issue.name.trim() === "" ? "The account" : `“${issue.name}”`;
  const field = issue.field === null ? "A field" : `The field ${issue.field}`;
  const value = issue.value ?? "";
  const other = issue.otherName === null ? "another account" : `“${issue.otherName}”`;
  const sentences: Record<IssueKind, string> = {
    "view-not-found": "The view that selects the accounts was not found.",
    "view-broken": "Dynamics 365 refuses to run the view that selects the accounts.",
    "field-not-found": `The Dynamics 365 field ${value} is gone; what it was mapped to keeps its last values.`,
    "field-not-readable": `The Dynamics 365 field ${value} may not be read; what it is mapped to keeps its last values.`,
    "linked-to-other-source": `${name} is not synced: an account here has its id from another source.`,
    "domain-linked-elsewhere": `${name} is not synced: its domain ${value} belongs to ${other}, which is linked to a different account of Dynamics 365.`,
    "name-in-use":
      issue.otherName === null || issue.otherName === issue.name
        ? `${name} is not synced: an account of this name is linked to a different account of Dynamics 365.`
        : `${name} is not synced: ${other} has the same name and is linked to a different account of Dynamics 365.`,
    "name-empty": "The account is not synced: it has no name.",
    excluded: `${name} is not synced: it was deleted here and kept out of the sync.`,
    "domain-taken": `${name} is synced without the domain ${value}: it belongs to ${other}.`,
    "domain-invalid": `${name} is synced without “${value}”: no email domain can be read from it.`,
    "domain-common": `${name} is synced without ${value}: it is a mail provider's domain.`,
    "domain-own": `${name} is synced without ${value}: it is your own company's domain.`,
    "teammate-not-found": `${field} of ${name} was left empty: its user is no teammate here.`,
    "value-invalid": `${field} of ${name} was left empty: ${value} does not fit its type.`,
    "number-rounded": `${field} of ${name} was rounded to ${value}.`,
    "changed-since-plan": `${name} was changed here after the sync had decided about it, so its change was not applied.`,
  };
  return sentences[issue.kind];
}

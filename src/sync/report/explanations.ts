// Explains the changes and issues of a run to an admin.
import { isBlank } from "../../lib/invisible-characters.ts";
import type { ChangeRow } from "./planned-changes.ts";
import { issueKindInfo, type IssueKind } from "../rules/issue-kinds.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";

const STOP_EXPLANATIONS: Readonly<Record<string, string>> = {
  deleted: "Deleted in Dynamics 365",
  deactivated: "Deactivated in Dynamics 365",
  "left-view": "No longer in the view",
};

/** Explains the rule that decided a change, without a full stop. */
export function explainChange(change: ChangeRow, settings: SyncSettings): string {
  const { action, rule } = change;
  if (action === "create") return explainCreate(change, settings);
  if (action === "stop") return STOP_EXPLANATIONS[rule] ?? "No longer in the selection";
  if (action === "resume") return "Linked to this record, which is back in the selection";
  if (rule === "domain") return explainDomainMatch(change);
  return rule === "name" ? "Same name, not linked yet" : "Linked to this record";
}

function explainCreate({ domains: claimed }: ChangeRow, { mapping, options }: SyncSettings): string {
  const areDomainsMapped = mapping.domains.length > 0;
  if (areDomainsMapped && options.onDomainTaken === "skip") {
    // With this option an account is created only if it gets all domains of its record.
    const hasNoDomains = claimed === null || claimed.length === 0;
    if (options.allowDuplicateNames)
      return hasNoDomains ? "New: it has no email domain to match by" : "New: no account has its domains";
    return hasNoDomains ? "New: no account has its name" : "New: no account has its domains or its name";
  }
  if (options.allowDuplicateNames) return "New: no account matches it";
  return areDomainsMapped
    ? "New: no account without a link has its domains or its name"
    : "New: no account has its name";
}

/** The domains that the account had before the change are those that matched. */
function explainDomainMatch({ domains, before }: ChangeRow): string {
  const had = before?.domains ?? domains ?? [];
  const shared = (domains ?? []).filter((domain) => had.includes(domain));
  const subject = shared.length === 0 ? "One of its domains" : listNames(shared, "Its domain", "Its domains");
  return `${subject} ${shared.length > 1 ? "belong" : "belongs"} to this account`;
}

function listNames(values: readonly string[], one: string, many: string): string {
  const last = values.at(-1) ?? "";
  return values.length < 2 ? `${one} ${last}` : `${many} ${values.slice(0, -1).join(", ")} and ${last}`;
}

export type ExplainedIssue = {
  readonly kind: IssueKind;
  readonly name: string | null;
  readonly field: string | null;
  readonly value: string | null;
  /** The account that this one conflicts with: an existing one, or one that the same plan creates. */
  readonly otherName: string | null;
};

/** Explains what happened to one account; `howToResolve` of the kind says what to do. */
export function explainIssue(issue: ExplainedIssue): string {
  const name = issue.name === null || isBlank(issue.name) ? "The account" : `“${issue.name}”`;
  const field = issue.field === null ? "A field" : `The field ${issue.field}`;
  const value = issue.value ?? "";
  const other = issue.otherName === null ? "another account" : `“${issue.otherName}”`;
  const isSameName = issue.otherName === null || issue.otherName === issue.name;
  return issueKindInfo(issue.kind).explain({ name, field, value, other, isSameName });
}

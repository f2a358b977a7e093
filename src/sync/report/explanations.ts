// Explains the changes and issues of a run to an admin.
import { isBlank } from "../../lib/invisible-characters.ts";
import type { StopReason } from "../../accounts/tables.ts";
import type { OtherAccountState } from "./other-accounts.ts";
import { changeOf, type ChangeRow } from "./planned-changes.ts";
import { issueKindInfo, type IssueKind } from "../rules/issue-kinds.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";

/** What became of a record that was not read. */
const FATES: Readonly<Record<StopReason, string>> = {
  deleted: "deleted in Dynamics 365",
  deactivated: "deactivated in Dynamics 365",
  "left-view": "no longer in the view",
  merged: "merged into another one in Dynamics 365",
};

/** Explains the rule that decided a change, without a full stop. */
export function explainChange(change: ChangeRow, settings: SyncSettings): string {
  const { action, rule } = change;
  if (action === "create") return explainCreate(change, settings);
  if (action === "stop") return explainStop(change);
  if (action === "merge") return explainMerge(change);
  if (action === "resume") return "Linked to this record, which is back in the selection";
  if (rule === "merged") return explainTransfer(change);
  return rule === "domain" || rule === "name" ? explainMatch(change) : "Linked to this record";
}

function explainStop(change: ChangeRow): string {
  const { rule, taken_over_by: takenOverBy } = change;
  const reason = isStopReason(rule) ? capitalize(FATES[rule]) : "No longer in the selection";
  return takenOverBy === null ? reason : `${reason}; “${takenOverBy}” takes its account over`;
}

/** The account gives way to another, or gets the link of a winner that was not read. */
function explainMerge(change: ChangeRow): string {
  const { mergedInto } = changeOf(change);
  if (mergedInto !== null) return `Merged into “${mergedInto.name}” in Dynamics 365`;
  const fate = isStopReason(change.rule) ? FATES[change.rule] : "not in the selection";
  return `Linked to the record that its own was merged into, which is ${fate}`;
}

/** The account of a merged record becomes the winner's. */
function explainTransfer(change: ChangeRow): string {
  const { name, takesOver } = changeOf(change);
  if (takesOver === null || takesOver.name === name)
    return "The record of this account was merged into this one in Dynamics 365";
  return `“${takesOver.name}” was merged into it in Dynamics 365, and its account becomes this one's`;
}

function explainMatch(change: ChangeRow): string {
  const { name, takesOver } = changeOf(change);
  const reason = change.rule === "domain" ? explainDomainMatch(change) : "Same name";
  if (takesOver === null) return change.rule === "domain" ? reason : `${reason}, not linked yet`;
  const whose = takesOver.name === name ? "the account" : `“${takesOver.name}”`;
  return `${reason}; takes over ${whose}, whose record was ${FATES[takesOver.reason]}`;
}

function isStopReason(rule: string): rule is StopReason {
  return rule in FATES;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
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
  readonly otherState: OtherAccountState;
};

const OTHER_CLAUSES: Readonly<Record<NonNullable<OtherAccountState>, string>> = {
  "left-view": "whose record left the view",
  merged: "whose record was merged into another one",
  unlinked: "which is not linked any more",
};

/** Explains what happened to one account; `howToResolve` of the kind says what to do. */
export function explainIssue(issue: ExplainedIssue): string {
  const name = issue.name === null || isBlank(issue.name) ? "The account" : `“${issue.name}”`;
  const field = issue.field === null ? "A field" : `The field ${issue.field}`;
  const value = issue.value ?? "";
  const other = issue.otherName === null ? "another account" : `“${issue.otherName}”`;
  const isSameName = issue.otherName === null || issue.otherName === issue.name;
  const otherClause = issue.otherState && OTHER_CLAUSES[issue.otherState];
  return issueKindInfo(issue.kind).explain({ name, field, value, other, isSameName, otherClause });
}

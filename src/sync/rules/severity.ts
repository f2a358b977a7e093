// How severe an issue is (rule 17): derived from its effect. The states of the sync count blocking
// issues and errors; notes are shown below them.
import { issueKindInfo, issueKindNames, type IssueEffect, type IssueKind } from "./issue-kinds.ts";

/**
 * "blocking": the sync or a field stopped. "error": an account was not synced. "note": a value was
 * left out, or a person chose it.
 */
export type Severity = "blocking" | "error" | "note";

const SEVERITY_OF_EFFECT: Readonly<Record<IssueEffect, Severity>> = {
  "stops-run": "blocking",
  "stops-field": "blocking",
  "skips-account": "error",
  "fails-account": "error",
  "drops-domain": "note",
  "drops-value": "note",
  "keeps-value": "note",
};

export function severityOf(kind: IssueKind): Severity {
  const { effect, isChosen } = issueKindInfo(kind);
  return isChosen ? "note" : SEVERITY_OF_EFFECT[effect];
}

/** The kinds that the state of the sync counts, which are all but the notes. */
export const errorKinds: readonly IssueKind[] = issueKindNames.filter((kind) => severityOf(kind) !== "note");

export type SeverityCounts = Readonly<Record<Severity, number>>;

/** Adds up counts by kind. */
export function countBySeverity(counts: Readonly<Partial<Record<IssueKind, number>>>): SeverityCounts {
  const sums: Record<Severity, number> = { blocking: 0, error: 0, note: 0 };
  for (const kind of issueKindNames) sums[severityOf(kind)] += counts[kind] ?? 0;
  return sums;
}

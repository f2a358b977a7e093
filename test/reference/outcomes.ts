// The outcome of each draft: "What comes out" in docs/rules.md.
import type { Draft, Issue } from "./draft.ts";
import type { Account, ModelStore } from "./model-store.ts";
import type { RunState, TakenOver } from "./run-state.ts";

export interface Outcome {
  readonly outcome: "created" | "linked" | "updated" | "unchanged" | "skipped";
  readonly matchedBy?: "domain" | "name" | "merged";
  /** The record that had the account before, for the reason that opened it. */
  readonly takenOver?: TakenOver | undefined;
  /** The issues of the draft and of the decision. */
  readonly issues: readonly Issue[];
}

export function outcomeOf(state: RunState, draft: Draft, before: ModelStore): Outcome {
  const decision = state.decisions.get(draft.id);
  if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
  const isExcluded = decision.kind === "skipped" && decision.issue.kind === "excluded";
  const issues = isExcluded ? [] : [...draft.issues];
  if (decision.kind === "skipped") issues.push(decision.issue);
  else for (const domain of decision.takenDomains) issues.push({ kind: "domain-taken", value: domain });
  for (const issue of issues) state.hit(`issue: ${issue.kind}`);
  if (decision.kind === "skipped") return { outcome: "skipped", issues };
  if (decision.kind === "created") return { outcome: "created", issues };
  if (decision.kind !== "already linked")
    return { outcome: "linked", matchedBy: decision.kind, takenOver: decision.takenOver, issues };
  const isResumed = before.linkOfRecord(state.options.org, draft.id)?.stopReason !== null;
  const outcome = isResumed || differs(decision.account, before) ? "updated" : "unchanged";
  state.hit(outcome === "unchanged" && issues.length > 0 ? "unchanged: with an issue" : outcome);
  return { outcome, issues };
}

function differs(account: Account, before: ModelStore): boolean {
  const old = before.accounts.get(account.number);
  if (old === undefined)
    throw new Error(`The account ${account.number} was linked before, and is not known.`);
  return accountText(account) !== accountText(old);
}

/** Returns what a run can change of an account, as text. */
function accountText({ name, description, domains, fields }: Account): string {
  return JSON.stringify([
    name,
    description,
    [...domains].toSorted(),
    Object.entries(fields).map(String).toSorted(),
  ]);
}

// Decides the drafts once more after the last one: "Again, until nothing moves" in docs/rules.md.
import { decide } from "./decide.ts";
import type { Draft } from "./draft.ts";
import type { Decision, RunState } from "./run-state.ts";

/** @returns whether anything changed */
export function decideAgain(state: RunState, drafts: readonly Draft[]): boolean {
  let isChanged = false;
  for (const draft of drafts) {
    const decision = state.decisions.get(draft.id);
    if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
    if (decision.kind === "skipped") {
      if (decideSkippedAgain(state, draft, decision)) isChanged = true;
    } else {
      const free = decision.takenDomains.filter((domain) => state.store.holder(domain) === undefined);
      for (const domain of free) {
        state.hit("again: taken domain claimed");
        state.store.assignDomain(decision.account, domain);
        isChanged = true;
      }
      decision.takenDomains = decision.takenDomains.filter((domain) => !free.includes(domain));
    }
  }
  return isChanged;
}

function decideSkippedAgain(
  state: RunState,
  draft: Draft,
  before: Extract<Decision, { kind: "skipped" }>,
): boolean {
  if (before.issue.kind !== "domain-linked-elsewhere" && before.issue.kind !== "name-in-use") return false;
  // The branches were counted the first time.
  const decision = decide({ ...state, hit: () => undefined }, draft);
  state.decisions.set(draft.id, decision);
  if (decision.kind !== "skipped") {
    state.hit("again: refused no longer");
    return true;
  }
  const isSame =
    decision.issue.kind === before.issue.kind &&
    decision.issue.value === before.issue.value &&
    decision.blocker === before.blocker;
  if (!isSame) state.hit("again: refused for another reason or by another account");
  return !isSame;
}

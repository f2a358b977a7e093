// The reference model of a run: docs/rules.md as loops, section by section, one draft after the
// other. It takes drafts (`draft.ts`) and returns a new store; nothing is planned, staged or
// batched.
import { decideLinked, decideNotLinked, releaseDomains, releaseName } from "./decide.ts";
import type { Draft, Issue } from "./draft.ts";
import { countRelease } from "./count-branches.ts";
import type { Decision, RunOptions, RunState } from "./run-state.ts";
import { isBlank, type Account, type StopReason, type ModelStore } from "./model-store.ts";

export interface Outcome {
  readonly outcome: "created" | "linked" | "updated" | "unchanged" | "skipped";
  readonly matchedBy?: "domain" | "name";
  /** The issues of the draft and of the decision. */
  readonly issues: readonly Issue[];
}

export interface RunResult {
  readonly store: ModelStore;
  /** By record id, one for each record read. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Links that stopped in this run; their records are not among the outcomes. */
  readonly stopped: readonly { readonly recordId: string; readonly reason: StopReason }[];
}

export function run(before: ModelStore, rows: readonly Draft[], options: RunOptions): RunResult {
  const drafts = sortDrafts(rows);
  const state: RunState = {
    store: before.copy(),
    options,
    hit: options.hit ?? (() => undefined),
    decisions: new Map(),
    readIds: new Set(drafts.map((draft) => draft.id)),
    linkedInRun: new Set(),
    releasedDomains: new Map(),
    releasedNames: new Map(),
  };
  const stopped = stopMissingRecords(state);
  const remaining = withoutSkipped(state, drafts);
  for (const draft of remaining) release(state, draft);
  for (const draft of remaining) state.decisions.set(draft.id, decide(state, draft));
  while (decideAgain(state, remaining)) continue;
  const outcomes = new Map(drafts.map((draft) => [draft.id, outcomeOf(state, draft, before)]));
  return { store: state.store, outcomes, stopped };
}

/** Returns one draft for each id, by createdon, then by id as lower-case text. */
function sortDrafts(rows: readonly Draft[]): Draft[] {
  const once = new Map<string, Draft>();
  for (const row of rows) if (!once.has(row.id)) once.set(row.id, row);
  return [...once.values()].toSorted(
    (a, b) => Date.parse(a.createdon) - Date.parse(b.createdon) || (a.id < b.id ? -1 : 1),
  );
}

function stopMissingRecords(state: RunState): RunResult["stopped"] {
  const stopped: { recordId: string; reason: StopReason }[] = [];
  for (const link of state.store.linksOf(state.options.org)) {
    if (state.readIds.has(link.recordId)) continue;
    const reason = stopReasonOf(link.recordId, state.options);
    if (reason === link.stopReason) {
      state.hit("stopped before, for the same reason");
      continue;
    }
    state.hit(link.stopReason === null ? `stop: ${reason}` : "stop: stopped before, for another reason now");
    link.stopReason = reason;
    stopped.push({ recordId: link.recordId, reason });
  }
  return stopped;
}

function stopReasonOf(recordId: string, options: RunOptions): StopReason {
  const status = options.lookUp(recordId);
  if (status === "gone") return "deleted";
  if (options.selection === "view") return "left-view";
  if (status === "inactive") return "deactivated";
  throw new Error(`The record ${recordId} is there and active, but was not read: give the model all rows.`);
}

/** Skips drafts with a blank name and excluded ones; returns the others. */
function withoutSkipped(state: RunState, drafts: readonly Draft[]): Draft[] {
  const { store, options, hit, decisions } = state;
  return drafts.filter((draft) => {
    if (isBlank(draft.name)) {
      hit(
        store.linkOfRecord(options.org, draft.id)
          ? "skip: name-empty, of a linked record"
          : "skip: name-empty",
      );
      decisions.set(draft.id, { kind: "skipped", issue: { kind: "name-empty" } });
      return false;
    }
    if (store.excluded.has(draft.id)) {
      hit("skip: excluded");
      decisions.set(draft.id, { kind: "skipped", issue: { kind: "excluded" } });
      return false;
    }
    return true;
  });
}

function release(state: RunState, draft: Draft): void {
  const link = state.store.linkOfRecord(state.options.org, draft.id);
  if (!link) return;
  countRelease(state, draft, link);
  releaseDomains(state, link.account, draft);
  releaseName(state, link.account, draft);
}

function decide(state: RunState, draft: Draft): Decision {
  const link = state.store.linkOfRecord(state.options.org, draft.id);
  return link ? decideLinked(state, draft, link) : decideNotLinked(state, draft);
}

/**
 * Decides all drafts once more.
 *
 * @returns whether anything changed
 */
function decideAgain(state: RunState, drafts: readonly Draft[]): boolean {
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

function outcomeOf(state: RunState, draft: Draft, before: ModelStore): Outcome {
  const decision = state.decisions.get(draft.id);
  if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
  const isExcluded = decision.kind === "skipped" && decision.issue.kind === "excluded";
  const issues = isExcluded ? [] : [...draft.issues];
  if (decision.kind === "skipped") issues.push(decision.issue);
  else for (const domain of decision.takenDomains) issues.push({ kind: "domain-taken", value: domain });
  for (const issue of issues) state.hit(`issue: ${issue.kind}`);
  if (decision.kind === "skipped") return { outcome: "skipped", issues };
  if (decision.kind === "created") return { outcome: "created", issues };
  if (decision.kind !== "already linked") return { outcome: "linked", matchedBy: decision.kind, issues };
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

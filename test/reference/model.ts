// A run, one account at a time: docs/rules.md put into loops, section by section and in its order. It decides on
// drafts alone (`draft.ts` makes them) and returns a new world; nothing is planned, staged or batched, and every
// question is answered by looking at the world as it is at that moment.
import { decideLinked, decideNotLinked, releaseDomains, releaseName } from "./decide.ts";
import type { Draft, Issue } from "./draft.ts";
import { countRelease } from "./count-branches.ts";
import type { Decision, RunOptions, RunState } from "./run-state.ts";
import type { Account, StopReason, ModelStore } from "./model-store.ts";

export interface Outcome {
  readonly outcome: "created" | "linked" | "updated" | "unchanged" | "skipped";
  readonly matchedBy?: "domain" | "name";
  /** Those of the draft and those of the decision. */
  readonly issues: readonly Issue[];
}

export interface RunResult {
  readonly store: ModelStore;
  /** By record id, one for each record read. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Counted beside. */
  readonly stopped: readonly { readonly recordId: string; readonly reason: StopReason }[];
}

export function run(before: ModelStore, rows: readonly Draft[], options: RunOptions): RunResult {
  const drafts = sortDrafts(rows);
  const running: RunState = {
    store: before.copy(),
    options,
    hit: options.hit ?? (() => undefined),
    decisions: new Map(),
    readIds: new Set(drafts.map((draft) => draft.id)),
    linkedInRun: new Set(),
    releasedDomains: new Map(),
    releasedNames: new Map(),
  };
  const stopped = stopMissingRecords(running);
  const remaining = withoutSkipped(running, drafts);
  for (const draft of remaining) release(running, draft);
  for (const draft of remaining) running.decisions.set(draft.id, decide(running, draft));
  while (decideAgain(running, remaining)) continue;
  const outcomes = new Map(drafts.map((draft) => [draft.id, outcomeOf(running, draft, before)]));
  return { store: running.store, outcomes, stopped };
}

/** One draft for each id, by createdon, then by id as lower-case text. */
function sortDrafts(rows: readonly Draft[]): Draft[] {
  const once = new Map<string, Draft>();
  for (const row of rows) if (!once.has(row.id)) once.set(row.id, row);
  return [...once.values()].toSorted(
    (a, b) => Date.parse(a.createdon) - Date.parse(b.createdon) || (a.id < b.id ? -1 : 1),
  );
}

function stopMissingRecords(running: RunState): RunResult["stopped"] {
  const stopped: { recordId: string; reason: StopReason }[] = [];
  for (const link of running.store.linksOf(running.options.org)) {
    if (running.readIds.has(link.recordId)) continue;
    const reason = stopReasonOf(link.recordId, running.options);
    if (reason === link.stopReason) {
      running.hit("departed: still away, same reason");
      continue;
    }
    running.hit(link.stopReason === null ? `leave: ${reason}` : "leave: departed before, another reason now");
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

/** The drafts that go on; those with a blank name and excluded ones are skipped here. */
function withoutSkipped(running: RunState, drafts: readonly Draft[]): Draft[] {
  const { store, options, hit, decisions } = running;
  return drafts.filter((draft) => {
    if (draft.name.trim() === "") {
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

function release(running: RunState, draft: Draft): void {
  const link = running.store.linkOfRecord(running.options.org, draft.id);
  if (!link) return;
  countRelease(running, draft, link);
  releaseDomains(running, link.account, draft);
  releaseName(running, link.account, draft);
}

function decide(running: RunState, draft: Draft): Decision {
  const link = running.store.linkOfRecord(running.options.org, draft.id);
  return link ? decideLinked(running, draft, link) : decideNotLinked(running, draft);
}

/** One more pass over all drafts; says whether anything moved. */
function decideAgain(running: RunState, drafts: readonly Draft[]): boolean {
  let isChanged = false;
  for (const draft of drafts) {
    const decision = running.decisions.get(draft.id);
    if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
    if (decision.kind === "skipped") {
      if (decideSkippedAgain(running, draft, decision)) isChanged = true;
    } else {
      const free = decision.takenDomains.filter((domain) => running.store.holder(domain) === undefined);
      for (const domain of free) {
        running.hit("again: left-out domain claimed");
        running.store.assignDomain(decision.account, domain);
        isChanged = true;
      }
      decision.takenDomains = decision.takenDomains.filter((domain) => !free.includes(domain));
    }
  }
  return isChanged;
}

function decideSkippedAgain(
  running: RunState,
  draft: Draft,
  before: Extract<Decision, { kind: "skipped" }>,
): boolean {
  if (before.issue.kind !== "domain-linked-elsewhere" && before.issue.kind !== "name-in-use") return false;
  // The branches were counted the first time.
  const decision = decide({ ...running, hit: () => undefined }, draft);
  running.decisions.set(draft.id, decision);
  if (decision.kind !== "skipped") {
    running.hit("again: refused no longer");
    return true;
  }
  const isSame =
    decision.issue.kind === before.issue.kind &&
    decision.issue.value === before.issue.value &&
    decision.blocker === before.blocker;
  if (!isSame) running.hit("again: refused for another reason or by another account");
  return !isSame;
}

function outcomeOf(running: RunState, draft: Draft, before: ModelStore): Outcome {
  const decision = running.decisions.get(draft.id);
  if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
  const issues = [...draft.issues];
  if (decision.kind === "skipped") issues.push(decision.issue);
  else for (const domain of decision.takenDomains) issues.push({ kind: "domain-taken", value: domain });
  for (const issue of issues) running.hit(`issue: ${issue.kind}`);
  if (decision.kind === "skipped") return { outcome: "skipped", issues };
  if (decision.kind === "created") return { outcome: "created", issues };
  if (decision.kind !== "kept") return { outcome: "linked", matchedBy: decision.kind, issues };
  const isResumed = before.linkOfRecord(running.options.org, draft.id)?.stopReason !== null;
  const outcome = isResumed || differs(decision.account, before) ? "updated" : "unchanged";
  running.hit(outcome === "unchanged" && issues.length > 0 ? "unchanged: with an issue" : outcome);
  return { outcome, issues };
}

function differs(account: Account, before: ModelStore): boolean {
  const old = before.accounts.get(account.number);
  if (old === undefined)
    throw new Error(`The account ${account.number} was linked before, and is not known.`);
  return accountText(account) !== accountText(old);
}

/** All of an account that a run could change, as text. */
function accountText({ name, description, domains, fields }: Account): string {
  return JSON.stringify([
    name,
    description,
    [...domains].toSorted(),
    Object.entries(fields).map(String).toSorted(),
  ]);
}

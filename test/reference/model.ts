// A run, one account at a time: docs/rules.md put into loops, section by section and in its order. It decides on
// drafts alone (`draft.ts` makes them) and returns a new world; nothing is planned, staged or batched, and every
// question is answered by looking at the world as it is at that moment.
import { decideLinked, decideNotLinked, giveUpDomains, giveUpName } from "./decide.ts";
import type { Draft, Issue } from "./draft.ts";
import { noteGiveUp } from "./count-branches.ts";
import type { Decision, RunOptions, Running } from "./run-state.ts";
import type { Account, LeftReason, World } from "./model-store.ts";

export interface Outcome {
  readonly outcome: "created" | "linked" | "updated" | "unchanged" | "skipped";
  readonly matchedBy?: "domain" | "name";
  /** Those of the draft and those of the decision. */
  readonly issues: readonly Issue[];
}

export interface RunResult {
  readonly world: World;
  /** By record id, one for each record read. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Counted beside. */
  readonly left: readonly { readonly recordId: string; readonly reason: LeftReason }[];
}

export function run(before: World, rows: readonly Draft[], options: RunOptions): RunResult {
  const drafts = inOrder(rows);
  const running: Running = {
    world: before.copy(),
    options,
    hit: options.hit ?? (() => undefined),
    decisions: new Map(),
    read: new Set(drafts.map((draft) => draft.id)),
    made: new Set(),
    freedDomains: new Map(),
    freedNames: new Map(),
  };
  const left = leave(running);
  const remaining = withoutSkipped(running, drafts);
  for (const draft of remaining) giveUp(running, draft);
  for (const draft of remaining) running.decisions.set(draft.id, decide(running, draft));
  while (again(running, remaining)) continue;
  const outcomes = new Map(drafts.map((draft) => [draft.id, outcomeOf(running, draft, before)]));
  return { world: running.world, outcomes, left };
}

/** One draft for each id, by createdon, then by id as lower-case text. */
function inOrder(rows: readonly Draft[]): Draft[] {
  const once = new Map<string, Draft>();
  for (const row of rows) if (!once.has(row.id)) once.set(row.id, row);
  return [...once.values()].toSorted(
    (a, b) => Date.parse(a.createdon) - Date.parse(b.createdon) || (a.id < b.id ? -1 : 1),
  );
}

function leave(running: Running): RunResult["left"] {
  const left: { recordId: string; reason: LeftReason }[] = [];
  for (const link of running.world.linksOf(running.options.org)) {
    if (running.read.has(link.recordId)) continue;
    const reason = reasonToLeave(link.recordId, running.options);
    if (reason === link.left) {
      running.hit("departed: still away, same reason");
      continue;
    }
    running.hit(link.left === null ? `leave: ${reason}` : "leave: departed before, another reason now");
    link.left = reason;
    left.push({ recordId: link.recordId, reason });
  }
  return left;
}

function reasonToLeave(recordId: string, options: RunOptions): LeftReason {
  const there = options.lookUp(recordId);
  if (there === "gone") return "deleted";
  if (options.selection === "view") return "left-view";
  if (there === "inactive") return "deactivated";
  throw new Error(`The record ${recordId} is there and active, but was not read: give the model all rows.`);
}

/** The drafts that go on; those with a blank name and excluded ones are skipped here. */
function withoutSkipped(running: Running, drafts: readonly Draft[]): Draft[] {
  const { world, options, hit, decisions } = running;
  return drafts.filter((draft) => {
    if (draft.name.trim() === "") {
      hit(
        world.linkOfRecord(options.org, draft.id)
          ? "skip: name-empty, of a linked record"
          : "skip: name-empty",
      );
      decisions.set(draft.id, { kind: "skipped", issue: { kind: "name-empty" } });
      return false;
    }
    if (world.excluded.has(draft.id)) {
      hit("skip: excluded");
      decisions.set(draft.id, { kind: "skipped", issue: { kind: "excluded" } });
      return false;
    }
    return true;
  });
}

function giveUp(running: Running, draft: Draft): void {
  const link = running.world.linkOfRecord(running.options.org, draft.id);
  if (!link) return;
  noteGiveUp(running, draft, link);
  giveUpDomains(running, link.account, draft);
  giveUpName(running, link.account, draft);
}

function decide(running: Running, draft: Draft): Decision {
  const link = running.world.linkOfRecord(running.options.org, draft.id);
  return link ? decideLinked(running, draft, link) : decideNotLinked(running, draft);
}

/** One more pass over all drafts; says whether anything moved. */
function again(running: Running, drafts: readonly Draft[]): boolean {
  let moved = false;
  for (const draft of drafts) {
    const decision = running.decisions.get(draft.id);
    if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
    if (decision.kind === "skipped") {
      if (decideAnew(running, draft, decision)) moved = true;
    } else {
      const free = decision.leftOut.filter((domain) => running.world.holder(domain) === undefined);
      for (const domain of free) {
        running.hit("again: left-out domain claimed");
        running.world.give(decision.account, domain);
        moved = true;
      }
      decision.leftOut = decision.leftOut.filter((domain) => !free.includes(domain));
    }
  }
  return moved;
}

function decideAnew(running: Running, draft: Draft, old: Extract<Decision, { kind: "skipped" }>): boolean {
  if (old.issue.kind !== "domain-linked-elsewhere" && old.issue.kind !== "name-in-use") return false;
  // The branches were counted the first time.
  const anew = decide({ ...running, hit: () => undefined }, draft);
  running.decisions.set(draft.id, anew);
  if (anew.kind !== "skipped") {
    running.hit("again: refused no longer");
    return true;
  }
  const same =
    anew.issue.kind === old.issue.kind &&
    anew.issue.value === old.issue.value &&
    anew.inTheWay === old.inTheWay;
  if (!same) running.hit("again: refused for another reason or by another account");
  return !same;
}

function outcomeOf(running: Running, draft: Draft, before: World): Outcome {
  const decision = running.decisions.get(draft.id);
  if (decision === undefined) throw new Error(`Nothing was decided for ${draft.id}.`);
  const issues = [...draft.issues];
  if (decision.kind === "skipped") issues.push(decision.issue);
  else for (const domain of decision.leftOut) issues.push({ kind: "domain-taken", value: domain });
  for (const issue of issues) running.hit(`issue: ${issue.kind}`);
  if (decision.kind === "skipped") return { outcome: "skipped", issues };
  if (decision.kind === "created") return { outcome: "created", issues };
  if (decision.kind !== "kept") return { outcome: "linked", matchedBy: decision.kind, issues };
  const returned = before.linkOfRecord(running.options.org, draft.id)?.left !== null;
  const outcome = returned || differs(decision.account, before) ? "updated" : "unchanged";
  running.hit(outcome === "unchanged" && issues.length > 0 ? "unchanged: with an issue" : outcome);
  return { outcome, issues };
}

function differs(account: Account, before: World): boolean {
  const old = before.accounts.get(account.number);
  if (old === undefined)
    throw new Error(`The account ${account.number} was linked before, and is not known.`);
  return said(account) !== said(old);
}

/** All of an account that a run could change, as text. */
function said({ name, description, domains, fields }: Account): string {
  return JSON.stringify([
    name,
    description,
    [...domains].toSorted(),
    Object.entries(fields).map(String).toSorted(),
  ]);
}

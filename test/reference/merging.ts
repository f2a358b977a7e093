// What becomes of the accounts whose records were not read: merges ("Merging" in docs/rules.md),
// then stops. Both come before any draft is decided.
import type { Draft } from "./draft.ts";
import { concernsAny, findReason, findWinner, type Finding } from "./missing-records.ts";
import { isBlank, type Account, type Link, type StopReason } from "./model-store.ts";
import type { RunState } from "./run-state.ts";

/** A merged record whose account was merged into the winner's, or got the unread winner's link. */
export interface Merge {
  readonly recordId: string;
  readonly winner: string;
  readonly rule: "merged" | "deactivated" | "left-view";
}

export interface Stop {
  readonly recordId: string;
  readonly reason: StopReason;
}

type MergedFinding = Extract<Finding, { reason: "merged" }>;

/** Looks up the records of links that were not read; a retry only those that concern its drafts. */
export function lookUpMissing(
  state: RunState,
  drafts: readonly Draft[],
  selected: ReadonlySet<string>,
): void {
  const { org, selection, mode, lookUp } = state.options;
  for (const link of state.store.linksOf(org)) {
    const { recordId } = link;
    if (state.readIds.has(recordId)) continue;
    if (typeof mode === "object" && !concernsAny(link, drafts)) continue;
    if (selection === "all" && lookUp(recordId)?.active)
      throw new Error(
        `The record ${recordId} is there and active, but was not read: give the model all rows.`,
      );
    state.found.set(recordId, findReason(recordId, selected, lookUp));
    countLookUp(state, link, selected);
  }
}

/** Only a full run changes why the link of a deleted record stopped. */
function keepsReason({ options: { mode } }: RunState, link: Link): boolean {
  return mode !== "sync" && link.stopReason === "deleted";
}

export function mergeRecords(state: RunState, drafts: readonly Draft[]): Merge[] {
  const merged = state.store
    .linksOf(state.options.org)
    .flatMap((link) => {
      const found = state.found.get(link.recordId);
      return found?.reason === "merged" && !keepsReason(state, link) ? [{ link, found }] : [];
    })
    .toSorted(
      (a, b) => wasMerged(a.link) - wasMerged(b.link) || a.link.account.number - b.link.account.number,
    );
  return merged.flatMap(({ link, found }) => mergeRecord(state, drafts, link, found) ?? []);
}

function wasMerged({ stopReason }: Link): 0 | 1 {
  return stopReason === "merged" ? 1 : 0;
}

function mergeRecord(
  state: RunState,
  drafts: readonly Draft[],
  link: Link,
  found: MergedFinding,
): Merge | undefined {
  const { store, hit, options } = state;
  const target = store.linkOfRecord(options.org, found.winner)?.account;
  if (target) return mergeInto(state, link, target, found);
  const skipReason = skippedWinnerReason(state, drafts, found.winner);
  if (skipReason !== undefined) {
    hit(`merge: the winner is skipped, ${skipReason}`);
    state.found.set(link.recordId, { reason: "deactivated" });
    return undefined;
  }
  // Otherwise a take-over of the winner's account would give the next run something to merge.
  if (found.winnerReason !== null && link.mergedInto !== null) {
    hit("merge: stays merged into what was the winner's account");
    return undefined;
  }
  return giveAccount(state, link, found);
}

/** The link stops as merged into the winner's account, and its own account gives up its domains. */
function mergeInto(
  { store, hit, inherited, releasedDomains }: RunState,
  link: Link,
  target: Account,
  { winner }: MergedFinding,
): Merge | undefined {
  const { recordId, account } = link;
  if (link.stopReason === "merged" && link.mergedInto === target) {
    hit("merge: merged into the same account before");
    return undefined;
  }
  hit(wasMerged(link) ? "merge: into another account than before" : "merge: into the winner's account");
  if (inherited.has(winner)) hit("merge: into the account that the winner has just got");
  link.stopReason = "merged";
  link.mergedInto = target;
  for (const domain of account.domains) {
    hit("merge: a domain is given up");
    store.releaseDomain(account, domain);
    releasedDomains.set(domain, account);
  }
  return { recordId, winner, rule: "merged" };
}

/** The account becomes that of the winner, which has none. */
function giveAccount(
  { store, hit, inherited, found, options }: RunState,
  link: Link,
  { winner, winnerReason }: MergedFinding,
): Merge | undefined {
  const { recordId, account } = link;
  if (wasMerged(link)) hit("merge: a winner without an account gets that of a record merged before");
  store.unlink(link);
  found.delete(recordId);
  inherited.set(winner, recordId);
  store.link(options.org, winner, account, winnerReason);
  if (winnerReason === null) {
    hit("merge: the account becomes that of a winner that was read");
    return undefined;
  }
  hit(`merge: the account becomes that of a winner that was not read, ${winnerReason}`);
  found.set(winner, { reason: winnerReason });
  return { recordId, winner, rule: winnerReason };
}

/** Returns why the winner, which has no account, gets none in this run. */
function skippedWinnerReason(state: RunState, drafts: readonly Draft[], winner: string) {
  const draft = drafts.find(({ id }) => id === winner);
  if (draft && isBlank(draft.name)) return "name-empty";
  if (state.store.excluded.has(winner)) return "excluded";
  if (state.store.withExternalId(winner)) return "linked-to-other-source";
  return undefined;
}

export function stopMissingRecords(state: RunState): Stop[] {
  const stops: Stop[] = [];
  for (const link of state.store.linksOf(state.options.org)) {
    const reason = state.found.get(link.recordId)?.reason;
    if (reason === undefined || reason === "merged") continue;
    if (reason === link.stopReason) {
      state.hit("stopped before, for the same reason");
    } else if (keepsReason(state, link)) {
      state.hit("stopped as deleted: the reason stays until a full run");
    } else {
      state.hit(
        link.stopReason === null ? `stop: ${reason}` : "stop: stopped before, for another reason now",
      );
      link.stopReason = reason;
      link.mergedInto = null;
      stops.push({ recordId: link.recordId, reason });
    }
  }
  return stops;
}

function countLookUp({ hit, options }: RunState, link: Link, selected: ReadonlySet<string>): void {
  const { recordId } = link;
  if (typeof options.mode === "object") hit("retry: a record in the way is looked up");
  const record = options.lookUp(recordId);
  if (!record || record.active || record.master === null) return;
  const winner = findWinner(recordId, selected, options.lookUp);
  if (typeof winner === "string") hit(`merged: ${winner}`);
  else if (winner.hops > 1) hit("merged: through another merged record");
}

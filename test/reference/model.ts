// The reference model of a run: docs/rules.md as loops, section by section, one draft after the
// other. It takes drafts (`draft.ts`) and returns a new store; nothing is planned, staged or
// batched.
import { decide, releaseDomains, releaseName } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import type { Draft } from "./draft.ts";
import { countRelease } from "./count-branches.ts";
import { lookUpMissing, mergeRecords, stopMissingRecords, type Merge, type Stop } from "./merging.ts";
import { readForRetry } from "./missing-records.ts";
import { outcomeOf, type Outcome } from "./outcomes.ts";
import type { RunOptions, RunState } from "./run-state.ts";
import { isBlank, type ModelStore } from "./model-store.ts";

export interface RunResult {
  readonly store: ModelStore;
  /** By record id, one for each record read. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Links that stopped in this run; their records are not among the outcomes. */
  readonly stopped: readonly Stop[];
  /** Records that were not read and that were merged in this run. */
  readonly merged: readonly Merge[];
}

/** @param rows the drafts of the whole selection, in any order */
export function run(before: ModelStore, rows: readonly Draft[], options: RunOptions): RunResult {
  const selected = new Map(sortDrafts(rows).map((draft) => [draft.id, draft]));
  const drafts = sortDrafts(draftsToRead(before, selected, options));
  const state: RunState = {
    store: before.copy(),
    options,
    hit: options.hit ?? (() => undefined),
    decisions: new Map(),
    readIds: new Set(drafts.map((draft) => draft.id)),
    found: new Map(),
    inherited: new Map(),
    linkedInRun: new Set(),
    releasedDomains: new Map(),
    releasedNames: new Map(),
  };
  lookUpMissing(state, drafts, new Set(selected.keys()));
  const remaining = withoutSkipped(state, drafts);
  const merged = mergeRecords(state, drafts);
  const stopped = stopMissingRecords(state);
  for (const draft of remaining) release(state, draft);
  for (const draft of remaining) state.decisions.set(draft.id, decide(state, draft));
  while (decideAgain(state, remaining)) continue;
  const outcomes = new Map(drafts.map((draft) => [draft.id, outcomeOf(state, draft, before)]));
  return { store: state.store, outcomes, stopped, merged };
}

function draftsToRead(
  store: ModelStore,
  selected: ReadonlyMap<string, Draft>,
  { org, mode, lookUp }: RunOptions,
): readonly Draft[] {
  if (typeof mode === "string") return [...selected.values()];
  return readForRetry({ org, store, selected, retried: mode.retried, lookUp });
}

/** Returns one draft for each id, by createdon, then by id as lower-case text. */
function sortDrafts(rows: readonly Draft[]): Draft[] {
  const once = new Map<string, Draft>();
  for (const row of rows) if (!once.has(row.id)) once.set(row.id, row);
  return [...once.values()].toSorted(
    (a, b) => Date.parse(a.createdon) - Date.parse(b.createdon) || (a.id < b.id ? -1 : 1),
  );
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

// Why linked records were not read: "Why a record was not read" of docs/rules.md. Each is looked up
// by its id, whatever the selection; a merged one is followed to the winner.
import type { Draft } from "./draft.ts";
import { nameKey, type Link, type ModelStore, type StopReason } from "./model-store.ts";

const MAX_MASTERS = 32;

/** A record as a lookup by its id finds it; undefined if it is gone. */
export type LookUp = (recordId: string) => LookedUpRecord | undefined;

export interface LookedUpRecord {
  readonly active: boolean;
  /** What the record was merged into; it keeps this when somebody activates it again. */
  readonly master: string | null;
}

export type Finding =
  | { readonly reason: Exclude<StopReason, "merged"> }
  | {
      readonly reason: "merged";
      readonly winner: string;
      /** Null if the winner was read. */
      readonly winnerReason: "deactivated" | "left-view" | null;
    };

/** The masters of a merged record lead nowhere. */
export type NoWinner = "circle" | "too many masters" | "master is gone";

/** @param readIds the records read, or that a retry would read */
export function findReason(recordId: string, readIds: ReadonlySet<string>, lookUp: LookUp): Finding {
  const record = lookUp(recordId);
  if (!record) return { reason: "deleted" };
  if (record.active) return { reason: "left-view" };
  if (record.master === null) return { reason: "deactivated" };
  const winner = findWinner(recordId, readIds, lookUp);
  if (typeof winner === "string") return { reason: "deactivated" };
  const winnerReason = lookUp(winner.id)?.active ? "left-view" : "deactivated";
  return { reason: "merged", winner: winner.id, winnerReason: readIds.has(winner.id) ? null : winnerReason };
}

/** Follows the masters of a record to the first one that was read or is not merged itself. */
export function findWinner(
  recordId: string,
  readIds: ReadonlySet<string>,
  lookUp: LookUp,
): { readonly id: string; readonly hops: number } | NoWinner {
  const passed = new Set<string>([recordId]);
  let id = lookUp(recordId)?.master ?? recordId;
  for (let hops = 1; hops <= MAX_MASTERS; hops += 1) {
    if (readIds.has(id)) return { id, hops };
    if (passed.has(id)) return "circle";
    passed.add(id);
    const record = lookUp(id);
    if (!record) return "master is gone";
    if (record.active || record.master === null) return { id, hops };
    id = record.master;
  }
  return "too many masters";
}

/** Whether the account of the link has a domain or the name of one of the drafts. */
export function concernsAny({ account }: Link, drafts: Iterable<Draft>): boolean {
  for (const { name, domains } of drafts) {
    if (account.name !== null && nameKey(account.name) === nameKey(name)) return true;
    if (domains?.some((domain) => account.domains.has(domain))) return true;
  }
  return false;
}

interface Retry {
  readonly org: string;
  readonly store: ModelStore;
  /** Drafts of the whole selection, by record id. */
  readonly selected: ReadonlyMap<string, Draft>;
  readonly retried: ReadonlySet<string>;
  readonly lookUp: LookUp;
}

/**
 * Returns the drafts that a retry reads: the retried records, and those whose accounts have their
 * domains or names with the winners of those, as far as they are selected; and so on.
 */
export function readForRetry({ org, store, selected, retried, lookUp }: Retry): Draft[] {
  const selectedIds = new Set(selected.keys());
  const read = new Map<string, Draft>();
  const readIfSelected = (id: string) => {
    const draft = selected.get(id);
    if (draft) read.set(id, draft);
  };
  for (const id of retried) readIfSelected(id);
  for (let before = -1; before < read.size;) {
    before = read.size;
    for (const link of store.linksOf(org)) {
      if (!concernsAny(link, read.values())) continue;
      readIfSelected(link.recordId);
      const found = findReason(link.recordId, selectedIds, lookUp);
      if (found.reason === "merged" && !selected.has(link.recordId)) readIfSelected(found.winner);
    }
  }
  return [...read.values()];
}

// The state of a run of the model: the store as it is at the moment, why records were not read,
// what was decided so far, and which accounts are taken.
import type { Issue } from "./draft.ts";
import type { CountBranch } from "./coverage.ts";
import type { Finding, LookUp } from "./missing-records.ts";
import { nameKey, type Account, type ModelStore } from "./model-store.ts";

export interface RunOptions {
  readonly org: string;
  readonly selection: "all" | "view";
  readonly allowDuplicateNames: boolean;
  readonly onDomainTaken: "skip" | "without-domain";
  readonly mode: RunMode;
  readonly lookUp: LookUp;
  readonly hit?: CountBranch;
}

/** A retry reads these records and what stands in their way; the others read the selection. */
export type RunMode = "sync" | "changes" | { readonly retried: ReadonlySet<string> };

export type Decision =
  | {
      readonly kind: "already linked" | "created" | "domain" | "name" | "merged";
      readonly account: Account;
      readonly takenOver?: TakenOver | undefined;
      takenDomains: string[];
    }
  | { readonly kind: "skipped"; readonly issue: Issue; readonly blocker?: Account };

/** The record whose account was taken over, and why that account was open. */
export interface TakenOver {
  readonly recordId: string;
  readonly reason: Finding["reason"];
}

export interface RunState {
  readonly store: ModelStore;
  readonly options: RunOptions;
  readonly hit: CountBranch;
  readonly decisions: Map<string, Decision>;
  /** Ids of the records read: none of them counts as deleted, whatever its link says. */
  readonly readIds: ReadonlySet<string>;
  /** Why records with a link were not read. */
  readonly found: Map<string, Finding>;
  /** Winners that got the account of a record merged into them, with that record. */
  readonly inherited: Map<string, string>;
  /** Accounts that this run created or linked. */
  readonly linkedInRun: Set<Account>;
  /** Domains and names that were released in this run, with the account that had them. */
  readonly releasedDomains: Map<string, Account>;
  readonly releasedNames: Map<string, Account>;
}

/** Returns what makes the account taken, which is linked or merged then; null if it is open. */
export function takenReason(state: RunState, account: Account) {
  const { org } = state.options;
  if (state.linkedInRun.has(account)) return "linked in this run";
  const from = account.externalOrigin;
  if (from !== null && !(typeof from === "object" && from.org === org))
    return typeof from === "object" ? "another organisation" : from;
  const link = state.store.linkOfAccount(account);
  if (!link) return null;
  if (state.readIds.has(link.recordId)) return link.stopReason === null ? "linked" : "stopped, and read";
  const reason = state.found.get(link.recordId)?.reason;
  if (reason === undefined) throw new Error(`Nobody looked up why ${link.recordId} was not read.`);
  return reason === "deleted" || reason === "deactivated" ? null : reason;
}

/** The accounts of that name that count, oldest first: merged ones do not. */
export function accountsNamed(state: RunState, name: string): Account[] {
  return state.store.withNameKey(nameKey(name)).filter((account) => takenReason(state, account) !== "merged");
}

// The state of a run of the model: the store as it is at the moment, what was decided so far, and
// which accounts are taken.
import type { Issue } from "./draft.ts";
import type { CountBranch } from "./coverage.ts";
import type { Account, ModelStore } from "./model-store.ts";

export interface RunOptions {
  readonly org: string;
  readonly selection: "all" | "view";
  readonly allowDuplicateNames: boolean;
  readonly onDomainTaken: "skip" | "without-domain";
  /** Looks up a record that was not read, by its id. */
  readonly lookUp: (recordId: string) => "gone" | "inactive" | "active";
  readonly hit?: CountBranch;
}

export type Decision =
  | {
      readonly kind: "already linked" | "created" | "domain" | "name";
      readonly account: Account;
      takenDomains: string[];
    }
  | { readonly kind: "skipped"; readonly issue: Issue; readonly blocker?: Account };

export interface RunState {
  readonly store: ModelStore;
  readonly options: RunOptions;
  readonly hit: CountBranch;
  readonly decisions: Map<string, Decision>;
  /** Ids of the records read: none of them counts as deleted, whatever its link says. */
  readonly readIds: ReadonlySet<string>;
  /** Accounts that this run created or linked. */
  readonly linkedInRun: Set<Account>;
  /** Domains and names that were released in this run, with the account that had them. */
  readonly releasedDomains: Map<string, Account>;
  readonly releasedNames: Map<string, Account>;
}

/** Returns what makes the account taken; null if it is open. */
export function takenReason(state: RunState, account: Account) {
  const { org } = state.options;
  if (state.linkedInRun.has(account)) return "linked in this run";
  const link = state.store.linkOfAccount(account);
  if (link?.org === org && link.stopReason === null) return "linked";
  if (link?.org === org && (link.stopReason !== "deleted" || state.readIds.has(link.recordId)))
    return "stopped";
  const from = account.externalOrigin;
  if (from === null || (typeof from === "object" && from.org === org)) return null;
  return typeof from === "object" ? "another organisation" : from;
}

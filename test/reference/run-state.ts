// A run under way: the world as it is at the moment, what was decided so far, and who is taken.
import type { Issue } from "./draft.ts";
import type { CountBranch } from "./coverage.ts";
import type { Account, ModelStore } from "./model-store.ts";

export interface RunOptions {
  readonly org: string;
  readonly selection: "all" | "view";
  readonly allowDuplicateNames: boolean;
  readonly onDomainTaken: "skip" | "without-domain";
  /** What Dynamics says of a record that was not read, asked by its id. */
  readonly lookUp: (recordId: string) => "gone" | "inactive" | "active";
  readonly hit?: CountBranch;
}

export type Decision =
  | {
      readonly kind: "kept" | "created" | "domain" | "name";
      readonly account: Account;
      takenDomains: string[];
    }
  | { readonly kind: "skipped"; readonly issue: Issue; readonly blocker?: Account };

/** All that a run needs on its way. */
export interface RunState {
  readonly store: ModelStore;
  readonly options: RunOptions;
  readonly hit: CountBranch;
  readonly decisions: Map<string, Decision>;
  /** Ids of the records read: none of them is deleted, whatever its link says. */
  readonly readIds: ReadonlySet<string>;
  /** Accounts that this run created or linked. */
  readonly linkedInRun: Set<Account>;
  /** What was given up in this run, and by whom. */
  readonly releasedDomains: Map<string, Account>;
  readonly releasedNames: Map<string, Account>;
}

/** Null: the account is open. Else what makes it taken, in a word. */
export function takenReason(running: RunState, account: Account) {
  const { org } = running.options;
  if (running.linkedInRun.has(account)) return "made in this run";
  const link = running.store.linkOfAccount(account);
  if (link?.org === org && link.stopReason === null) return "linked";
  if (link?.org === org && (link.stopReason !== "deleted" || running.readIds.has(link.recordId)))
    return "departed";
  const from = account.externalOrigin;
  if (from === null || (typeof from === "object" && from.org === org)) return null;
  return typeof from === "object" ? "another organisation" : from;
}

// A run under way: the world as it is at the moment, what was decided so far, and who is taken.
import type { Issue } from "./draft.ts";
import type { Hit } from "./coverage.ts";
import type { Account, World } from "./model-store.ts";

export interface RunOptions {
  readonly org: string;
  readonly selection: "all" | "view";
  readonly allowDuplicateNames: boolean;
  readonly onDomainTaken: "skip" | "without-domain";
  /** What Dynamics says of a record that was not read, asked by its id. */
  readonly lookUp: (recordId: string) => "gone" | "inactive" | "active";
  readonly hit?: Hit;
}

export type Decision =
  | { readonly kind: "kept" | "created" | "domain" | "name"; readonly account: Account; leftOut: string[] }
  | { readonly kind: "skipped"; readonly issue: Issue; readonly inTheWay?: Account };

/** All that a run needs on its way. */
export interface Running {
  readonly world: World;
  readonly options: RunOptions;
  readonly hit: Hit;
  readonly decisions: Map<string, Decision>;
  /** Ids of the records read: none of them is deleted, whatever its link says. */
  readonly read: ReadonlySet<string>;
  /** Accounts that this run created or linked. */
  readonly made: Set<Account>;
  /** What was given up in this run, and by whom. */
  readonly freedDomains: Map<string, Account>;
  readonly freedNames: Map<string, Account>;
}

/** Null: the account is open. Else what makes it taken, in a word. */
export function takenBecause(running: Running, account: Account) {
  const { org } = running.options;
  if (running.made.has(account)) return "made in this run";
  const link = running.world.linkOfAccount(account);
  if (link?.org === org && link.left === null) return "linked";
  if (link?.org === org && (link.left !== "deleted" || running.read.has(link.recordId))) return "departed";
  const from = account.externalOrigin;
  if (from === null || (typeof from === "object" && from.org === org)) return null;
  return typeof from === "object" ? "another organisation" : from;
}

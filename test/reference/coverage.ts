// Every branch of docs/rules.md by a name, so that a test can count how often random stories reach
// it.

export const branches = [
  // Before the drafts are decided
  "stop: deleted",
  "stop: deactivated",
  "stop: left-view",
  "stop: stopped before, for another reason now",
  "stopped before, for the same reason",
  "stopped as deleted: the reason stays until a full run",
  // Merging
  "merged: circle",
  "merged: master is gone",
  "merged: through another merged record",
  "merge: into the winner's account",
  "merge: into the account that the winner has just got",
  "merge: into another account than before",
  "merge: merged into the same account before",
  "merge: a domain is given up",
  "merge: the account becomes that of a winner that was read",
  "merge: the account becomes that of a winner that was not read, deactivated",
  "merge: the account becomes that of a winner that was not read, left-view",
  "merge: a winner without an account gets that of a record merged before",
  "merge: stays merged into what was the winner's account",
  "merge: the winner is skipped, name-empty",
  "merge: the winner is skipped, excluded",
  "merge: the winner is skipped, linked-to-other-source",
  "skip: name-empty",
  "skip: name-empty, of a linked record",
  "skip: excluded",
  "release: domain",
  "release: name",
  "release: domain, by a stopped link",
  "release: no domain, since domains are not mapped",
  // Linked
  "linked: domain kept",
  "linked: domain claimed",
  "linked: domain released by another is claimed",
  "linked: domain-taken by an open account",
  "linked: domain-taken by a taken account",
  "linked: domain-taken by an account linked in this run",
  "linked: another spelling of the same name",
  "linked: a name another account has",
  "linked: domains swapped",
  "linked: names swapped",
  "resume: deleted",
  "resume: deactivated",
  "resume: left-view",
  "resume: merged",
  "updated",
  "unchanged",
  "unchanged: with an issue",
  // Not linked
  "linked-to-other-source: api",
  "linked-to-other-source: csv",
  "linked-to-other-source: manual",
  "linked-to-other-source: another organisation",
  "by domain: open account",
  "by domain: account of a deleted record is taken over",
  "by domain: account of a deactivated record is taken over",
  "by domain: not the first domain decides",
  "by domain: another account holds the name",
  "by domain: several accounts hold its domains",
  "domain-linked-elsewhere: linked",
  "domain-linked-elsewhere: stopped, and read",
  "domain-linked-elsewhere: left-view",
  "domain-linked-elsewhere: merged",
  "domain-linked-elsewhere: linked in this run",
  "domain-linked-elsewhere: api",
  "domain-linked-elsewhere: csv",
  "domain-linked-elsewhere: manual",
  "domain-linked-elsewhere: another organisation",
  "without-domain: continues with the name",
  "without-domain: then linked by name",
  "without-domain: then name-in-use",
  "without-domain: then created",
  "without-domain: a later domain is an open account's",
  "without-domain: a later domain is that account's own",
  "by name: the only account",
  "by name: oldest of several",
  "by name: open beside taken",
  "by name: open account",
  "by name: account of a deleted record is taken over",
  "by name: account of a deactivated record is taken over",
  "by name: equal but for case, white space or unicode form",
  "name-in-use: linked",
  "name-in-use: stopped, and read",
  "name-in-use: left-view",
  "name-in-use: linked in this run",
  "name-in-use: api",
  "name-in-use: csv",
  "name-in-use: manual",
  "name-in-use: another organisation",
  "create",
  "create: duplicate name allowed",
  "create: a domain is taken",
  "create: a domain released in this run",
  "create: a name released in this run",
  "create: a merged account has the name",
  "create: a merged record is active again",
  "claims: releases its other domains",
  "claims: keeps its domains, domains are not mapped",
  "claims: releases its old name",
  "claims: a domain is taken",
  // Deciding again, until nothing changes
  "again: taken domain claimed",
  "again: refused for another reason or by another account",
  // In a later run
  "later run: refused still",
  "later run: refused no longer",
  "later run: a record returns whose account was taken over",
  "later run: an account that was unlinked by hand is linked",
  // Retries
  "retry: a retried record is not selected",
  "retry: a record in the way is read",
  "retry: a record in the way is looked up",
  "retry: under other settings",
  // Issues of drafts
  "issue: name-empty",
  "issue: excluded",
  "issue: linked-to-other-source",
  "issue: domain-linked-elsewhere",
  "issue: domain-taken",
  "issue: name-in-use",
  "issue: domain-invalid",
  "issue: domain-common",
  "issue: domain-own",
  "issue: teammate-not-found",
  "issue: number-rounded",
  "issue: value-invalid",
] as const;

export type Branch = (typeof branches)[number] | (typeof unreachable)[number];
export type CountBranch = (branch: Branch) => void;

/**
 * No story may reach these. The same run cannot accept a draft that it refused: once all have
 * released what they give up, a taken account only gains names and domains and an open one only
 * loses them, so the blocker stays. No story merges more than 32 records one into the other.
 */
export const unreachable = ["again: refused no longer", "merged: too many masters"] as const;

export class Coverage {
  readonly counts = new Map<Branch, number>([...branches, ...unreachable].map((branch) => [branch, 0]));
  readonly hit: CountBranch = (branch) => {
    this.counts.set(branch, (this.counts.get(branch) ?? 0) + 1);
  };

  /** Returns the branches that were reached fewer than `min` times. */
  below(min: number): Branch[] {
    return branches.filter((branch) => (this.counts.get(branch) ?? 0) < min);
  }

  table(): string {
    return [...this.counts.keys()]
      .map((branch) => `${String(this.counts.get(branch)).padStart(7)}  ${branch}`)
      .join("\n");
  }
}

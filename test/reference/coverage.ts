// Every branch of docs/rules.md by a name, so that a test can count how often random stories reached it.

export const branches = [
  // Before the drafts are decided
  "leave: deleted",
  "leave: deactivated",
  "leave: left-view",
  "leave: departed before, another reason now",
  "departed: still away, same reason",
  "skip: name-empty",
  "skip: name-empty, of a linked record",
  "skip: excluded",
  "give up: domain",
  "give up: name",
  "give up: domain, by a departed link",
  "give up: domains not mapped, so none",
  // Linked
  "linked: domain kept",
  "linked: domain claimed",
  "linked: domain given up by another is claimed",
  "linked: domain-taken by an open account",
  "linked: domain-taken by a taken account",
  "linked: domain-taken by an account made in this run",
  "linked: another spelling of the same name",
  "linked: a name another account has",
  "linked: domains swapped",
  "linked: names swapped",
  "return: deleted",
  "return: deactivated",
  "return: left-view",
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
  "by domain: not the first domain decides",
  "by domain: another account holds the name",
  "by domain: several accounts hold its domains",
  "domain-linked-elsewhere: linked",
  "domain-linked-elsewhere: departed",
  "domain-linked-elsewhere: made in this run",
  "domain-linked-elsewhere: api",
  "domain-linked-elsewhere: csv",
  "domain-linked-elsewhere: manual",
  "domain-linked-elsewhere: another organisation",
  "without-domain: goes on with the name",
  "without-domain: then linked by name",
  "without-domain: then name-in-use",
  "without-domain: then created",
  "without-domain: a later domain is an open account's",
  "without-domain: a later domain is that account's own",
  "by name: the only account",
  "by name: oldest of several",
  "by name: open beside taken",
  "by name: account of a deleted record is taken over",
  "by name: equal but for case, white space or unicode form",
  "name-in-use: linked",
  "name-in-use: departed",
  "name-in-use: made in this run",
  "name-in-use: api",
  "name-in-use: csv",
  "name-in-use: manual",
  "name-in-use: another organisation",
  "create",
  "create: duplicate name allowed",
  "create: a domain left out",
  "create: a domain given up in this run",
  "create: a name given up in this run",
  "claims: gives up its other domains",
  "claims: keeps its domains, domains are not mapped",
  "claims: gives up its old name",
  "claims: a domain left out",
  // Again, until nothing moves
  "again: left-out domain claimed",
  "again: refused for another reason or by another account",
  // And again in the next run
  "later run: refused still",
  "later run: refused no longer",
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
export type CountBranch = (rule: Branch) => void;

/**
 * Nothing may ever reach these. A refused draft cannot be let in by the same run: once all have given up, an account
 * that is taken only gains names and domains and one that is open only loses them, so whoever was in the way still is.
 */
export const unreachable = ["again: refused no longer"] as const;

export class Coverage {
  readonly counts = new Map<Branch, number>([...branches, ...unreachable].map((rule) => [rule, 0]));
  readonly hit: CountBranch = (rule) => {
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + 1);
  };

  /** Rules hit fewer than `least` times. */
  below(least: number): Branch[] {
    return branches.filter((rule) => (this.counts.get(rule) ?? 0) < least);
  }

  table(): string {
    return [...this.counts.keys()]
      .map((rule) => `${String(this.counts.get(rule)).padStart(7)}  ${rule}`)
      .join("\n");
  }
}

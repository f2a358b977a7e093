// Conflicts over names and domains that random stories arrange on purpose: which there are, which
// go together, and the settings under which each reaches the branch of docs/rules.md that it is
// for.
import type { Settings } from "./organisation.ts";

/** A conflict that is listed several times is arranged that much more often. */
const generalConflicts = [
  "a stopped record returns with changes",
  "open accounts have the name of a linked one",
  "a record is deactivated",
  "a stopped record returns with changes",
  "a stopped record is deleted",
  "new records have the values of deleted ones",
  "names swapped",
  "a name gets another spelling",
  "a name becomes blank",
  "an account of another source has the record's id",
  "the blocker of a refused record is removed",
] as const;
/** About records that were not read: merges, take-overs, returns and unlinked accounts. */
const departureConflicts = [
  "a record is merged into a linked one",
  "a record is merged into a linked one",
  "records are merged into a new one",
  "records are merged into a new one",
  "a record is merged into one outside the selection",
  "a record is merged into one outside the selection",
  "the masters of records form a circle",
  "the master of a merged record is deleted",
  "a record is merged into an excluded one",
  "a record is merged into one whose id another source has",
  "a record is merged into one with a blank name",
  "a winner is merged into another record",
  "a winner is merged into another record",
  "a winner is merged into another record",
  "the account of a winner is deleted",
  "the account of a winner is deleted",
  "the account of a winner is deleted",
  "the account of a winner is taken over",
  "the account of a winner is taken over",
  "the account of a winner is taken over",
  "a merged record becomes active again",
  "a merged record becomes active again",
  "a merged account got a name or a domain by hand",
  "a merged account got a name or a domain by hand",
  "a returning account is a blocker",
  "accounts of deactivated records are taken over",
  "a record whose account was taken over returns",
  "a stopped account is unlinked",
  "a deleted record is back, but inactive",
  "a deleted record is back, but inactive",
  "a deleted record is back, but inactive",
  "the blocker of a refused record goes",
] as const;
/** They need a view. */
const viewConflicts = ["an account that left the view is a blocker", "a record leaves the view"] as const;
const domainConflicts = [
  "domains swapped",
  "an open account releases a domain that a linked one claims",
  "a linked account claims a domain of an earlier new one",
  "a later domain decides among several accounts",
  "linked accounts release what new records claim",
  "domains swapped",
] as const;
const skipConflicts = [
  "an account of another source is a blocker",
  "an account of another source is a blocker",
  "a refused record has a domain that a later one claims",
  "new records claim the same name and domain",
  "new records claim the same name and domain",
  "a returning account is a blocker",
  "a returning account is a blocker",
  "an account of another source is a blocker",
  "an account of another source is a blocker",
  "a refused record has a domain that a later one claims",
  "a returning account is a blocker",
  "an account of another source is a blocker",
] as const;
const withoutDomainConflicts = [
  "a taken domain, then a name in use",
  "a taken domain, then one of the open account with its name",
  "a taken domain, then one of the open account with its name",
  "a taken domain, then one of another open account",
  "a taken domain, then one of another open account",
  "a taken domain, then one of the open account with its name",
  "a taken domain, then one of another open account",
] as const;
const unmappedConflicts = ["an open account has the name, and domains"] as const;

export type DepartureConflict = (typeof departureConflicts)[number] | (typeof viewConflicts)[number];
export type Conflict =
  | (typeof generalConflicts)[number]
  | DepartureConflict
  | (typeof domainConflicts)[number]
  | (typeof skipConflicts)[number]
  | (typeof withoutDomainConflicts)[number]
  | (typeof unmappedConflicts)[number];

/**
 * Conflicts that can be arranged together, the settings that they need, and how often a set is
 * chosen.
 */
export const conflictSets: readonly {
  readonly weight: number;
  readonly conflicts: readonly Conflict[];
  readonly settings: Partial<Settings>;
}[] = [
  {
    weight: 5,
    conflicts: [...generalConflicts, ...domainConflicts, ...skipConflicts],
    settings: { domainsMapped: true, allowDuplicateNames: false, onDomainTaken: "skip" },
  },
  {
    weight: 4,
    conflicts: [...generalConflicts, ...domainConflicts, ...withoutDomainConflicts],
    settings: { domainsMapped: true, allowDuplicateNames: false, onDomainTaken: "without-domain" },
  },
  {
    weight: 1,
    conflicts: [...generalConflicts, ...domainConflicts],
    settings: { domainsMapped: true, allowDuplicateNames: true },
  },
  {
    weight: 2,
    conflicts: [...generalConflicts, ...unmappedConflicts, ...unmappedConflicts],
    settings: { domainsMapped: false, allowDuplicateNames: false },
  },
  {
    weight: 5,
    conflicts: departureConflicts,
    settings: { domainsMapped: true, allowDuplicateNames: false, onDomainTaken: "skip" },
  },
  {
    weight: 3,
    conflicts: [...departureConflicts, ...viewConflicts, ...viewConflicts, ...viewConflicts],
    settings: { selection: "view", domainsMapped: true, allowDuplicateNames: false, onDomainTaken: "skip" },
  },
];

// The knots of names and domains that random stories tie: which there are, which go together, and under which settings each
// reaches the branch of docs/rules.md that it is for.
import type { Settings } from "./model-sync.ts";

/** Knots that chance alone ties too seldom; `tangles.ts` ties them. */
const generalConflicts = [
  "a departed one comes back changed",
  "open namesakes beside a linked one",
  "one departs",
  "a departed one comes back changed",
  "a departed one is deleted",
  "a deleted one has heirs",
  "names swapped",
  "a name is spelled otherwise",
  "a name goes blank",
  "one of another source has its id",
  "what was in the way makes room",
] as const;
const domainConflicts = [
  "domains swapped",
  "an open account lets go of what a linked one wants",
  "a linked one wants what an earlier one makes",
  "an account that nobody holds back",
  "a linked one lets go of what a new one wants",
  "domains swapped",
] as const;
const skipConflicts = [
  "one of another source is in the way",
  "one of another source is in the way",
  "a name in use, and a domain that a later one claims",
  "two want the same",
  "two want the same",
  "a departed one is in the way",
  "a departed one is in the way",
  "one of another source is in the way",
  "one of another source is in the way",
  "a name in use, and a domain that a later one claims",
  "a departed one is in the way",
  "one of another source is in the way",
] as const;
const withoutDomainConflicts = [
  "a taken domain, then a name in use",
  "a taken domain, then one of an open namesake",
  "a taken domain, then one of an open namesake",
  "a taken domain, then one of an open stranger",
  "a taken domain, then one of an open stranger",
  "a taken domain, then one of an open namesake",
  "a taken domain, then one of an open stranger",
] as const;
const unmappedConflicts = ["an open namesake with domains"] as const;

export type Conflict =
  | (typeof generalConflicts)[number]
  | (typeof domainConflicts)[number]
  | (typeof skipConflicts)[number]
  | (typeof withoutDomainConflicts)[number]
  | (typeof unmappedConflicts)[number];

/** Knots that can be tied together, the settings that they need, and how often these are chosen. */
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
];

// The knots of names and domains that random stories tie: which there are, which go together, and under which settings each
// reaches the branch of docs/rules.md that it is for.
import type { Settings } from "./model-sync.ts";

/** Knots that chance alone ties too seldom; `tangles.ts` ties them. */
const anyKnots = [
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
const domainKnots = [
  "domains swapped",
  "an open account lets go of what a linked one wants",
  "a linked one wants what an earlier one makes",
  "an account that nobody holds back",
  "a linked one lets go of what a new one wants",
  "domains swapped",
] as const;
const skipKnots = [
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
const withoutDomainKnots = [
  "a taken domain, then a name in use",
  "a taken domain, then one of an open namesake",
  "a taken domain, then one of an open namesake",
  "a taken domain, then one of an open stranger",
  "a taken domain, then one of an open stranger",
  "a taken domain, then one of an open namesake",
  "a taken domain, then one of an open stranger",
] as const;
const unmappedKnots = ["an open namesake with domains"] as const;

export type Knot =
  | (typeof anyKnots)[number]
  | (typeof domainKnots)[number]
  | (typeof skipKnots)[number]
  | (typeof withoutDomainKnots)[number]
  | (typeof unmappedKnots)[number];

/** Knots that can be tied together, the settings that they need, and how often these are chosen. */
export const tangles: readonly {
  readonly weight: number;
  readonly knots: readonly Knot[];
  readonly settings: Partial<Settings>;
}[] = [
  {
    weight: 5,
    knots: [...anyKnots, ...domainKnots, ...skipKnots],
    settings: { domainsMapped: true, allowDuplicateNames: false, onDomainTaken: "skip" },
  },
  {
    weight: 4,
    knots: [...anyKnots, ...domainKnots, ...withoutDomainKnots],
    settings: { domainsMapped: true, allowDuplicateNames: false, onDomainTaken: "without-domain" },
  },
  {
    weight: 1,
    knots: [...anyKnots, ...domainKnots],
    settings: { domainsMapped: true, allowDuplicateNames: true },
  },
  {
    weight: 2,
    knots: [...anyKnots, ...unmappedKnots, ...unmappedKnots],
    settings: { domainsMapped: false, allowDuplicateNames: false },
  },
];

// Random organisations and stories. Names and domains come from pools so small that everything collides with
// everything; the weights are set so that every branch of docs/rules.md comes up often (see `rules.ts`).
import * as fc from "fast-check";
import type { StopReason } from "./model-store.ts";
import { conflictSets, type Conflict } from "./conflicts.ts";
import { OWN_DOMAIN, type RecordValues, type Settings } from "./model-sync.ts";

/** What happens in a story; its numbers are still to be resolved against what is there (`telling.ts`). */
export type Step =
  | { readonly step: "make record"; readonly record: NewRecord }
  | { readonly step: "change record"; readonly record: number; readonly values: Partial<RecordValues> }
  | {
      readonly step: "swap";
      readonly what: "domains" | "name";
      readonly record: number;
      readonly other: number;
    }
  | {
      readonly step: "send away";
      readonly record: number;
      readonly how: "delete" | "hide";
    }
  | { readonly step: "bring back"; readonly record: number; readonly values: Partial<RecordValues> }
  | {
      readonly step: "hand over";
      readonly record: number;
      readonly heir: NewRecord;
      readonly what: "domains" | "name" | "both";
      readonly how: "delete" | "hide";
    }
  | { readonly step: "make room"; readonly from: number }
  | {
      readonly step: "tangle";
      readonly conflict: Conflict;
      readonly record: number;
      readonly heir: NewRecord;
    }
  | { readonly step: "make account"; readonly account: AccountSpec }
  | { readonly step: "edit account"; readonly account: number; readonly patch: AccountEdit }
  | { readonly step: "delete account"; readonly account: number; readonly exclude: boolean }
  | { readonly step: "teammate"; readonly who: number }
  | { readonly step: "run"; readonly settings: Partial<Settings> };

export interface NewRecord {
  readonly createdon: number;
  readonly inView: boolean;
  readonly values: RecordValues;
}

export interface AccountEdit {
  readonly name?: string;
  readonly domains?: readonly string[];
  readonly description?: string | null;
  readonly employees?: number;
  readonly notes?: string;
}

export interface AccountSpec {
  readonly name: string;
  readonly domains: readonly string[];
  readonly from: "api" | "csv" | "manual" | "another organisation";
  /** A number: the id of that record. */
  readonly externalId: null | "another" | number;
  /** Of another organisation's link. */
  readonly stopReason: StopReason | null;
  readonly description: string | null;
}

export interface Story {
  readonly settings: Settings;
  /** Rows of a page of the source. */
  readonly pageSize: number;
  readonly steps: readonly Step[];
}

/** How many distinct records a story can have; all their ids are known beforehand. */
export const RECORDS = 60;

export function recordId(record: number): string {
  // SQL Server compares the last digits first: its order, the order as text and that of creation all differ.
  const first = ((record * 83 + 60) % 256).toString(16).padStart(2, "0");
  return `${first}000000-0000-4000-8000-0000000000${String(90 - record)}`;
}

export const names = [
  "Acme",
  "ACME",
  " acme ",
  "Caf\u00e9",
  "Cafe\u0301",
  "Globex",
  "Globex  Inc",
  "Initech",
] as const;
/** For knots that need a name nobody has. */
export const spareNames = [
  "Hooli",
  "Hooli & Sons",
  "Stark",
  "Stark Ltd.",
  "Umbrella",
  "Vandelay",
  "Wayne",
  "\u0141\u00f3d\u017a",
] as const;
export const domains = [
  "acme.com",
  "globex.com",
  "initech.co.uk",
  "hooli.github.io",
  "xn--bcher-kva.de",
  "acme.eu",
  "umbrella.org",
  "stark.io",
] as const;

const domain = fc.constantFrom(...domains);
const name = fc.oneof(
  { weight: 25, arbitrary: fc.constantFrom(...names) },
  { weight: 1, arbitrary: fc.constantFrom("  ", null) },
);
const accountName = fc.constantFrom(...names);
const someDomains = fc.uniqueArray(domain, { maxLength: 3 });

/** A domain as people write it. */
function formatDomain(bare: string, style: number): string {
  const readable = bare === "xn--bcher-kva.de" && style % 2 === 0 ? "B\u00fccher.de" : bare;
  return [readable, readable.toUpperCase(), `www.${readable}`, `info@${readable}`][style % 4] ?? readable;
}

const website = fc
  .record({ domains: fc.uniqueArray(domain, { maxLength: 2, size: "small" }), way: fc.nat(7) })
  .map(({ domains: some, way }) => {
    if (some.length === 0) return null;
    const text = some.map((one) => formatDomain(one, way)).join("; ");
    return way > 5 ? `https://${formatDomain(some[0] ?? "", 0)}/about us` : text;
  });

const invalidDomain = fc.constantFrom("10.0.0.1", "gmail.com", OWN_DOMAIN, "n/a");
const email = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.tuple(domain, fc.nat(7)).map(([one, way]) => formatDomain(one, way)) },
  { weight: 1, arbitrary: invalidDomain },
  { weight: 1, arbitrary: fc.tuple(domain, invalidDomain).map(([one, wrong]) => `${one}, ${wrong}`) },
);

const otherValues = {
  description: fc.constantFrom(null, "Makes things", "Zwei\nZeilen"),
  industrycode: fc.constantFrom(null, "Accounting" as const, "Consulting" as const),
  numberofemployees: fc.constantFrom(null, 0, 7, 120_000),
  // The last is beyond what a double holds to the cent.
  revenue: fc.constantFrom(null, 0, 1234.5, 99_999_999_999_999),
  donotemail: fc.boolean(),
  lastusedincampaign: fc.constantFrom(null, "2024-02-29T00:00:00Z", "1999-12-31T23:59:59Z", "never"),
  owner: fc.constantFrom("ann", "bob", "eve", "sales"),
};

const values: fc.Arbitrary<RecordValues> = fc.record({
  name,
  websiteurl: website,
  emailaddress1: email,
  ...otherValues,
});
const valuesChange: fc.Arbitrary<Partial<RecordValues>> = fc.oneof(
  fc.record({ name }),
  fc.record({ websiteurl: website }),
  fc.record({ emailaddress1: email }),
  fc.record({ name, websiteurl: website }),
  fc.record(otherValues),
  fc.record({ owner: otherValues.owner }),
);

const index = fc.nat(59);
const newRecord: fc.Arbitrary<NewRecord> = fc.record({
  createdon: fc.nat(2),
  inView: fc.constantFrom(true, true, false),
  values,
});

const accountSpec: fc.Arbitrary<AccountSpec> = fc.record({
  name: accountName,
  domains: someDomains,
  from: fc.constantFrom("api", "csv", "manual", "manual", "another organisation"),
  externalId: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: fc.constant("another" as const) },
    { weight: 5, arbitrary: index },
  ),
  stopReason: fc.constantFrom(null, "deleted", "deactivated"),
  description: fc.constantFrom(null, "Known here"),
});

const makeAccount: fc.Arbitrary<Step> = accountSpec.map((made) => ({ step: "make account", account: made }));

const edit: fc.Arbitrary<AccountEdit> = fc.oneof(
  fc.record({ name: accountName }),
  fc.record({ domains: someDomains }),
  fc.record({ name: accountName, domains: someDomains }),
  fc.record({ description: fc.constantFrom(null, "By hand") }),
  fc.record({ employees: fc.constantFrom(1, 7) }),
  fc.record({ notes: fc.constantFrom("call back", "paid") }),
);

const settings: fc.Arbitrary<Settings> = fc.record({
  selection: fc.constantFrom("all", "view"),
  allowDuplicateNames: fc.boolean(),
  onDomainTaken: fc.constantFrom("skip", "without-domain"),
  domainsMapped: fc.constantFrom(true, true, true, false),
  othersMapped: fc.constantFrom(true, true, true, false),
});

const makeRecord: fc.Arbitrary<Step> = fc.record({
  step: fc.constant("make record" as const),
  record: newRecord,
});

const sourceStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: makeRecord },
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant("change record" as const),
      record: index,
      values: valuesChange,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("swap" as const),
      what: fc.constantFrom("domains", "name"),
      record: index,
      other: index,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant("send away" as const),
      record: index,
      how: fc.constantFrom("delete", "hide", "hide"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constant("bring back" as const),
      record: index,
      values: fc.oneof(fc.constant({}), valuesChange),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("hand over" as const),
      record: index,
      heir: newRecord,
      what: fc.constantFrom("domains", "name", "both"),
      how: fc.constantFrom("delete", "hide"),
    }),
  },
);

const storeStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: makeAccount },
  {
    weight: 5,
    arbitrary: fc.record({ step: fc.constant("edit account" as const), account: index, patch: edit }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("delete account" as const),
      account: index,
      exclude: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant("teammate" as const), who: fc.nat(2) }) },
);

const runStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ step: "run" as const, settings: {} }) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        changed: settings,
        keys: fc.subarray([
          "selection",
          "allowDuplicateNames",
          "onDomainTaken",
          "domainsMapped",
          "othersMapped",
        ] as const),
      })
      .map(({ changed, keys }) => ({
        step: "run" as const,
        settings: Object.fromEntries(keys.map((key) => [key, changed[key]])),
      })),
  },
);

const editSteps = (most: number) =>
  fc.array(fc.oneof({ weight: 2, arbitrary: sourceStep }, { weight: 1, arbitrary: storeStep }), {
    maxLength: most,
  });

/** Edits, then a run. */
const cycle: fc.Arbitrary<Step[]> = fc.tuple(editSteps(14), runStep).map(([some, then]) => some.concat(then));

/** Room, a few edits, some knots, and a run under the settings that these need. */
const conflictCycle: fc.Arbitrary<Step[]> = fc
  .oneof(
    ...conflictSets.map((arbitrary) => ({ weight: arbitrary.weight, arbitrary: fc.constant(arbitrary) })),
  )
  .chain(({ conflicts, settings: needed }) =>
    fc
      .record({
        from: fc.nat(7),
        before: editSteps(3),
        tied: fc.array(fc.record({ knot: fc.constantFrom(...conflicts), record: index, heir: newRecord }), {
          minLength: 8,
          maxLength: 14,
        }),
      })
      .map(({ from, before, tied }) => {
        const steps = tied.map((one): Step => ({
          step: "tangle",
          conflict: one.knot,
          record: one.record,
          heir: { ...one.heir, inView: true },
        }));
        const room: Step = { step: "make room", from };
        return before.concat(room, steps, { step: "run", settings: needed });
      }),
  );

export const story: fc.Arbitrary<Story> = fc
  .record({
    settings,
    pageSize: fc.constantFrom(1, 3, 3, 7, 7, 7, 5000, 5000, 5000),
    accounts: fc.array(makeAccount, { maxLength: 8 }),
    records: fc.array(makeRecord, { minLength: 4, maxLength: 9 }),
    teammates: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
    first: runStep,
    cycles: fc.array(fc.oneof({ weight: 1, arbitrary: cycle }, { weight: 8, arbitrary: conflictCycle }), {
      minLength: 10,
      maxLength: 20,
    }),
  })
  .map((made) => ({
    settings: made.settings,
    pageSize: made.pageSize,
    steps: [
      ...made.teammates.map((who) => ({ step: "teammate" as const, who })),
      ...made.accounts,
      ...made.records,
      made.first,
      ...made.cycles.flat(),
    ],
  }));

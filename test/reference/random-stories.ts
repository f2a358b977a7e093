// Random stories: steps at the source and in the store, with runs between them. The weights are set
// so that every branch of docs/rules.md comes up often (`coverage.ts` counts them).
import * as fc from "fast-check";
import { conflictSets } from "./conflicts.ts";
import type { Settings } from "./organisation.ts";
import { accountName, domainList, newRecord, valuesChange } from "./random-values.ts";
import type { AccountEdit, AccountSpec, RunStep, Step, Story } from "./steps.ts";

const index = fc.nat(59);

const accountSpec: fc.Arbitrary<AccountSpec> = fc.record({
  name: accountName,
  domains: domainList,
  from: fc.constantFrom("api", "csv", "manual", "manual", "another organisation"),
  externalId: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: fc.constant("another" as const) },
    { weight: 5, arbitrary: index },
  ),
  stopReason: fc.constantFrom(null, "deleted", "deactivated"),
  description: fc.constantFrom(null, "Known here"),
});

const createAccount: fc.Arbitrary<Step> = accountSpec.map((account) => ({
  kind: "create account",
  account,
}));

const accountEdit: fc.Arbitrary<AccountEdit> = fc.oneof(
  fc.record({ name: accountName }),
  fc.record({ domains: domainList }),
  fc.record({ name: accountName, domains: domainList }),
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

const createRecord: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("create record" as const),
  record: newRecord,
});

const sourceStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: createRecord },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("update record" as const),
      record: index,
      values: valuesChange,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("swap" as const),
      what: fc.constantFrom("domains", "name"),
      record: index,
      other: index,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("remove record" as const),
      record: index,
      how: fc.constantFrom("delete", "deactivate", "deactivate", "deactivate in the view"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("merge records" as const), record: index, master: index }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("move across the view" as const), record: index }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("restore record" as const),
      record: index,
      values: fc.oneof(fc.constant({}), valuesChange),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("transfer values" as const),
      record: index,
      newRecord,
      what: fc.constantFrom("domains", "name", "both"),
      how: fc.constantFrom("delete", "deactivate"),
    }),
  },
);

const storeStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: createAccount },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("edit account" as const), account: index, patch: accountEdit }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("delete account" as const),
      account: index,
      exclude: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unlink account" as const), account: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("toggle teammate" as const), user: fc.nat(2) }) },
);

const settingsChange: fc.Arbitrary<Partial<Settings>> = fc
  .record({
    all: settings,
    keys: fc.subarray([
      "selection",
      "allowDuplicateNames",
      "onDomainTaken",
      "domainsMapped",
      "othersMapped",
    ] as const),
  })
  .map(({ all, keys }) => Object.fromEntries(keys.map((key) => [key, all[key]])));

const runStep: fc.Arbitrary<RunStep> = fc.record({
  kind: fc.constant("run" as const),
  settings: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: settingsChange }),
});

const retryStep: fc.Arbitrary<RunStep> = fc.record({
  kind: fc.constant("retry" as const),
  nth: fc.constantFrom(1, 1, 2, 3),
  settings: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: settingsChange }),
});

const editSteps = (maxLength: number) =>
  fc.array(fc.oneof({ weight: 2, arbitrary: sourceStep }, { weight: 1, arbitrary: storeStep }), {
    maxLength,
  });

/** Edits, and then a run. */
const cycle: fc.Arbitrary<Step[]> = fc.tuple(editSteps(14), runStep).map(([edits, run]) => edits.concat(run));

/** Often no retry; otherwise a few edits and the retry. */
const retry: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step[]>([]) },
  { weight: 2, arbitrary: fc.tuple(editSteps(6), retryStep).map(([edits, step]) => edits.concat(step)) },
);

/**
 * A few edits, conflicts that chance alone brings too seldom, and a run under the settings that
 * they need.
 */
const conflictCycle: fc.Arbitrary<Step[]> = fc
  .oneof(...conflictSets.map((set) => ({ weight: set.weight, arbitrary: fc.constant(set) })))
  .chain(({ conflicts, settings: needed }) =>
    fc
      .record({
        offset: fc.nat(7),
        before: editSteps(3),
        selection: fc.constantFrom({}, {}, { selection: "all" as const }, { selection: "view" as const }),
        after: retry,
        arranged: fc.array(fc.record({ conflict: fc.constantFrom(...conflicts), index, newRecord }), {
          minLength: 8,
          maxLength: 14,
        }),
      })
      .map(({ offset, before, arranged, selection, after }) => {
        const steps = arranged.map((one): Step => ({
          kind: "conflict",
          conflict: one.conflict,
          index: one.index,
          newRecord: { ...one.newRecord, inView: true },
        }));
        const free: Step = { kind: "free names and domains", offset };
        const run: Step = { kind: "run", settings: { ...selection, ...needed } };
        return before.concat(free, steps, run, after);
      }),
  );

export const story: fc.Arbitrary<Story> = fc
  .record({
    settings,
    pageSize: fc.constantFrom(1, 3, 3, 7, 7, 7, 5000, 5000, 5000),
    isReversed: fc.boolean(),
    accounts: fc.array(createAccount, { maxLength: 8 }),
    records: fc.array(createRecord, { minLength: 4, maxLength: 9 }),
    teammates: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
    firstRun: runStep,
    cycles: fc.array(fc.oneof({ weight: 1, arbitrary: cycle }, { weight: 8, arbitrary: conflictCycle }), {
      minLength: 10,
      maxLength: 20,
    }),
  })
  .map((made) => ({
    settings: made.settings,
    pageSize: made.pageSize,
    isReversed: made.isReversed,
    steps: [
      ...made.teammates.map((user) => ({ kind: "toggle teammate" as const, user })),
      ...made.accounts,
      ...made.records,
      made.firstRun,
      ...made.cycles.flat(),
    ],
  }));

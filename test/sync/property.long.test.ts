// Random stories in the real sync (simulator, HTTP, database) and in the reference model: both must
// have the same accounts, outcomes and issues after every run, with pages of any size, and a run on
// an unchanged source must write nothing. Each branch of docs/rules.md must be reached often
// enough.
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import { fewOrAll, SEED } from "../harness/counts.ts";
import { testDatabase } from "../harness/database.ts";
import { ConflictState } from "../reference/conflict-state.ts";
import { exportedAccounts } from "../reference/exported-accounts.ts";
import type { RunResult } from "../reference/model.ts";
import { Coverage, unreachable } from "../reference/coverage.ts";
import { ModelSync } from "../reference/model-sync.ts";
import type { Outcome } from "../reference/outcomes.ts";
import { story } from "../reference/random-stories.ts";
import type { Story } from "../reference/steps.ts";
import { storyRuns, type StoryRun } from "../reference/story-runs.ts";
import { issueText, RealSync, storeFingerprints, type RealRun } from "./real-sync.ts";
import { simulatedOrganisation, type SimulatedOrganisation } from "./simulated-organisation.ts";

/**
 * Stories that run at a time, each with a database and an organisation of its own, since one waits
 * while the other works.
 */
const CONCURRENT_STORIES = 2;
const STORIES_EACH = fewOrAll(4, 30);
/** How often each branch must be reached. */
const MIN_HITS = fewOrAll(1, 60);
/** Rounds are added until each branch is reached; three or four are enough with any seed. */
const MAX_ROUNDS = 8;

interface System {
  readonly organisation: SimulatedOrganisation;
  readonly sync: RealSync;
  readonly database: Database;
}

/**
 * Returns the result of a run in the terms of the real sync, which mentions no unchanged records.
 */
function modelResult({ outcomes, stopped, merged }: RunResult, { openIssues }: ModelSync) {
  const changed = new Map<string, string>();
  const counts = {
    read: outcomes.size,
    created: 0,
    linked: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
    stopped: stopped.length,
    merged: merged.length,
  };
  for (const [id, outcome] of outcomes) {
    counts[outcome.outcome] += 1;
    if (outcome.outcome !== "unchanged") changed.set(id, outcomeText(outcome));
  }
  for (const { recordId, reason } of stopped) changed.set(recordId, `stopped ${reason}`);
  for (const { recordId, rule, winner } of merged) changed.set(recordId, `merged ${rule} ${winner}`);
  const issues = [...openIssues].flatMap(([id, some]) => some.map((issue) => issueText(id, issue)));
  return { counts, outcomes: sorted(changed), issues: issues.toSorted() };
}

function outcomeText({ outcome, matchedBy, takenOver, issues }: Outcome): string {
  if (outcome === "skipped") return `skipped ${issues.find(({ kind }) => SKIP_KINDS.has(kind))?.kind}`;
  if (outcome !== "linked") return outcome;
  return [outcome, matchedBy, takenOver?.recordId, takenOver?.reason].filter(Boolean).join(" ");
}

const SKIP_KINDS = new Set([
  "name-empty",
  "excluded",
  "linked-to-other-source",
  "domain-linked-elsewhere",
  "name-in-use",
]);

function sorted(outcomes: ReadonlyMap<string, string>): string[] {
  return [...outcomes].map(([id, outcome]) => `${id} ${outcome}`).toSorted();
}

function realResult({ summary, outcomes, issues }: RealRun) {
  const { read, created, linked, updated, unchanged, skipped, failed, stopped, merged } = summary;
  return {
    counts: { read, created, linked, updated, unchanged, skipped, failed, stopped, merged },
    outcomes: sorted(outcomes),
    issues,
  };
}

/** Returns the model's accounts as `RealSync.byAge` does. */
function byAge(model: ModelSync): string[] {
  const accounts = model.accounts();
  return accounts.map((account) => {
    const { stopReason = null, mergedInto = null } = model.store.linkOfAccount(account) ?? {};
    const target = mergedInto === null ? null : accounts.indexOf(mergedInto);
    return [account.name, account.externalId, stopReason, target].filter((part) => part !== null).join(" ");
  });
}

/** A run's client: pages of this size, in this order. */
interface Paging {
  readonly pageSize: number;
  readonly isReversed: boolean;
}

async function compareRun(
  { sync, organisation }: System,
  model: ModelSync,
  { settings, mode }: StoryRun,
  { pageSize, isReversed }: Paging,
): Promise<void> {
  const result = model.run(settings, mode);
  const real = await sync.run(settings, await organisation.client(pageSize, isReversed), mode);
  // A retry leaves the issues and outcomes of other records as they were.
  const read = new Map([...real.outcomes].filter(([id, text]) => isOfRun(result, id, text)));
  expect(realResult({ ...real, outcomes: read })).toEqual(modelResult(result, model));
  expect(await sync.accounts()).toEqual(exportedAccounts(model.store));
  expect(await sync.byAge()).toEqual(byAge(model));
}

/** Whether an outcome is of this run, and not of a record that an earlier one skipped. */
function isOfRun({ outcomes }: RunResult, id: string, text: string): boolean {
  return outcomes.has(id) || !text.startsWith("skipped");
}

/** Runs on an unchanged source, with pages of another size and order. */
async function expectNoChanges(
  { sync, organisation, database }: System,
  model: ModelSync,
  { settings }: StoryRun,
  { pageSize, isReversed }: Paging,
): Promise<void> {
  const before = await storeFingerprints(database);
  const expected = modelResult(model.run(settings, "sync", false), model);
  const client = await organisation.client(pageSize === 5000 ? 3 : 5000, !isReversed);
  expect(realResult(await sync.run(settings, client, "sync"))).toEqual(expected);
  expect(await storeFingerprints(database)).toEqual(before);
}

/** @returns how many runs were compared */
async function runStory(system: System, example: Story, coverage: Coverage): Promise<number> {
  await system.sync.reset();
  const model = new ModelSync(coverage.hit);
  const state = new ConflictState(model);
  let performed = 0;
  let runs = 0;
  const perform = async () => {
    for (; performed < state.operations.length; performed++)
      await system.sync.perform(state.operations[performed]!);
  };
  let last: StoryRun | undefined;
  for (const run of storyRuns(example, state)) {
    await perform();
    await compareRun(system, model, run, example);
    last = run;
    runs += 1;
  }
  if (!last || model.rows(last.settings).length === 0) return runs;
  await perform();
  const full = { ...last, mode: "sync" as const };
  await compareRun(system, model, full, example);
  await expectNoChanges(system, model, full, example);
  return runs + 1;
}

/**
 * @returns how many runs were compared
 * @throws if the real sync and the model differ
 */
async function runStories(seed: number, coverage: Coverage): Promise<number> {
  const database = await testDatabase();
  const organisation = await simulatedOrganisation();
  onTestFinished(() => organisation.close());
  const system = { organisation, database, sync: new RealSync(database, organisation.org) };
  let runs = 0;
  const property = fc.asyncProperty(story, async (example) => {
    runs += await runStory(system, example, coverage);
  });
  const { failed, numRuns, errorInstance } = await fc.check(property, {
    numRuns: STORIES_EACH,
    seed,
    unbiased: true,
    // Shrinking a story would take many more runs.
    endOnFailure: true,
  });
  if (failed)
    throw new Error(`Story ${numRuns} of seed ${seed} ends differently in the real sync and in the model.`, {
      cause: errorInstance,
    });
  return runs;
}

test(
  "random stories end the same in the real sync and in the reference model",
  { timeout: 1_800_000 },
  async () => {
    const coverage = new Coverage();
    let runs = 0;
    for (
      let round = 0;
      round < MAX_ROUNDS && (round === 0 || coverage.below(MIN_HITS).length > 0);
      round += 1
    ) {
      const seeds = Array.from(
        { length: CONCURRENT_STORIES },
        (_, index) => SEED + round * CONCURRENT_STORIES + index,
      );
      for (const count of await Promise.all(seeds.map((seed) => runStories(seed, coverage)))) runs += count;
    }
    console.log(`${String(runs)} runs; how often each branch was reached:\n${coverage.table()}`);
    expect(coverage.below(MIN_HITS)).toEqual([]);
    expect(unreachable.filter((branch) => coverage.counts.get(branch) !== 0)).toEqual([]);
  },
);

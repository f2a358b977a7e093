// Random stories in the real sync (simulator, HTTP, database) and in the reference model: both must
// have the same accounts, outcomes and issues after every run, with pages of any size, and a run on
// an unchanged source must write nothing. Each branch of docs/rules.md must be reached often
// enough.
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import { fewOrAll, SEED } from "../harness/counts.ts";
import { testDatabase } from "../harness/database.ts";
import { StoryState } from "../reference/story-state.ts";
import type { RunResult } from "../reference/model.ts";
import { Coverage, unreachable } from "../reference/coverage.ts";
import { ModelSync } from "../reference/model-sync.ts";
import type { Settings } from "../reference/organisation.ts";
import { story } from "../reference/random-stories.ts";
import type { Story } from "../reference/steps.ts";
import { interpretStep } from "../reference/interpreter.ts";
import { issueText, RealSync, storeFingerprints, type RealRun } from "./real-sync.ts";
import { simulatedOrganisation, type SimulatedOrganisation } from "./simulated-organisation.ts";

/**
 * Stories that run at a time, each with a database and an organisation of its own, since one waits
 * while the other works.
 */
const CONCURRENT_STORIES = 2;
const STORIES_EACH = fewOrAll(4, 30);
/** How often each branch must be reached. */
const MIN_HITS = fewOrAll(4, 100);
/** Rounds are added until each branch is reached; two or three are enough with any seed. */
const MAX_ROUNDS = 8;

interface System {
  readonly organisation: SimulatedOrganisation;
  readonly sync: RealSync;
  readonly database: Database;
}

/**
 * Returns the result of a run in the terms of the real sync, which mentions no unchanged records.
 */
function modelResult({ outcomes, stopped }: RunResult) {
  const changed = new Map<string, string>();
  const issues: string[] = [];
  const counts = {
    read: outcomes.size,
    created: 0,
    linked: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
    stopped: stopped.length,
  };
  for (const [id, outcome] of outcomes) {
    counts[outcome.outcome] += 1;
    const reason = outcome.matchedBy ?? outcome.issues.find(({ kind }) => SKIP_KINDS.has(kind))?.kind;
    if (outcome.outcome !== "unchanged")
      changed.set(
        id,
        reason && outcome.outcome !== "updated" && outcome.outcome !== "created"
          ? `${outcome.outcome} ${reason}`
          : outcome.outcome,
      );
    for (const issue of outcome.issues) issues.push(issueText(id, issue));
  }
  for (const { recordId, reason } of stopped) changed.set(recordId, `stopped ${reason}`);
  return { counts, outcomes: sorted(changed), issues: issues.toSorted() };
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
  const { read, created, linked, updated, unchanged, skipped, failed, stopped } = summary;
  return {
    counts: { read, created, linked, updated, unchanged, skipped, failed, stopped },
    outcomes: sorted(outcomes),
    issues,
  };
}

async function compareRun(
  { sync, organisation }: System,
  model: ModelSync,
  settings: Settings,
  { pageSize, mode }: { pageSize: number; mode: "sync" | "changes" },
): Promise<void> {
  const expected = modelResult(model.run(settings));
  expect(realResult(await sync.run(settings, await organisation.client(pageSize), mode))).toEqual(expected);
  expect(await sync.accounts()).toEqual(model.store.export());
  const byAge = model.accounts().map(({ name, externalId }) => `${name} ${externalId ?? ""}`);
  expect(await sync.byAge()).toEqual(byAge);
}

/** Runs on an unchanged source, with pages of another size. */
async function expectNoChanges(
  { sync, organisation, database }: System,
  model: ModelSync,
  settings: Settings,
  pageSize: number,
): Promise<void> {
  const before = await storeFingerprints(database);
  const expected = modelResult(model.run(settings, false));
  expect(realResult(await sync.run(settings, await organisation.client(pageSize)))).toEqual(expected);
  expect(await storeFingerprints(database)).toEqual(before);
}

/** @returns how many runs were compared */
async function runStory(
  system: System,
  { steps, pageSize, settings: first }: Story,
  coverage: Coverage,
): Promise<number> {
  await system.sync.reset();
  const model = new ModelSync(coverage.hit);
  const state = new StoryState(model);
  let settings: Settings = first;
  let performed = 0;
  let runs = 0;
  for (const step of steps) {
    if (step.kind !== "run") {
      interpretStep(step, state);
      continue;
    }
    // Only a full run notices that an owner has become a teammate, or is none any more (rule 16).
    const onlyRecords = !state.operations.slice(performed).some(({ kind }) => kind.endsWith("teammate"));
    for (; performed < state.operations.length; performed++)
      await system.sync.perform(state.operations[performed]!);
    settings = Object.assign({}, settings, step.settings);
    if (model.rows(settings).length === 0) continue;
    const mode = onlyRecords && runs % 2 === 1 ? "changes" : "sync";
    await compareRun(system, model, settings, { pageSize, mode });
    runs += 1;
  }
  const otherSize = pageSize === 5000 ? 3 : 5000;
  if (model.rows(settings).length > 0) await expectNoChanges(system, model, settings, otherSize);
  return runs;
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

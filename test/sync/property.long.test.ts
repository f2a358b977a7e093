// Random organisations and stories through the real line (simulator, HTTP, database) and through the reference model: same
// accounts, same outcomes, same issues after every run; a run on an unchanged source writes nothing; and pages of
// any size change nothing. Every other run reads changes only, where nothing but records and accounts changed. Every
// branch of docs/rules.md must have been reached often enough to mean something.
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import { fewOrAll, SEED } from "../harness/counts.ts";
import { testDatabase } from "../harness/database.ts";
import { StoryState } from "../reference/story-state.ts";
import type { RunResult } from "../reference/model.ts";
import { Coverage, unreachable } from "../reference/coverage.ts";
import { story, type Story } from "../reference/random-stories.ts";
import { ModelSync, type Settings } from "../reference/model-sync.ts";
import { interpretStep } from "../reference/interpreter.ts";
import { issueText, RealSync, storeFingerprints, type RealRun } from "./real-sync.ts";
import { simulatedOrganisation, type SimulatedOrganisation } from "./simulated-organisation.ts";

/** At a time, each with a database and an organisation of its own: one waits where the other works. */
const CONCURRENT_STORIES = 2;
const STORIES_EACH = fewOrAll(4, 30);
/** How often each rule must have been reached. */
const MIN_HITS = fewOrAll(4, 100);
/** Stories are told until that is so. With any seed two or three rounds do; a rule that takes longer is hardly tested. */
const MAX_ROUNDS = 8;

interface System {
  readonly organisation: SimulatedOrganisation;
  readonly sync: RealSync;
  readonly database: Database;
}

/** What the model says happened, in the words of the real line: unchanged records are not mentioned. */
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
  for (const { recordId, reason } of stopped) changed.set(recordId, `left ${reason}`);
  return { counts, happened: sorted(changed), issues: issues.toSorted() };
}

const SKIP_KINDS = new Set([
  "name-empty",
  "excluded",
  "linked-to-other-source",
  "domain-linked-elsewhere",
  "name-in-use",
]);

function sorted(happened: ReadonlyMap<string, string>): string[] {
  return [...happened].map(([id, what]) => `${id} ${what}`).toSorted();
}

function realResult({ summary, outcomes, issues }: RealRun) {
  const { read, created, linked, updated, unchanged, skipped, failed, stopped } = summary;
  return {
    counts: { read, created, linked, updated, unchanged, skipped, failed, stopped },
    happened: sorted(outcomes),
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

/** A run on an unchanged source, in pages of another size. */
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

/** @returns how many runs were compared. */
async function runStory(teller: System, told: Story, coverage: Coverage): Promise<number> {
  await teller.sync.reset();
  const model = new ModelSync(coverage.hit);
  const cast = new StoryState(model);
  let settings: Settings = told.settings;
  let performed = 0;
  let runs = 0;
  for (const step of told.steps) {
    if (step.step !== "run") {
      interpretStep(step, cast);
      continue;
    }
    // Who works here is a setting of ours, and only a full run looks at every owner again (rule 16).
    const onlyRecords = !cast.operations.slice(performed).some(({ deed }) => deed.startsWith("teammate"));
    for (; performed < cast.operations.length; performed++)
      await teller.sync.perform(cast.operations[performed]!);
    settings = Object.assign({}, settings, step.settings);
    if (model.rows(settings).length === 0) continue;
    const mode = onlyRecords && runs % 2 === 1 ? "changes" : "sync";
    await compareRun(teller, model, settings, { pageSize: told.pageSize, mode });
    runs += 1;
  }
  const otherSize = told.pageSize === 5000 ? 3 : 5000;
  if (model.rows(settings).length > 0) await expectNoChanges(teller, model, settings, otherSize);
  return runs;
}

/** @returns how many runs were compared. @throws when a story ends differently. */
async function runStories(seed: number, coverage: Coverage): Promise<number> {
  const database = await testDatabase();
  const organisation = await simulatedOrganisation();
  onTestFinished(() => organisation.close());
  const teller = { organisation, database, sync: new RealSync(database, organisation.org) };
  let runs = 0;
  const property = fc.asyncProperty(story, async (told) => {
    runs += await runStory(teller, told, coverage);
  });
  const { failed, numRuns, errorInstance } = await fc.check(property, {
    numRuns: STORIES_EACH,
    seed,
    unbiased: true,
    // To make a story shorter takes many more of them.
    endOnFailure: true,
  });
  if (failed)
    throw new Error(`Story ${numRuns} of seed ${seed} ends differently in the real line and in the model.`, {
      cause: errorInstance,
    });
  return runs;
}

test(
  "random stories end alike in the real line and in the reference model",
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
        (_, teller) => SEED + round * CONCURRENT_STORIES + teller,
      );
      for (const told of await Promise.all(seeds.map((seed) => runStories(seed, coverage)))) runs += told;
    }
    console.log(`${String(runs)} runs; how often each rule was reached:\n${coverage.table()}`);
    expect(coverage.below(MIN_HITS)).toEqual([]);
    expect(unreachable.filter((rule) => coverage.counts.get(rule) !== 0)).toEqual([]);
  },
);

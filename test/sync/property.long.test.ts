// Random organisations and stories through the real line (simulator, HTTP, database) and through the reference model: same
// accounts, same outcomes, same issues after every run; a run on an unchanged source writes nothing; and pages of
// any size change nothing. Every other run reads changes only, where nothing but records and accounts changed. Every
// branch of docs/rules.md must have been reached often enough to mean something.
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import { fewOrAll, SEED } from "../harness/counts.ts";
import { testDatabase } from "../harness/database.ts";
import { Cast } from "../reference/story-state.ts";
import type { RunResult } from "../reference/model.ts";
import { Coverage, unreachable } from "../reference/coverage.ts";
import { story, type Story } from "../reference/random-stories.ts";
import { ModelStage, type Settings } from "../reference/model-sync.ts";
import { play } from "../reference/interpreter.ts";
import { issueText, RealLine, traces, type RealRun } from "./real-sync.ts";
import { simulatedOrganisation, type SimulatedOrganisation } from "./simulated-organisation.ts";

/** At a time, each with a database and an organisation of its own: one waits where the other works. */
const TELLERS = 2;
const STORIES_OF_EACH = fewOrAll(4, 30);
/** How often each rule must have been reached. */
const LEAST = fewOrAll(4, 100);
/** Stories are told until that is so. With any seed two or three rounds do; a rule that takes longer is hardly tested. */
const MOST_ROUNDS = 8;

interface Teller {
  readonly organisation: SimulatedOrganisation;
  readonly line: RealLine;
  readonly database: Database;
}

/** What the model says happened, in the words of the real line: unchanged records are not mentioned. */
function said({ outcomes, left }: RunResult) {
  const happened = new Map<string, string>();
  const issues: string[] = [];
  const counts = {
    read: outcomes.size,
    created: 0,
    linked: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
    stopped: left.length,
  };
  for (const [id, outcome] of outcomes) {
    counts[outcome.outcome] += 1;
    const reason = outcome.matchedBy ?? outcome.issues.find(({ kind }) => skips.has(kind))?.kind;
    if (outcome.outcome !== "unchanged")
      happened.set(
        id,
        reason && outcome.outcome !== "updated" && outcome.outcome !== "created"
          ? `${outcome.outcome} ${reason}`
          : outcome.outcome,
      );
    for (const issue of outcome.issues) issues.push(issueText(id, issue));
  }
  for (const { recordId, reason } of left) happened.set(recordId, `left ${reason}`);
  return { counts, happened: sorted(happened), issues: issues.toSorted() };
}

const skips = new Set([
  "name-empty",
  "excluded",
  "linked-to-other-source",
  "domain-linked-elsewhere",
  "name-in-use",
]);

function sorted(happened: ReadonlyMap<string, string>): string[] {
  return [...happened].map(([id, what]) => `${id} ${what}`).toSorted();
}

function heard({ summary, happened, issues }: RealRun) {
  const { read, created, linked, updated, unchanged, skipped, failed, stopped } = summary;
  return {
    counts: { read, created, linked, updated, unchanged, skipped, failed, stopped },
    happened: sorted(happened),
    issues,
  };
}

async function compare(
  { line, organisation }: Teller,
  model: ModelStage,
  settings: Settings,
  { pageSize, mode }: { pageSize: number; mode: "sync" | "changes" },
): Promise<void> {
  const expected = said(model.run(settings));
  expect(heard(await line.run(settings, await organisation.client(pageSize), mode))).toEqual(expected);
  expect(await line.accounts()).toEqual(model.world.export());
  const byAge = model.accounts().map(({ name, externalId }) => `${name} ${externalId ?? ""}`);
  expect(await line.byAge()).toEqual(byAge);
}

/** A run on an unchanged source, in pages of another size. */
async function nothingMoves(
  { line, organisation, database }: Teller,
  model: ModelStage,
  settings: Settings,
  pageSize: number,
): Promise<void> {
  const before = await traces(database);
  const expected = said(model.run(settings, false));
  expect(heard(await line.run(settings, await organisation.client(pageSize)))).toEqual(expected);
  expect(await traces(database)).toEqual(before);
}

/** @returns how many runs were compared. */
async function tell(teller: Teller, told: Story, coverage: Coverage): Promise<number> {
  await teller.line.reset();
  const model = new ModelStage(coverage.hit);
  const cast = new Cast(model);
  let settings: Settings = told.settings;
  let done = 0;
  let runs = 0;
  for (const step of told.steps) {
    if (step.step !== "run") {
      play(step, cast);
      continue;
    }
    // Who works here is a setting of ours, and only a full run looks at every owner again (rule 16).
    const onlyRecords = !cast.deeds.slice(done).some(({ deed }) => deed.startsWith("teammate"));
    for (; done < cast.deeds.length; done++) await teller.line.does(cast.deeds[done]!);
    settings = Object.assign({}, settings, step.settings);
    if (model.rows(settings).length === 0) continue;
    const mode = onlyRecords && runs % 2 === 1 ? "changes" : "sync";
    await compare(teller, model, settings, { pageSize: told.pageSize, mode });
    runs += 1;
  }
  const otherSize = told.pageSize === 5000 ? 3 : 5000;
  if (model.rows(settings).length > 0) await nothingMoves(teller, model, settings, otherSize);
  return runs;
}

/** @returns how many runs were compared. @throws when a story ends differently. */
async function tellStories(seed: number, coverage: Coverage): Promise<number> {
  const database = await testDatabase();
  const organisation = await simulatedOrganisation();
  onTestFinished(() => organisation.close());
  const teller = { organisation, database, line: new RealLine(database, organisation.org) };
  let runs = 0;
  const property = fc.asyncProperty(story, async (told) => {
    runs += await tell(teller, told, coverage);
  });
  const { failed, numRuns, errorInstance } = await fc.check(property, {
    numRuns: STORIES_OF_EACH,
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
      round < MOST_ROUNDS && (round === 0 || coverage.below(LEAST).length > 0);
      round += 1
    ) {
      const seeds = Array.from({ length: TELLERS }, (_, teller) => SEED + round * TELLERS + teller);
      for (const told of await Promise.all(seeds.map((seed) => tellStories(seed, coverage)))) runs += told;
    }
    console.log(`${String(runs)} runs; how often each rule was reached:\n${coverage.table()}`);
    expect(coverage.below(LEAST)).toEqual([]);
    expect(unreachable.filter((rule) => coverage.counts.get(rule) !== 0)).toEqual([]);
  },
);

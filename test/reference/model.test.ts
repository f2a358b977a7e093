// The reference model against itself: a second run on an unchanged source changes nothing, whatever
// came before.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Coverage, unreachable } from "./coverage.ts";
import { ModelSync } from "./model-sync.ts";
import type { Settings } from "./organisation.ts";
import { story } from "./random-stories.ts";
import type { Story } from "./steps.ts";
import { StoryState } from "./story-state.ts";
import { interpretStep } from "./interpreter.ts";
import { fewOrAll, propertyRuns } from "../harness/counts.ts";

/** Runs a story in the model and calls `onRun` after each run that read anything. */
function runStory(
  { steps, settings: first }: Story,
  coverage: Coverage,
  onRun: (model: ModelSync, settings: Settings, outcomes: number) => void,
) {
  const model = new ModelSync(coverage.hit);
  const state = new StoryState(model);
  let settings = first;
  for (const step of steps) {
    if (step.kind !== "run") {
      interpretStep(step, state);
      continue;
    }
    settings = Object.assign({}, settings, step.settings);
    if (model.rows(settings).length > 0) onRun(model, settings, model.run(settings).outcomes.size);
  }
}

test("a run leaves nothing for a second one to change", () => {
  const coverage = new Coverage();
  let runs = 0;
  fc.assert(
    fc.property(story, (example) => {
      runStory(example, coverage, (model, settings, outcomes) => {
        runs += 1;
        expect(outcomes).toBe(model.rows(settings).length);
        const before = model.store.export();
        const second = model.run(settings, false);
        const changed = [...second.outcomes].filter(
          ([, { outcome }]) => !["unchanged", "skipped"].includes(outcome),
        );
        expect(changed).toEqual([]);
        expect(second.stopped).toEqual([]);
        expect(model.store.export()).toEqual(before);
      });
    }),
    { ...propertyRuns(20, 80), unbiased: true },
  );
  expect(runs).toBeGreaterThan(fewOrAll(20, 80) * 5);
  expect(unreachable.filter((branch) => coverage.counts.get(branch) !== 0)).toEqual([]);
});

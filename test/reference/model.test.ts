// The model held against itself: whatever the rules make of a random story, these must be true of them.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Coverage, unreachable } from "./coverage.ts";
import { story, type Story } from "./random-stories.ts";
import { ModelSync, type Settings } from "./model-sync.ts";
import { StoryState } from "./story-state.ts";
import { interpretStep } from "./interpreter.ts";
import { fewOrAll, propertyRuns } from "../harness/counts.ts";

/** Tells a story to the model and calls `look` after each run that read anything. */
function tell(
  told: Story,
  coverage: Coverage,
  look: (stage: ModelSync, settings: Settings, outcomes: number) => void,
) {
  const stage = new ModelSync(coverage.hit);
  const cast = new StoryState(stage);
  let { settings } = told;
  for (const step of told.steps) {
    if (step.step !== "run") {
      interpretStep(step, cast);
      continue;
    }
    settings = Object.assign({}, settings, step.settings);
    if (stage.rows(settings).length > 0) look(stage, settings, stage.run(settings).outcomes.size);
  }
}

test("settles any random story in one run", () => {
  const coverage = new Coverage();
  let looks = 0;
  fc.assert(
    fc.property(story, (told) => {
      tell(told, coverage, (stage, settings, outcomes) => {
        looks += 1;
        expect(outcomes).toBe(stage.rows(settings).length);
        const before = stage.store.export();
        const second = stage.run(settings, false);
        const moved = [...second.outcomes].filter(
          ([, { outcome }]) => !["unchanged", "skipped"].includes(outcome),
        );
        expect(moved).toEqual([]);
        expect(second.stopped).toEqual([]);
        expect(stage.store.export()).toEqual(before);
      });
    }),
    { ...propertyRuns(20, 80), unbiased: true },
  );
  expect(looks).toBeGreaterThan(fewOrAll(20, 80) * 5);
  expect(unreachable.filter((rule) => coverage.counts.get(rule) !== 0)).toEqual([]);
});

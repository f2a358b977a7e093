// The model held against itself: whatever the rules make of a random story, these must be true of them.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Coverage, unreachable } from "./coverage.ts";
import { story, type Story } from "./random-stories.ts";
import { ModelStage, type Settings } from "./model-sync.ts";
import { Cast } from "./story-state.ts";
import { play } from "./interpreter.ts";
import { fewOrAll, propertyRuns } from "../harness/counts.ts";

/** Tells a story to the model and calls `look` after each run that read anything. */
function tell(
  told: Story,
  coverage: Coverage,
  look: (stage: ModelStage, settings: Settings, outcomes: number) => void,
) {
  const stage = new ModelStage(coverage.hit);
  const cast = new Cast(stage);
  let { settings } = told;
  for (const step of told.steps) {
    if (step.step !== "run") {
      play(step, cast);
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
        const before = stage.world.export();
        const second = stage.run(settings, false);
        const moved = [...second.outcomes].filter(
          ([, { outcome }]) => !["unchanged", "skipped"].includes(outcome),
        );
        expect(moved).toEqual([]);
        expect(second.left).toEqual([]);
        expect(stage.world.export()).toEqual(before);
      });
    }),
    { ...propertyRuns(20, 80), unbiased: true },
  );
  expect(looks).toBeGreaterThan(fewOrAll(20, 80) * 5);
  expect(unreachable.filter((rule) => coverage.counts.get(rule) !== 0)).toEqual([]);
});

// The reference model against itself: a second run on an unchanged source changes nothing, whatever
// came before.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Coverage, unreachable } from "./coverage.ts";
import { ConflictState } from "./conflict-state.ts";
import { exportedAccounts } from "./exported-accounts.ts";
import { ModelSync } from "./model-sync.ts";
import { story } from "./random-stories.ts";
import { storyRuns } from "./story-runs.ts";
import { fewOrAll, propertyRuns } from "../harness/counts.ts";

test("a run leaves nothing for a second one to change", () => {
  const coverage = new Coverage();
  let runs = 0;
  fc.assert(
    fc.property(story, (example) => {
      const model = new ModelSync(coverage.hit);
      for (const { settings, mode } of storyRuns(example, new ConflictState(model))) {
        const { outcomes } = model.run(settings, mode);
        if (typeof mode === "object") continue;
        runs += 1;
        expect(outcomes.size).toBe(model.rows(settings).length);
        const before = exportedAccounts(model.store);
        const second = model.run(settings, mode, false);
        const changed = [...second.outcomes].filter(
          ([, { outcome }]) => !["unchanged", "skipped"].includes(outcome),
        );
        expect(changed).toEqual([]);
        expect(second.stopped).toEqual([]);
        expect(second.merged).toEqual([]);
        expect(exportedAccounts(model.store)).toEqual(before);
      }
    }),
    { ...propertyRuns(20, 80), unbiased: true },
  );
  expect(runs).toBeGreaterThan(fewOrAll(20, 80) * 5);
  expect(unreachable.filter((branch) => coverage.counts.get(branch) !== 0)).toEqual([]);
});

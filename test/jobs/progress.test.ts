import { expect, test } from "vitest";
import { shownProgress } from "../../src/jobs/progress.ts";

test("the rate is that of the last seconds, and tells the time left", () => {
  const samples = [
    { at: 0, done: 0 },
    { at: 20_000, done: 1_000 },
    { at: 25_000, done: 6_000 },
  ];
  expect(shownProgress({ stage: "apply", done: 6_000, total: 16_000 }, samples)).toEqual({
    stage: "apply",
    done: 6_000,
    total: 16_000,
    rate: 1_000,
    secondsLeft: 10,
  });
});

test("a total that was passed, or never known, says nothing", () => {
  const now = [{ at: 0, done: 7 }];
  const passed = shownProgress({ stage: "read", done: 7, expected: 5 }, now);
  const unknown = shownProgress({ stage: "read", done: 7, expected: undefined }, now);
  expect(passed).toEqual({ stage: "read", done: 7, total: null, rate: null, secondsLeft: null });
  expect(unknown).toEqual(passed);
});

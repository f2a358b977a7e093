import { expect, test } from "vitest";
import { createSettableClock, systemClock } from "../../src/lib/clock.ts";

test("a settable clock advances by sleeping, at once", async () => {
  const clock = createSettableClock("2026-03-01T00:00:00Z");
  await clock.sleep(90_000);
  clock.advance(500);
  expect(clock.now().toISOString()).toBe("2026-03-01T00:01:30.500Z");
  expect(clock.sleeps).toEqual([90_000]);
});

test("a sleep ends with its signal, aborted before or during it", async () => {
  const reason = new Error("stop");
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(createSettableClock(new Date(0)).sleep(1, AbortSignal.abort(reason))).rejects.toBe(reason);
});

import { describe, expect, test } from "vitest";
import { parseRetryAfter, retryDelay, classifyStatus } from "../../src/lib/retry-timing.ts";
import type { FailedAttempt } from "../../src/lib/retry-timing.ts";

const now = new Date("2026-03-01T12:00:00Z");
const ask = (attempt: Partial<FailedAttempt>) =>
  retryDelay({ failure: "transient", attempt: 1, now, throttledMs: 0, jitter: 1, ...attempt });

test.each([
  [200, "permanent"],
  [400, "permanent"],
  [401, "permanent"],
  [403, "permanent"],
  [404, "permanent"],
  [408, "transient"],
  [429, "throttled"],
  [500, "transient"],
  [501, "permanent"],
  [502, "transient"],
  [503, "throttled"],
  [504, "transient"],
] as const)("status %i is %s", (status, failure) => {
  expect(classifyStatus(status)).toBe(failure);
});

test.each([
  [undefined, 0],
  ["", 0],
  ["0", 0],
  ["17", 17_000],
  ["0.4", 400],
  [" 3 ", 3_000],
  ["Sun, 01 Mar 2026 12:00:30 GMT", 30_000],
  ["Sun, 01 Mar 2026 11:00:00 GMT", 0],
  ["-5", 0],
  ["soon", 0],
])("Retry-After %j asks for %i ms", (header, ms) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});

describe("the delay", () => {
  test("is at least what was requested, plus at most a tenth of jitter", () => {
    expect(ask({ failure: "throttled", retryAfter: "20", jitter: 0 })).toBe(20_000);
    expect(ask({ failure: "throttled", retryAfter: "20", jitter: 1 })).toBe(22_000);
  });

  test("is capped at a quarter of an hour", () => {
    expect(ask({ failure: "throttled", retryAfter: "86400" })).toBe(15 * 60_000);
  });

  test("doubles up to a minute when none was requested", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => ask({ failure: "throttled", attempt }));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("backs off when 0 was requested", () => {
    expect(ask({ failure: "throttled", retryAfter: "0", jitter: 0 })).toBe(500);
  });
});

describe("giving up", () => {
  test("a transient failure gets six attempts", () => {
    expect(ask({ attempt: 5 })).toBe(16_000);
    expect(ask({ attempt: 6 })).toBe("give-up");
  });

  test("throttling may delay a request for an hour in all", () => {
    const attempt = { failure: "throttled", attempt: 300, retryAfter: "10", jitter: 0 } as const;
    expect(ask({ ...attempt, throttledMs: 3_590_000 })).toBe(10_000);
    expect(ask({ ...attempt, throttledMs: 3_590_001 })).toBe("give-up");
  });

  test("a permanent failure gets no retry", () => {
    expect(ask({ failure: "permanent" })).toBe("give-up");
  });
});

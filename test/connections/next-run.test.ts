// When the next run is due, from past runs, the two intervals and the current time.
import { describe, expect, test } from "vitest";
import { nextRun, type ScheduleFacts } from "../../src/connections/schedule/next-run.ts";

const at = (time: string) => new Date(`2026-03-${time}:00Z`);
const now = at("02T12:00");

const facts = (given: Partial<ScheduleFacts> = {}): ScheduleFacts => ({
  fullEveryMinutes: 1440,
  changesEveryMinutes: null,
  fullAt: null,
  timeZone: "UTC",
  lastFull: at("02T09:00"),
  lastDone: at("02T09:00"),
  failures: null,
  ...given,
});

describe("the next run", () => {
  test.for<[string, Partial<ScheduleFacts>, { mode: string; at: Date } | undefined]>([
    ["is undefined before the first sync", { lastFull: null, lastDone: null }, undefined],
    ["is a full run a day after the last one started", {}, { mode: "sync", at: at("03T09:00") }],
    [
      "is changes-only if that is due sooner",
      { changesEveryMinutes: 30 },
      { mode: "changes", at: at("02T09:30") },
    ],
    [
      "counts the interval of changes from the last run of any mode",
      { changesEveryMinutes: 60, lastDone: at("02T11:30") },
      { mode: "changes", at: at("02T12:30") },
    ],
    [
      "is the full run if that is due first",
      { changesEveryMinutes: 60, lastFull: at("01T12:10"), lastDone: at("02T11:30") },
      { mode: "sync", at: at("02T12:10") },
    ],
    [
      "is one run after a week without any",
      { lastFull: at("01T09:00"), lastDone: at("01T09:00"), changesEveryMinutes: 5 },
      { mode: "sync", at: at("02T09:00") },
    ],
    [
      "is a full run at its time of day, on the day after the last",
      { fullAt: "02:30" },
      { mode: "sync", at: at("03T02:30") },
    ],
    [
      "is a full run at its time of day, later the same day",
      { fullAt: "17:00" },
      { mode: "sync", at: at("02T17:00") },
    ],
    [
      "is the next day if the last started exactly at its time",
      { fullAt: "09:00" },
      { mode: "sync", at: at("03T09:00") },
    ],
    [
      "waits five minutes after a failure",
      { lastFull: at("01T09:00"), lastDone: at("01T09:00"), failures: { count: 1, last: at("02T11:58") } },
      { mode: "sync", at: at("02T12:03") },
    ],
    [
      "waits twice as long each time",
      { lastFull: at("01T09:00"), lastDone: at("01T09:00"), failures: { count: 4, last: at("02T11:58") } },
      { mode: "sync", at: at("02T12:38") },
    ],
    [
      "waits no longer than between full runs",
      { fullEveryMinutes: 60, failures: { count: 30, last: at("02T11:30") } },
      { mode: "sync", at: at("02T12:30") },
    ],
    [
      "is an interval from now if the clock was set back",
      { lastFull: at("09T09:00"), lastDone: at("09T09:00"), changesEveryMinutes: 30 },
      { mode: "changes", at: at("02T12:30") },
    ],
  ])("%s", ([, given, expected]) => {
    expect(nextRun(facts(given), now)).toEqual(expected);
  });
});

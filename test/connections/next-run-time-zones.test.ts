// A full run at a time of day in a time zone, including the days on which its clocks change.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextRun } from "../../src/connections/schedule/next-run.ts";
import { propertyRuns } from "../harness/counts.ts";

function nextFull(last: Date, fullAt: string, timeZone: string): Date | undefined {
  const runs = { lastFull: last, lastDone: last, failures: null };
  const schedule = { fullEveryMinutes: 1440, changesEveryMinutes: null, fullAt, timeZone };
  return nextRun({ ...runs, ...schedule }, last)?.at;
}

describe("the full run of the day", () => {
  test.for<[string, string, string, string, string]>([
    ["is later the same day", "2026-07-01T00:29Z", "02:30", "Europe/Berlin", "2026-07-01T00:30Z"],
    [
      "is the next day once it has started",
      "2026-07-01T00:30Z",
      "02:30",
      "Europe/Berlin",
      "2026-07-02T00:30Z",
    ],
    ["moves with the clocks in spring", "2026-03-28T22:00Z", "09:00", "Europe/Berlin", "2026-03-29T07:00Z"],
    ["moves with the clocks in autumn", "2026-10-24T22:00Z", "09:00", "Europe/Berlin", "2026-10-25T08:00Z"],
    [
      "is after the gap that contains its time",
      "2026-03-28T12:00Z",
      "02:30",
      "Europe/Berlin",
      "2026-03-29T01:00Z",
    ],
    [
      "is at its time again a day after the gap",
      "2026-03-29T01:00Z",
      "02:30",
      "Europe/Berlin",
      "2026-03-30T00:30Z",
    ],
    [
      "is at the first of two occurrences of its time",
      "2026-10-24T12:00Z",
      "02:30",
      "Europe/Berlin",
      "2026-10-25T00:30Z",
    ],
    ["is not at the second occurrence", "2026-10-25T00:30Z", "02:30", "Europe/Berlin", "2026-10-26T01:30Z"],
    [
      "uses UTC if the engine does not know the zone",
      "2026-07-01T00:00Z",
      "02:30",
      "Mars/Olympus_Mons",
      "2026-07-01T02:30Z",
    ],
    [
      "handles a gap of half an hour",
      "2026-10-03T12:00Z",
      "02:10",
      "Australia/Lord_Howe",
      "2026-10-03T15:30Z",
    ],
    ["handles a gap up to midnight", "2024-03-30T12:00Z", "23:30", "America/Nuuk", "2024-03-31T01:00Z"],
    ["is immediately after a skipped day", "2011-12-30T09:00Z", "02:30", "Pacific/Apia", "2011-12-30T10:00Z"],
  ])("%s", ([, last, fullAt, timeZone, next]) => {
    expect(nextFull(new Date(last), fullAt, timeZone)).toEqual(new Date(next));
  });
});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Searches minute by minute for the first local time later than any before it at which the time of
 * day has passed.
 */
function searched(last: Date, fullAt: string, timeZone: string): Date {
  const wall = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  // A day before the last run, the local time was at most what it is at the run.
  let moment = Math.floor((last.getTime() - DAY) / MINUTE) * MINUTE;
  let latest = wall.format(moment);
  for (;;) {
    moment += MINUTE;
    const shown = wall.format(moment);
    if (shown <= latest) continue;
    // The days that a gap of more than a minute skipped.
    const days = new Set([latest.slice(0, 10), shown.slice(0, 10), dayAfter(latest)]);
    const isReached = [...days].some((day) => latest < `${day} ${fullAt}` && `${day} ${fullAt}` <= shown);
    latest = shown;
    if (isReached && moment > last.getTime()) return new Date(moment);
  }
}

function dayAfter(shown: string): string {
  return new Date(Date.parse(`${shown.slice(0, 10)}T00:00Z`) + DAY).toISOString().slice(0, 10);
}

/** Moments at which the clocks of these zones change, or changed. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  "Europe/Berlin": ["2026-03-29T01:00Z", "2026-10-25T01:00Z"],
  "America/New_York": ["2026-03-08T07:00Z", "2026-11-01T06:00Z"],
  "Australia/Lord_Howe": ["2026-04-04T15:00Z", "2026-10-03T15:30Z"],
  "Asia/Kathmandu": ["1985-12-31T18:30Z"],
  "Pacific/Apia": ["2011-12-30T10:00Z", "2020-09-26T14:00Z", "2021-04-03T14:00Z"],
  "America/St_Johns": ["2010-03-14T03:31Z", "2010-11-07T02:31Z"],
  UTC: ["2026-03-29T01:00Z"],
};

test.for(Object.keys(CHANGES))("equals the result of a search minute by minute: %s", (timeZone) => {
  const changes = CHANGES[timeZone]!.map((change) => Date.parse(change));
  const nearAChange = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * 60 * 60, max: 36 * 60 * 60 }))
    .map(([change, seconds]) => new Date(change + seconds * 1000));
  const anywhere = fc.date({
    min: new Date("2000-01-01"),
    max: new Date("2037-01-01"),
    noInvalidDate: true,
  });
  const two = (value: number) => String(value).padStart(2, "0");
  // Clocks change at night, so half of the times are there.
  const hour = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 }));
  const time = fc.tuple(hour, fc.integer({ min: 0, max: 59 })).map((parts) => parts.map(two).join(":"));
  fc.assert(
    fc.property(fc.oneof({ weight: 3, arbitrary: nearAChange }, anywhere), time, (last, fullAt) => {
      expect(nextFull(last, fullAt, timeZone)).toEqual(searched(last, fullAt, timeZone));
    }),
    propertyRuns(20, 40),
  );
});

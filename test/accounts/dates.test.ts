// One function in SQL and one in TypeScript say when a stored date is.
import * as fc from "fast-check";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { secondsOfDateSql } from "../../src/accounts/list/dates.ts";
import { secondsOfDate } from "../../src/settings/dates.ts";
import { wallClock } from "../../src/settings/time-zone.ts";
import { testDatabase } from "../harness/database.ts";
import { propertyRuns } from "../harness/counts.ts";

const { kysely } = await testDatabase();

/** With gaps and overlaps, of an hour and of less, a day that was skipped, and none of these. */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "Europe/Dublin",
  "America/New_York",
  "America/Caracas",
  "Australia/Lord_Howe",
  "Asia/Tokyo",
  "Asia/Kathmandu",
  "Pacific/Apia",
  "Pacific/Kiritimati",
] as const;

const two = (n: number) => String(n).padStart(2, "0");

const date = fc
  .record({
    year: fc.oneof(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1970, max: 2040 }),
      fc.constantFrom(1, 9999),
    ),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
  })
  .map(({ year, month, day }) => `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`);

/** The days on which clocks change in one of the zones. */
const changeOfClocks = fc.constantFrom(
  "2024-03-31",
  "2024-10-27",
  "2024-03-10",
  "2024-11-03",
  "2024-04-07",
  "2024-10-06",
  "2011-12-30",
  "2007-12-09",
  "1994-12-31",
  "1986-01-01",
);

const time = fc
  .record({ hour: fc.nat(24), minute: fc.nat(60), second: fc.constantFrom(0, 1, 30, 59) })
  .map(({ hour, minute, second }) => `T${two(hour)}:${two(minute)}:${two(second)}`);

const stored = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.oneof(date, changeOfClocks), fc.oneof(fc.constant(""), time), fc.constantFrom("", "Z"))
      .map((parts) => parts.join("")),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "never",
      "",
      "0000-01-01",
      "-0001-01-01T00:00:00Z",
      "+010000-01-01T00:00:00Z",
      "1900-02-29",
      "2000-02-29",
      "2015-01-01T09:30:00.7Z",
      "2015-01-01T09:30Z",
      "2015-1-1",
    ),
  },
);

it("agrees in SQL and TypeScript on every text, in any zone, across gaps and overlaps", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stored, { minLength: 50, maxLength: 200 }),
      fc.constantFrom(...ZONES),
      async (texts, zone) => {
        const { rows } = await sql<{ text: string; seconds: string | null }>`
        select text, ${secondsOfDateSql(sql`text`, zone)}::text as seconds
        from unnest(${texts}::text[]) as text`.execute(kysely);
        const clock = wallClock(zone);
        expect(rows).toEqual(
          rows.map(({ text }) => ({ text, seconds: secondsOfDate(text, clock)?.toString() ?? null })),
        );
      },
    ),
    propertyRuns(30, 1_000),
  );
});

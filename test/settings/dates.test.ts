// The three texts of a date and time: how they are read and shown.
import { describe, expect, it } from "vitest";
import { exportedDate, formatDate, parseDate, secondsRange } from "../../src/settings/dates.ts";
import { wallClock } from "../../src/settings/time-zone.ts";

describe("a date and time", () => {
  it.each([
    ["2015-01-01", "2015-01-01"],
    ["2015-01-01T09:30", "2015-01-01T09:30:00"],
    ["2015-01-01T09:30:15", "2015-01-01T09:30:15"],
    ["2015-01-01T09:30:15.999Z", "2015-01-01T09:30:15Z"],
    ["2015-01-01T09:30:00+02:00", "2015-01-01T07:30:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"],
    ["2024-02-29", "2024-02-29"],
  ])("%s is read as %s", (written, stored) => {
    expect(parseDate(written)).toBe(stored);
  });

  it.each([
    "never",
    "",
    "2015",
    "2015-02-29",
    "1900-02-29",
    "2015-13-01",
    "0000-01-01",
    "+010000-01-01",
    "2015-01-01T24:00",
    "2015-01-01 09:30",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
  ])("is refused: %s", (written) => {
    expect(parseDate(written)).toBeUndefined();
  });
});

describe("a date and time is shown", () => {
  it.each([
    ["2015-01-01", "America/New_York", "1 Jan 2015"],
    ["2015-01-01T09:30:00", "Asia/Tokyo", "1 Jan 2015, 09:30"],
    ["2015-01-01T00:00:00Z", "UTC", "1 Jan 2015, 00:00 UTC"],
    ["2015-07-01T00:00:15Z", "Europe/Berlin", "1 Jul 2015, 02:00:15 UTC+2"],
    ["2015-01-01T00:00:00Z", "America/St_Johns", "31 Dec 2014, 20:30 UTC\u22123:30"],
    ["9999-12-31T23:59:59Z", "Asia/Tokyo", "31 Dec 9999, 23:59:59 UTC"],
    ["0001-01-01T00:00:00Z", "America/New_York", "1 Jan 0001, 00:00 UTC"],
    ["Sat, 01 Jan 2000", "UTC", "Sat, 01 Jan 2000"],
  ])("in full: %s in %s", (stored, zone, shown) => {
    expect(formatDate(stored, "date-and-time", wallClock(zone))).toBe(shown);
  });

  it.each([
    ["2014-12-31T23:00:00Z", "Europe/Berlin", "2015-01-01", "1 Jan 2015"],
    ["2015-01-01T05:00:00Z", "America/New_York", "2015-01-01", "1 Jan 2015"],
    ["2015-01-01T00:00:00", "America/New_York", "2015-01-01", "1 Jan 2015"],
    ["9999-12-31T23:59:59Z", "Asia/Tokyo", "9999-12-31", "31 Dec 9999"],
    ["0001-01-01T00:00:00Z", "America/New_York", "0001-01-01", "1 Jan 0001"],
  ])("as the date by the workspace's clocks: %s in %s", (stored, zone, exported, shown) => {
    expect(exportedDate(stored, "date", wallClock(zone))).toBe(exported);
    expect(formatDate(stored, "date", wallClock(zone))).toBe(shown);
  });
});

it("a day is as long as the clocks make it, and there is one after the last year", () => {
  const hours = (day: string) => {
    const [from, to] = secondsRange(day, wallClock("Europe/Berlin"))!;
    return (to - from) / 3_600;
  };
  expect(["2024-03-31", "2024-10-27", "2024-06-01", "9999-12-31"].map(hours)).toEqual([23, 25, 24, 24]);
});

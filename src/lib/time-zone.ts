// Times of day in a time zone, by ICU's copy of the IANA database, since Node 20 has no Temporal.
// Pure.

import { DAY_MS, MINUTE_MS } from "./durations.ts";

/**
 * The local time of a zone at a moment, expressed as the moment at which UTC shows it, to the
 * minute.
 */
function wallClock(timeZone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (moment) => {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(moment)) shown[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute);
  };
}

/**
 * The first moment with this local time or a later one: of a time that occurs twice the first, of a
 * skipped time the end of the gap.
 */
function firstMomentShowing(shown: (moment: number) => number, wanted: number): number {
  // No zone differs from UTC by a day or more, and none changes its offset twice within two days.
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((moment) => shown(moment) - moment);
  let after = wanted - Math.min(...offsets);
  const early = wanted - Math.max(...offsets);
  if (shown(early) >= wanted) return early;
  // In a gap, the later candidate shows another time than wanted; the end of the gap is between the
  // two.
  for (let before = early; shown(after) > wanted && after - before > MINUTE_MS;) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (shown(middle) >= wanted) after = middle;
    else before = middle;
  }
  return after;
}

/**
 * The next moment after `after` at which the zone's local time is this time of day, such as
 * "02:30".
 */
export function nextTimeOfDay(after: Date, timeOfDay: string, timeZone: string): Date {
  const shown = wallClock(timeZone);
  const [hours = 0, minutes = 0] = timeOfDay.split(":").map(Number);
  const today = Math.floor(shown(after.getTime()) / DAY_MS) * DAY_MS;
  for (let day = today; ; day += DAY_MS) {
    const moment = firstMomentShowing(shown, day + (hours * 60 + minutes) * MINUTE_MS);
    if (moment > after.getTime()) return new Date(moment);
  }
}

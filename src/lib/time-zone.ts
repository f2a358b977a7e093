import { DAY_MS } from "./durations.ts";
// Times of day in a time zone, by the rules that the JavaScript engine brings (ICU's copy of the IANA database; Temporal is
// not in Node 20). Pure: what it is told comes from the caller.

const MINUTE_MS = 60_000;

/** What the zone's clock on the wall shows at a moment, as the moment at which UTC shows the same; down to the minute. */
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
 * When the clock on the wall first shows this or something later: of a time that is shown twice the first, of one that is
 * skipped the first moment after the gap.
 */
function firstMomentShowing(shown: (moment: number) => number, wanted: number): number {
  // No zone is a day from UTC, and none moves its clock twice in two days.
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((moment) => shown(moment) - moment);
  let after = wanted - Math.min(...offsets);
  const early = wanted - Math.max(...offsets);
  if (shown(early) >= wanted) return early;
  // Only in a gap does the later of the two show something else: its end lies between them.
  for (let before = early; shown(after) > wanted && after - before > MINUTE_MS;) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (shown(middle) >= wanted) after = middle;
    else before = middle;
  }
  return after;
}

/** The next moment at which it is this time of day in that zone ("02:30"), on any day, after a moment. */
export function nextTimeOfDay(after: Date, timeOfDay: string, timeZone: string): Date {
  const shown = wallClock(timeZone);
  const [hours = 0, minutes = 0] = timeOfDay.split(":").map(Number);
  const today = Math.floor(shown(after.getTime()) / DAY_MS) * DAY_MS;
  for (let day = today; ; day += DAY_MS) {
    const moment = firstMomentShowing(shown, day + (hours * 60 + minutes) * MINUTE_MS);
    if (moment > after.getTime()) return new Date(moment);
  }
}

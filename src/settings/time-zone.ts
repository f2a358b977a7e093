// The clocks of a time zone, by ICU's copy of the IANA database, since Node 20 and browsers have no
// Temporal. Moments are milliseconds since 1970. Pure.
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Whether the engine knows a zone of this name. Offsets such as "+01:00" are refused: they ignore
 * daylight saving time, and older versions of Node do not know them.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The local time of a zone at a moment, expressed as the moment at which UTC shows it. */
export type WallClock = (moment: number) => number;

/** To the second, since offsets before 1900 are not of whole minutes. UTC for an unknown zone. */
export function wallClock(timeZone: string): WallClock {
  if (timeZone === "UTC" || !isTimeZone(timeZone)) return (moment) => moment;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (moment) => {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(moment)) shown[type] = value;
    const { era = "AD", year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
    // Unlike Date.UTC, this takes the years before 100 for what they are. 1 BC is year 0.
    const time = new Date(0).setUTCFullYear(
      era.startsWith("B") ? 1 - Number(year) : Number(year),
      Number(month) - 1,
      Number(day),
    );
    return time + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000;
  };
}

/**
 * The moment at which the zone's clocks show a local time, as PostgreSQL's `at time zone` has it: a
 * time that occurs twice is the second one, and one that is skipped is counted by the offset before
 * the gap.
 */
export function momentOf(local: number, clock: WallClock): number {
  const moments = [local - DAY_MS, local + DAY_MS].map((near) => local - (clock(near) - near));
  const exact = moments.filter((moment) => clock(moment) === local);
  return Math.max(...(exact.length > 0 ? exact : moments));
}

/**
 * The first moment with this local time or a later one: of a time that occurs twice the first, of a
 * skipped time the end of the gap.
 */
function firstMomentShowing(shown: WallClock, wanted: number): number {
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

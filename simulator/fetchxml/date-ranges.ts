// Defines the date operators as half-open ranges [from, to) of the caller's wall clock, in
// milliseconds. Weeks start on Sunday; the fiscal year is Dataverse's default, quarters from 1
// January. "Last x" starts at the beginning of a day, "next x" ends at the end of one. Learn:
// "Dataverse condition operators", "FetchXml operators: date".

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface DateRange {
  readonly from: number;
  readonly to: number;
}

/** `now` is wall clock time, like all times here; `x` is 0 for operators without a number. */
type RangeFunction = (now: number, x: number) => DateRange;

export const RANGE_OPERATORS: ReadonlyMap<string, RangeFunction> = new Map(
  Object.entries({
    yesterday: (now) => days(now, -1, 1),
    today: (now) => days(now, 0, 1),
    tomorrow: (now) => days(now, 1, 1),
    "last-seven-days": (now) => ({ from: startOfDay(now) - 7 * DAY_MS, to: now }),
    "next-seven-days": (now) => ({ from: now, to: startOfDay(now) + 8 * DAY_MS }),
    "last-week": (now) => weeks(now, -1),
    "this-week": (now) => weeks(now, 0),
    "next-week": (now) => weeks(now, 1),
    "last-month": (now) => months(now, -1),
    "this-month": (now) => months(now, 0),
    "next-month": (now) => months(now, 1),
    "last-year": (now) => years(now, -1, 1),
    "this-year": (now) => years(now, 0, 1),
    "next-year": (now) => years(now, 1, 1),
    "this-fiscal-year": (now) => years(now, 0, 1),
    "last-fiscal-year": (now) => years(now, -1, 1),
    "next-fiscal-year": (now) => years(now, 1, 1),
    "this-fiscal-period": (now) => quarters(now, 0, 1),
    "last-fiscal-period": (now) => quarters(now, -1, 1),
    "next-fiscal-period": (now) => quarters(now, 1, 1),
  } satisfies Record<string, RangeFunction>),
);

export const NUMBERED_RANGE_OPERATORS: ReadonlyMap<string, RangeFunction> = new Map(
  Object.entries({
    "last-x-hours": (now, x) => ({ from: startOfHour(now) - x * HOUR_MS, to: now }),
    "next-x-hours": (now, x) => ({ from: now, to: startOfHour(now) + (x + 1) * HOUR_MS }),
    "last-x-days": (now, x) => ({ from: startOfDay(now) - x * DAY_MS, to: now }),
    "next-x-days": (now, x) => ({ from: now, to: startOfDay(now) + (x + 1) * DAY_MS }),
    "last-x-weeks": (now, x) => ({ from: startOfDay(now) - 7 * x * DAY_MS, to: now }),
    "next-x-weeks": (now, x) => ({ from: now, to: startOfDay(now) + (7 * x + 1) * DAY_MS }),
    "last-x-months": (now, x) => ({ from: addMonths(startOfDay(now), -x), to: now }),
    "next-x-months": (now, x) => ({ from: now, to: addMonths(startOfDay(now) + DAY_MS, x) }),
    "last-x-years": (now, x) => ({ from: addMonths(startOfDay(now), -12 * x), to: now }),
    "next-x-years": (now, x) => ({ from: now, to: addMonths(startOfDay(now) + DAY_MS, 12 * x) }),
    "olderthan-x-minutes": (now, x) => before(Math.floor(now / 60_000) * 60_000 - x * 60_000),
    "olderthan-x-hours": (now, x) => before(startOfHour(now) - x * HOUR_MS),
    "olderthan-x-days": (now, x) => before(startOfDay(now) - x * DAY_MS),
    "olderthan-x-weeks": (now, x) => before(startOfDay(now) - 7 * x * DAY_MS),
    "olderthan-x-months": (now, x) => before(addMonths(startOfDay(now), -x)),
    "olderthan-x-years": (now, x) => before(addMonths(startOfDay(now), -12 * x)),
    // Whole periods, so that x = 1 means the same as last-fiscal-year and the like; Learn does not say.
    "last-x-fiscal-years": (now, x) => years(now, -x, x),
    "next-x-fiscal-years": (now, x) => years(now, 1, x),
    "last-x-fiscal-periods": (now, x) => quarters(now, -x, x),
    "next-x-fiscal-periods": (now, x) => quarters(now, 1, x),
  } satisfies Record<string, RangeFunction>),
);

export function startOfDay(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

export function endOfDay(wall: number): number {
  return startOfDay(wall) + DAY_MS;
}

export function yearRange(year: number): DateRange {
  return { from: Date.UTC(year, 0), to: Date.UTC(year + 1, 0) };
}

/** @param quarter 1 to 4 */
export function quarterRange(year: number, quarter: number): DateRange {
  return { from: Date.UTC(year, 3 * quarter - 3), to: Date.UTC(year, 3 * quarter) };
}

/** The quarter, 1 to 4, of a wall clock time. */
export function quarterOf(wall: number): number {
  return Math.floor(new Date(wall).getUTCMonth() / 3) + 1;
}

/** The week of the year as SQL Server counts: that of 1 January is 1, and weeks start on Sunday. */
export function weekOf(wall: number): number {
  const newYear = Date.UTC(new Date(wall).getUTCFullYear(), 0);
  const dayOfYear = Math.floor((wall - newYear) / DAY_MS);
  return Math.floor((dayOfYear + new Date(newYear).getUTCDay()) / 7) + 1;
}

function startOfHour(wall: number): number {
  return Math.floor(wall / HOUR_MS) * HOUR_MS;
}

function before(to: number): DateRange {
  return { from: Number.NEGATIVE_INFINITY, to };
}

function days(now: number, offset: number, count: number): DateRange {
  const from = startOfDay(now) + offset * DAY_MS;
  return { from, to: from + count * DAY_MS };
}

function weeks(now: number, offset: number): DateRange {
  const from = startOfDay(now) - new Date(now).getUTCDay() * DAY_MS + 7 * offset * DAY_MS;
  return { from, to: from + 7 * DAY_MS };
}

function months(now: number, offset: number): DateRange {
  const date = new Date(now);
  const from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset);
  return { from, to: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset + 1) };
}

function years(now: number, offset: number, count: number): DateRange {
  const year = new Date(now).getUTCFullYear() + offset;
  return { from: Date.UTC(year, 0), to: Date.UTC(year + count, 0) };
}

function quarters(now: number, offset: number, count: number): DateRange {
  const date = new Date(now);
  const first = 3 * (Math.floor(date.getUTCMonth() / 3) + offset);
  const year = date.getUTCFullYear();
  return { from: Date.UTC(year, first), to: Date.UTC(year, first + 3 * count) };
}

/** 31 March minus one month is 28 or 29 February, as with .NET's AddMonths. */
function addMonths(wall: number, count: number): number {
  const date = new Date(wall);
  const month = date.getUTCMonth() + count;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  const midnight = Date.UTC(date.getUTCFullYear(), month, day);
  return midnight + (wall - startOfDay(wall));
}

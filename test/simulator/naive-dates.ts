// Evaluates the date operators a second time, each as a question about one local time instead of a
// range.
import { localTime } from "./naive-values.ts";
import type { Caller } from "../../simulator/fetchxml/query-store.ts";

/**
 * Whether a stored date passes; undefined for other operators.
 * @param columnCaller the caller in the time zone of the column
 * @param callerNow the caller's own wall clock, whatever the column's
 */
export function dateHolds(
  operator: string,
  value: string,
  arguments_: readonly string[],
  columnCaller: Caller,
  callerNow: Date,
): boolean | undefined {
  const local = localTime(value, columnCaller);
  const x = Number(arguments_[0] ?? 0);
  const numbered = /^(last|next|olderthan)-x-(\w+)$/.exec(operator);
  if (numbered !== null) {
    const [, which = "", unit = ""] = numbered;
    if (which === "last") return local >= periodStart(callerNow, unit, x) && local < callerNow;
    if (which === "next") return local >= callerNow && local < periodEnd(callerNow, unit, x);
    return local < periodStart(callerNow, unit, x);
  }
  if (operator === "last-seven-days") return local >= periodStart(callerNow, "days", 7) && local < callerNow;
  if (operator === "next-seven-days") return local >= callerNow && local < periodEnd(callerNow, "days", 7);
  const days = calendarDays(local) - calendarDays(callerNow);
  const weeks = calendarWeeks(local) - calendarWeeks(callerNow);
  const months = calendarMonths(local) - calendarMonths(callerNow);
  const quarters = calendarQuarters(local) - calendarQuarters(callerNow);
  const years = local.getUTCFullYear() - callerNow.getUTCFullYear();
  const relative: Record<string, boolean> = {
    yesterday: days === -1,
    today: days === 0,
    tomorrow: days === 1,
    "last-week": weeks === -1,
    "this-week": weeks === 0,
    "next-week": weeks === 1,
    "last-month": months === -1,
    "this-month": months === 0,
    "next-month": months === 1,
    "last-year": years === -1,
    "this-year": years === 0,
    "next-year": years === 1,
    "last-fiscal-year": years === -1,
    "this-fiscal-year": years === 0,
    "next-fiscal-year": years === 1,
    "last-fiscal-period": quarters === -1,
    "this-fiscal-period": quarters === 0,
    "next-fiscal-period": quarters === 1,
    "last-x-fiscal-years": years < 0 && years >= -x,
    "next-x-fiscal-years": years > 0 && years <= x,
    "last-x-fiscal-periods": quarters < 0 && quarters >= -x,
    "next-x-fiscal-periods": quarters > 0 && quarters <= x,
    "in-fiscal-year": local.getUTCFullYear() === x,
    "in-fiscal-period": Math.floor(local.getUTCMonth() / 3) + 1 === x,
  };
  return relative[operator] ?? absoluteHolds(operator, local, arguments_, columnCaller);
}

function absoluteHolds(
  operator: string,
  local: Date,
  [first = "", second = ""]: readonly string[],
  caller: Caller,
): boolean | undefined {
  if (operator.includes("fiscal-period-and-year")) {
    const difference = calendarQuarters(local) - (Number(second) * 4 + Number(first) - 1);
    if (operator.startsWith("in-or-before")) return difference <= 0;
    return operator.startsWith("in-or-after") ? difference >= 0 : difference === 0;
  }
  if (!["on", "on-or-before", "on-or-after"].includes(operator)) return undefined;
  const requested = first.length === 10 ? new Date(`${first}T00:00:00Z`) : localTime(first, caller);
  const difference = calendarDays(local) - calendarDays(requested);
  if (operator === "on") return difference === 0;
  return operator === "on-or-before" ? difference <= 0 : difference >= 0;
}

/** Returns the time x units before the start of today (of the hour, of the minute). */
function periodStart(here: Date, unit: string, x: number): Date {
  const start = new Date(here);
  if (unit === "minutes") start.setUTCMinutes(here.getUTCMinutes() - x, 0, 0);
  else if (unit === "hours") start.setUTCHours(here.getUTCHours() - x, 0, 0, 0);
  else {
    start.setUTCHours(0, 0, 0, 0);
    moveDays(start, unit, -x);
  }
  return start;
}

/** Returns the time x units ahead, at the end of the day (hour) it falls in. */
function periodEnd(here: Date, unit: string, x: number): Date {
  const end = new Date(here);
  if (unit === "hours") end.setUTCHours(here.getUTCHours() + x + 1, 0, 0, 0);
  else {
    end.setUTCHours(24, 0, 0, 0);
    moveDays(end, unit, x);
  }
  return end;
}

function moveDays(date: Date, unit: string, x: number): void {
  if (unit === "days") date.setUTCDate(date.getUTCDate() + x);
  else if (unit === "weeks") date.setUTCDate(date.getUTCDate() + 7 * x);
  else {
    const day = date.getUTCDate();
    date.setUTCMonth(date.getUTCMonth() + (unit === "years" ? 12 : 1) * x);
    // Past the end of a shorter month, this goes back to its last day.
    if (date.getUTCDate() !== day) date.setUTCDate(0);
  }
}

function calendarDays(date: Date): number {
  return Math.floor(date.getTime() / 86_400_000);
}

/** 4 January 1970 was a Sunday. */
function calendarWeeks(date: Date): number {
  return Math.floor((calendarDays(date) - 3) / 7);
}

function calendarMonths(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function calendarQuarters(date: Date): number {
  return Math.floor(calendarMonths(date) / 3);
}

/** Returns the part of a date that dategrouping names. */
export function datePart(grouping: string, value: string, caller: Caller): string | number {
  const local = localTime(value, caller);
  const year = local.getUTCFullYear();
  const quarter = (calendarQuarters(local) % 4) + 1;
  const newYear = new Date(Date.UTC(year, 0, 1));
  const parts: Record<string, string | number> = {
    day: local.getUTCDate(),
    week: calendarWeeks(local) - calendarWeeks(newYear) + 1,
    month: local.getUTCMonth() + 1,
    quarter,
    year,
    "fiscal-period": `Quarter ${quarter} FY${year}`,
    "fiscal-year": `FY${year}`,
  };
  return parts[grouping] ?? "";
}

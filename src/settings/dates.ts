// Date and time is stored as one of three texts: a date (2015-01-01), a wall clock, which is the
// same to everybody (2015-01-01T09:30:00), or an instant (2015-01-01T09:30:00Z). They are shown and
// compared by the clocks of the workspace's time zone. Pure.
import { z } from "zod";
import { momentOf, type WallClock } from "./time-zone.ts";

/** How a field shows what has a time: in full, or the date alone. A date is always a date. */
export const dateFormat = z.enum(["date-and-time", "date"]);
export type DateFormat = z.infer<typeof dateFormat>;

// The years 1 to 9999, and days that exist.
const YEAR = String.raw`(?!0000)\d{4}`;
const LEAP_YEAR = String.raw`(?!0000)(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)`;
const DAY_OF_YEAR = String.raw`(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])`;
const DATE = String.raw`(?:${YEAR}-(?:${DAY_OF_YEAR})|${LEAP_YEAR}-02-29)`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`;

/** Matches the three texts, and older ones with a fraction of a second; PostgreSQL reads it too. */
export const DATE_PATTERN = String.raw`^${DATE}(?:T${TIME}(?:\.\d+)?Z?)?$`;
const STORED = new RegExp(DATE_PATTERN);
const WRITTEN = new RegExp(
  String.raw`^(?<date>\d{4}-\d\d-\d\d)(?:T(?<minutes>\d\d:\d\d)(?<seconds>:\d\d)?(?:\.\d+)?(?<zone>Z|[+-]\d\d:\d\d)?)?$`,
);

/** The stored text of a date that is written in ISO 8601; undefined if there is no such date. */
export function parseDate(written: string): string | undefined {
  const { date, minutes, seconds = ":00", zone } = WRITTEN.exec(written)?.groups ?? {};
  if (date === undefined) return undefined;
  const text = minutes === undefined ? date : `${date}T${minutes}${seconds}`;
  if (!STORED.test(text)) return undefined;
  if (zone === undefined) return text;
  if (zone === "Z") return `${text}Z`;
  const moment = Date.parse(`${text}${zone}`);
  const instant = Number.isNaN(moment) ? "" : isoText(moment, "Z");
  return STORED.test(instant) ? instant : undefined;
}

/**
 * The seconds since 1970 of a stored text, by the clocks of the workspace; undefined if it is no
 * date. `secondsOfDateSql` in accounts/list/dates.ts is the same in SQL.
 */
export function secondsOfDate(stored: string, clock: WallClock): number | undefined {
  if (!STORED.test(stored)) return undefined;
  if (stored.endsWith("Z")) return Math.floor(Date.parse(stored) / 1_000);
  return Math.floor(momentOf(localTime(stored), clock) / 1_000);
}

/** The first second of a date and that of the next one; of another text, it and the next second. */
export function secondsRange(stored: string, clock: WallClock): readonly [number, number] | undefined {
  const first = secondsOfDate(stored, clock);
  if (first === undefined) return undefined;
  const next = stored.length === 10 ? momentOf(localTime(stored) + 86_400_000, clock) / 1_000 : first + 1;
  return [first, next];
}

/** Shortens to the date if the field shows no more, for exports; other texts stay as they are. */
export function exportedDate(stored: string, format: DateFormat, clock: WallClock): string {
  return format === "date" && STORED.test(stored) ? shownTime(stored, clock).text.slice(0, 10) : stored;
}

/** What the workspace's clocks show, without a zone: as an input of a browser takes it. */
export function localDate(stored: string, clock: WallClock): string {
  return STORED.test(stored) ? shownTime(stored, clock).text : "";
}

/** "1 Jan 2015", "1 Jan 2015, 09:30" for a wall clock, "1 Jan 2015, 09:30 UTC+1" for an instant. */
export function formatDate(stored: string, format: DateFormat, clock: WallClock): string {
  if (!STORED.test(stored)) return stored;
  const { text, offset } = shownTime(stored, clock);
  const [year = "", month = "", day = ""] = text.slice(0, 10).split("-");
  const date = `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
  if (format === "date" || stored.length === 10) return date;
  const time = text.slice(11).replace(/:00$/, "");
  return `${date}, ${time}${offset === undefined ? "" : ` ${formatOffset(offset)}`}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * What the workspace's clocks show, and their offset from UTC at an instant. A year outside 1 to
 * 9999 is nobody's, so such an instant is shown in UTC.
 */
function shownTime(stored: string, clock: WallClock): { text: string; offset?: number } {
  if (!stored.endsWith("Z")) return { text: isoText(localTime(stored), "") };
  const moment = Date.parse(stored);
  const local = clock(moment);
  const text = isoText(local, "");
  return STORED.test(text) ? { text, offset: local - moment } : { text: isoText(moment, ""), offset: 0 };
}

/** "UTC", "UTC+1", "UTC−3:30". */
function formatOffset(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  if (minutes === 0) return "UTC";
  const rest = minutes % 60 === 0 ? "" : `:${String(minutes % 60).padStart(2, "0")}`;
  return `UTC${offset < 0 ? "\u2212" : "+"}${Math.floor(minutes / 60)}${rest}`;
}

/** The time of a date or a wall clock, expressed as the moment at which UTC shows it. */
function localTime(stored: string): number {
  return Date.parse(stored.length === 10 ? `${stored}T00:00:00Z` : `${stored}Z`);
}

/** To the second. Years outside 0 to 9999 have a sign, which no stored text has. */
function isoText(moment: number, zone: "" | "Z"): string {
  return new Date(moment).toISOString().replace(/\.\d+Z$/, zone);
}

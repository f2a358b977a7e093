// Formats times in the browser's time zone.

/** An IANA time zone; UTC for browsers that know none. */
export const BROWSER_TIME_ZONE = browserTimeZone();

function browserTimeZone(): string {
  const { timeZone } = new Intl.DateTimeFormat("en").resolvedOptions();
  return timeZone === "" || timeZone === "Etc/Unknown" ? "UTC" : timeZone;
}

const relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const dateFormat = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const exactFormat = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

const UNITS = [
  { unit: "minute", seconds: 60, below: 3600 },
  { unit: "hour", seconds: 3600, below: 86_400 },
  { unit: "day", seconds: 86_400, below: 30 * 86_400 },
] as const;

/** "3 minutes ago", "in 2 hours", "yesterday"; the date if it is 30 or more days away. */
export function formatRelativeTime(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 45) return seconds <= 0 ? "just now" : "in a moment";
  const fit = UNITS.find(({ below }) => distance < below);
  if (!fit) return dateFormat.format(new Date(time));
  return relativeFormat.format(Math.round(seconds / fit.seconds) || Math.sign(seconds), fit.unit);
}

/** To the second, with the name of the time zone. */
export function formatExactTime(time: string): string {
  return exactFormat.format(new Date(time));
}

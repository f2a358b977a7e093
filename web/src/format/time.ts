// Moments in words, in the zone of whoever looks.

/** As the IANA database names it; some browsers know none. */
export const VIEWERS_ZONE = zoneOfBrowser();

function zoneOfBrowser(): string {
  const { timeZone } = new Intl.DateTimeFormat("en").resolvedOptions();
  return timeZone === "" || timeZone === "Etc/Unknown" ? "UTC" : timeZone;
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const short = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

const UNITS = [
  { unit: "minute", seconds: 60, below: 3600 },
  { unit: "hour", seconds: 3600, below: 86_400 },
  { unit: "day", seconds: 86_400, below: 30 * 86_400 },
] as const;

/** "3 minutes ago", "in 2 hours", "yesterday"; the date itself from 30 days on. */
export function ago(moment: string, now: number): string {
  const seconds = (Date.parse(moment) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return seconds <= 0 ? "just now" : "in a moment";
  const fit = UNITS.find(({ below }) => size < below);
  if (!fit) return short.format(new Date(moment));
  return relative.format(Math.round(seconds / fit.seconds) || Math.sign(seconds), fit.unit);
}

/** Down to the second, with the zone's name. */
export function exactly(moment: string): string {
  return exact.format(new Date(moment));
}

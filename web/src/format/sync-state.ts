// Formats the state and the schedule of the sync, the same on every page.
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import type { connectionRoutes, Schedule } from "../../../src/api/contract/connection.ts";
import { formatCount, formatNumber } from "./numbers.ts";
import { BROWSER_TIME_ZONE } from "./time.ts";

type SyncState = RouteAnswer<typeof connectionRoutes.getSyncState>;

/** Follows "Dynamics 365" in a sentence; null if nothing is connected. */
export function formatSyncState({ state, openIssues, attention }: SyncState): string | null {
  switch (state) {
    case "not-connected":
      return null;
    case "never-synced":
      return "connected, not synced yet";
    case "running":
      return "syncing";
    case "in-step":
      return "up to date";
    case "with-issues":
      return `up to date, with ${formatCount(openIssues, "issue")}`;
    case "paused":
      return "paused";
    case "needs-attention":
      return `needs attention${attention === null ? "" : `: ${attention}`}`;
  }
}

/**
 * "Full sync every day at 3:30 AM, changes every 15 minutes". Names the time zone if it
 * is not the browser's.
 */
export function formatSchedule(schedule: Schedule): string {
  const { changesEveryMinutes, fullEveryMinutes, fullAt, timeZone } = schedule;
  const full =
    fullAt === null
      ? `every ${formatInterval(fullEveryMinutes)}`
      : `every day at ${formatTimeOfDay(fullAt)}${timeZone === BROWSER_TIME_ZONE ? "" : ` (${timeZone})`}`;
  const changes =
    changesEveryMinutes === null ? "" : `, changes every ${formatInterval(changesEveryMinutes)}`;
  return `Full sync ${full}${changes}`;
}

// A time of day has no date, so any day in UTC, which has no daylight saving time, does.
const timeOfDayFormat = new Intl.DateTimeFormat("en", { timeStyle: "short", timeZone: "UTC" });

function formatTimeOfDay(time: string): string {
  return timeOfDayFormat.format(new Date(`2000-01-01T${time}:00Z`));
}

function formatInterval(minutes: number): string {
  if (minutes % 60 !== 0) return `${formatNumber(minutes)} minutes`;
  return minutes === 60 ? "hour" : `${formatNumber(minutes / 60)} hours`;
}

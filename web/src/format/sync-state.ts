// The state of the sync in words, the same wherever it is shown.
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import type { connectionRoutes, Schedule } from "../../../src/api/contract/connection.ts";
import { formatCount, formatNumber } from "./numbers.ts";
import { BROWSER_TIME_ZONE } from "./time.ts";

type SyncState = RouteAnswer<typeof connectionRoutes.getSyncState>;

/** What follows "Dynamics 365"; null while nothing is connected. */
export function formatSyncState({ state, openIssues, attention }: SyncState): string | null {
  switch (state) {
    case "not-connected":
      return null;
    case "never-synced":
      return "connected, not synced yet";
    case "running":
      return "syncing now";
    case "in-step":
      return "in step";
    case "with-issues":
      return `in step, with ${formatCount(openIssues, "issue")}`;
    case "paused":
      return "paused";
    case "needs-attention":
      return `needs attention${attention === null ? "" : `: ${attention}`}`;
  }
}

/** "Everything every day at 3:30 AM, changes every 15 minutes in between"; a zone that is not the viewer's is named. */
export function formatSchedule(schedule: Schedule): string {
  const { changesEveryMinutes, fullEveryMinutes, fullAt, timeZone } = schedule;
  const full =
    fullAt === null
      ? `every ${formatInterval(fullEveryMinutes)}`
      : `every day at ${formatTimeOfDay(fullAt)}${timeZone === BROWSER_TIME_ZONE ? "" : ` (${timeZone})`}`;
  const changes =
    changesEveryMinutes === null ? "" : `, changes every ${formatInterval(changesEveryMinutes)} in between`;
  return `Everything ${full}${changes}`;
}

// A day without a change of clocks is as good as any: what is said is what the clock on the wall shows.
const timeOfDayFormat = new Intl.DateTimeFormat("en", { timeStyle: "short", timeZone: "UTC" });

function formatTimeOfDay(time: string): string {
  return timeOfDayFormat.format(new Date(`2000-01-01T${time}:00Z`));
}

function formatInterval(minutes: number): string {
  if (minutes % 60 !== 0) return `${formatNumber(minutes)} minutes`;
  return minutes === 60 ? "hour" : `${formatNumber(minutes / 60)} hours`;
}

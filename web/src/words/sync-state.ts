// The state of the sync in words, the same wherever it is shown.
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import type { connectionRoutes, Schedule } from "../../../src/api/contract/connection.ts";
import { count, number } from "./numbers.ts";

type SyncState = RouteAnswer<typeof connectionRoutes.getSyncState>;

/** What follows "Dynamics 365"; null while nothing is connected. */
export function stateInWords({ state, openIssues, attention }: SyncState): string | null {
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
      return `in step, with ${count(openIssues, "issue")}`;
    case "paused":
      return "paused";
    case "needs-attention":
      return `needs attention${attention === null ? "" : `: ${attention}`}`;
  }
}

const timeOfDay = new Intl.DateTimeFormat("en", { timeStyle: "short" });

/** "Everything every day at 3:30 AM, changes every 15 minutes in between", in the viewer's zone as of today. */
export function scheduleInWords({ changesEveryMinutes, fullEveryMinutes, fullAt }: Schedule): string {
  const full =
    fullAt === null
      ? `every ${everyInWords(fullEveryMinutes)}`
      : `every day at ${timeOfDay.format(utcToday(fullAt))}`;
  const changes =
    changesEveryMinutes === null ? "" : `, changes every ${everyInWords(changesEveryMinutes)} in between`;
  return `Everything ${full}${changes}`;
}

/** That time of day in UTC, today: which summer time moves. */
export function utcToday(time: string): Date {
  return new Date(`${new Date().toISOString().slice(0, 10)}T${time}:00Z`);
}

function everyInWords(minutes: number): string {
  if (minutes % 60 !== 0) return `${number(minutes)} minutes`;
  return minutes === 60 ? "hour" : `${number(minutes / 60)} hours`;
}

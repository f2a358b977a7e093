// When the next run is due, by our clock: a full run every 24 hours or at a time of day, and changes in between if somebody
// wants them. What nobody ran for a week is one run and not a week's: only the last run counts.
// Pure; what it is told comes from the connection and its runs.
import { nextTimeOfDay } from "../../lib/time-zone.ts";
import { isTimeZone, type Schedule } from "../../settings/schedule.ts";

export type ScheduleFacts = Readonly<Schedule> & {
  /** When the last applied run that read everything began; null: nothing was ever synced. */
  readonly lastFull: Date | null;
  /** When the last applied run of any kind began. */
  readonly lastDone: Date | null;
  /** The end of the last run that failed after that, and how many did in a row. */
  readonly failures: { readonly count: number; readonly last: Date } | null;
};

export type DueRun = { readonly mode: "sync" | "changes"; readonly at: Date };

/** After a failure the next try waits five minutes, then twice as long each time, at most as long as between two full runs. */
const FIRST_RETRY_MINUTES = 5;

/** The first moment of that time of day after the last full run, or an interval after it. */
function nextFull(last: Date, { fullAt, fullEveryMinutes, timeZone }: Schedule): Date {
  if (fullAt === null) return addMinutes(last, fullEveryMinutes);
  // A zone that was chosen under a newer Node: some hours off is better than never.
  return nextTimeOfDay(last, fullAt, isTimeZone(timeZone) ? timeZone : "UTC");
}

function addMinutes(moment: Date, minutes: number): Date {
  return new Date(moment.getTime() + minutes * 60_000);
}

/**
 * The next run and when it is due; undefined before the first sync, which a person looks at. A clock that jumped back makes
 * nothing due early and nothing late by more than an interval: a moment in the future counts as now.
 */
export function nextRun(facts: ScheduleFacts, now: Date): DueRun | undefined {
  const { lastFull, lastDone, failures } = facts;
  if (lastFull === null || lastDone === null) return undefined;
  const notAfterNow = (moment: Date) => (moment > now ? now : moment);
  const full: DueRun = { mode: "sync", at: nextFull(notAfterNow(lastFull), facts) };
  const interval = facts.changesEveryMinutes;
  const changes: DueRun | undefined =
    interval === null ? undefined : { mode: "changes", at: addMinutes(notAfterNow(lastDone), interval) };
  // A full run finds the changes too, so one that is due comes first.
  const due = changes !== undefined && full.at > now && changes.at < full.at ? changes : full;
  if (failures === null) return due;
  const waitMinutes = Math.min(FIRST_RETRY_MINUTES * 2 ** (failures.count - 1), facts.fullEveryMinutes);
  const retry = addMinutes(notAfterNow(failures.last), waitMinutes);
  return retry > due.at ? { mode: due.mode, at: retry } : due;
}

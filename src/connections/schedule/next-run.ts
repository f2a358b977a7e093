// When the next scheduled run is due: a full run at an interval or at a time of day, and
// changes-only runs in between if they are enabled. Only the last run counts, so a week without
// runs is made up by one run. Pure.
import type { Schedule } from "../../settings/schedule.ts";
import { isTimeZone, nextTimeOfDay } from "../../settings/time-zone.ts";

export type ScheduleFacts = Readonly<Schedule> & {
  /** When the last completed full run started; null if nothing was ever synced. */
  readonly lastFull: Date | null;
  /** When the last completed run of any mode started. */
  readonly lastDone: Date | null;
  /** How many runs in a row failed since then, and when the last of them ended. */
  readonly failures: { readonly count: number; readonly last: Date } | null;
};

export type DueRun = { readonly mode: "sync" | "changes"; readonly at: Date };

/**
 * The delay after the first failure. It doubles with each failure, up to the interval between two
 * full runs.
 */
const FIRST_RETRY_MINUTES = 5;

/** The first occurrence of the time of day after the last full run, or one interval after it. */
function nextFull(last: Date, { fullAt, fullEveryMinutes, timeZone }: Schedule): Date {
  if (fullAt === null) return addMinutes(last, fullEveryMinutes);
  // A newer Node may have accepted a zone that this one does not know. UTC is some hours off, and
  // better than no run.
  return nextTimeOfDay(last, fullAt, isTimeZone(timeZone) ? timeZone : "UTC");
}

function addMinutes(moment: Date, minutes: number): Date {
  return new Date(moment.getTime() + minutes * 60_000);
}

/**
 * The next run; undefined before the first sync, which an admin approves. A run in the future
 * counts as now, so that a clock set back delays no run by more than an interval.
 */
export function nextRun(facts: ScheduleFacts, now: Date): DueRun | undefined {
  const { lastFull, lastDone, failures } = facts;
  if (lastFull === null || lastDone === null) return undefined;
  const notAfterNow = (moment: Date) => (moment > now ? now : moment);
  const full: DueRun = { mode: "sync", at: nextFull(notAfterNow(lastFull), facts) };
  const interval = facts.changesEveryMinutes;
  const changes: DueRun | undefined =
    interval === null ? undefined : { mode: "changes", at: addMinutes(notAfterNow(lastDone), interval) };
  // A full run includes the changes, so it wins if both are due.
  const due = changes !== undefined && full.at > now && changes.at < full.at ? changes : full;
  if (failures === null) return due;
  const waitMinutes = Math.min(FIRST_RETRY_MINUTES * 2 ** (failures.count - 1), facts.fullEveryMinutes);
  const retry = addMinutes(notAfterNow(failures.last), waitMinutes);
  return retry > due.at ? { mode: due.mode, at: retry } : due;
}

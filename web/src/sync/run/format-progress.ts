// Formats how far a run is: its stage, its progress, and its use of the Dynamics 365 API.
import type { RunView } from "../../../../src/api/contract/runs.ts";
import { formatCount, formatNumber } from "../../format/numbers.ts";

type Progress = NonNullable<RunView["progress"]>;

const STAGE_LABELS = {
  connect: "Connecting to Dynamics 365",
  read: "Reading accounts from Dynamics 365",
  plan: "Comparing with existing accounts",
  apply: "Writing accounts",
  finish: "Finishing",
} as const satisfies Record<Progress["stage"], string>;

export function formatStage(run: Pick<RunView, "status" | "progress">): string {
  if (run.progress) return STAGE_LABELS[run.progress.stage];
  if (run.status === "queued") return "Waiting for a worker";
  return run.status === "applying" ? STAGE_LABELS.apply : STAGE_LABELS.connect;
}

/** "12,000 of 51,350 · 4,100 a second · about 2 minutes left". */
export function formatProgress({ done, total, rate, secondsLeft }: Progress): string {
  return [
    total === null
      ? `${formatCount(done, "account")} so far`
      : `${formatNumber(done)} of ${formatCount(total, "account")}`,
    ...(rate !== null && rate >= 1 ? [`${formatNumber(Math.round(rate))} a second`] : []),
    ...(secondsLeft === null ? [] : [formatTimeLeft(secondsLeft)]),
  ].join(" · ");
}

/** "240 requests to Dynamics 365 · throttled 3 times, 95 seconds in all". */
export function formatRequestUsage({
  requests,
  throttled,
  throttledMs,
}: Pick<RunView, "requests" | "throttled" | "throttledMs">): string {
  const times = throttled > 0 ? ` ${formatCount(throttled, "time")}` : "";
  return [
    `${formatCount(requests, "request")} to Dynamics 365`,
    ...(throttledMs > 0
      ? [`throttled${times}, ${formatCount(Math.ceil(throttledMs / 1000), "second")} in all`]
      : []),
  ].join(" · ");
}

function formatTimeLeft(seconds: number): string {
  if (seconds < 10) return "a few seconds left";
  if (seconds < 90) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} minutes left`;
  return `about ${Math.round(seconds / 3600)} hours left`;
}

// Formats a run: its stage, progress, status and result. It never says "success" if something was
// skipped.
import type { RunView } from "../../../../src/api/contract/runs.ts";
import { formatCount, formatNumber } from "../../format/numbers.ts";

type Tone = "added" | "changed" | "skipped" | "failed";
type Counts = RunView["counts"];
type Progress = NonNullable<RunView["progress"]>;
export const actions = ["create", "link", "update", "return", "leave", "skip"] as const;
export type Action = (typeof actions)[number];

export const ACTIONS: Readonly<
  Record<
    Action,
    { readonly label: string; readonly done: string; readonly tone: Tone; readonly description: string }
  >
> = {
  create: {
    label: "create",
    done: "created",
    tone: "added",
    description: "Created from a Dynamics 365 record",
  },
  link: {
    label: "link",
    done: "linked",
    tone: "changed",
    description: "An existing account, found by domain or name, is linked",
  },
  update: {
    label: "update",
    done: "updated",
    tone: "changed",
    description: "A linked account differs from its record",
  },
  return: {
    label: "return",
    done: "returned",
    tone: "changed",
    description: "An account that had stopped syncing resumes",
  },
  leave: {
    label: "leave",
    done: "left",
    tone: "skipped",
    description: "The record is no longer selected: the account stays and stops syncing",
  },
  skip: { label: "skip", done: "skipped", tone: "failed", description: "Not synced, for the reason shown" },
};

/** How many accounts a plan writes to. */
function changedAccounts({ created, linked, updated }: Counts): number {
  return created + linked + updated;
}

export function actionCounts(run: Pick<RunView, "counts" | "actions">): { action: Action; count: number }[] {
  const { counts } = run;
  const returned = run.actions?.return ?? 0;
  const values: Record<Action, number> = {
    create: counts.created,
    link: counts.linked,
    update: counts.updated - returned,
    return: returned,
    leave: counts.left,
    skip: counts.skipped,
  };
  return actions.map((action) => ({ action, count: values[action] }));
}

/** The label of the button that applies a plan: the action, and how many accounts it affects. */
export function applyLabel(counts: Counts, paused = false): string {
  const label = actionLabel(counts);
  return paused ? `Resume and ${label.charAt(0).toLowerCase()}${label.slice(1)}` : label;
}

function actionLabel(counts: Counts): string {
  const changed = changedAccounts(counts);
  if (changed > 0) return `Sync ${formatCount(changed, "account")}`;
  if (counts.left > 0) return `Stop syncing ${formatCount(counts.left, "account")}`;
  return "Save these settings";
}

/**
 * Resumes and applies in one request: after a separate resume, a scheduled run could outdate the
 * plan.
 */
export function applyRequest({ id }: Pick<RunView, "id">, paused: boolean) {
  return { params: { id }, ...(paused && { query: { resume: "true" as const } }) };
}

/** "49,543 synced, 120 unchanged, 1,807 skipped" in parts, without zeros. */
export function resultParts(counts: Counts): { readonly text: string; readonly tone: Tone }[] {
  const parts: { value: number; text: string; tone: Tone }[] = [
    { value: changedAccounts(counts), text: "synced", tone: "added" },
    { value: counts.unchanged, text: "unchanged", tone: "changed" },
    { value: counts.skipped, text: "skipped", tone: "skipped" },
    { value: counts.failed, text: "not applied, since they changed meanwhile", tone: "failed" },
    { value: counts.left, text: "stopped syncing", tone: "skipped" },
  ];
  const shown = parts.filter(({ value }) => value > 0);
  if (shown.length === 0) return [{ text: "No accounts were found", tone: "skipped" }];
  return shown.map(({ value, text, tone }) => ({ text: `${formatNumber(value)} ${text}`, tone }));
}

export function formatResult(counts: Counts): string {
  return resultParts(counts)
    .map(({ text }) => text)
    .join(", ");
}

/** The rows that add up to the number of records read. */
export function countRows(counts: Counts): { readonly label: string; readonly value: number }[] {
  return [
    { label: "Created", value: counts.created },
    { label: "Linked", value: counts.linked },
    { label: "Updated", value: counts.updated },
    { label: "Unchanged", value: counts.unchanged },
    { label: "Skipped", value: counts.skipped },
    { label: "Failed", value: counts.failed },
  ];
}

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

const ACTIVE_STATUSES: ReadonlySet<RunView["status"]> = new Set([
  "queued",
  "reading",
  "planning",
  "applying",
]);

/** A run that stopped while it was applied keeps the status "applying", and says why it waits. */
export function isActive({ status, waitsBecause }: Pick<RunView, "status" | "waitsBecause">): boolean {
  return ACTIVE_STATUSES.has(status) && waitsBecause === null;
}

const MODE_LABELS = { sync: "Sync", changes: "Changes", plan: "Preview", retry: "Retry" } as const;

/** "Sync 12". A preview that was applied counts as a sync. */
export function runName({ mode, id, appliedBy }: Pick<RunView, "mode" | "id" | "appliedBy">): string {
  return `${mode === "plan" && appliedBy !== null ? MODE_LABELS.sync : MODE_LABELS[mode]} ${id}`;
}

const WAIT_REASONS: Readonly<Record<string, string>> = {
  "empty-selection":
    "Dynamics 365 returned no accounts, so this plan needs approval. Apply it if that is right, or discard it.",
  "brake-changes":
    "The plan changes, clears or stops an unusual share of the synced accounts, so it needs approval. Look at the changes, and apply or discard it.",
  "brake-shrunk":
    "Dynamics 365 returned far fewer accounts than last time, so this plan needs approval. Check the view and the user's rights there, and apply or discard it.",
  cancelled: "What was written stays, and the next run writes the rest. Choose Sync now to start it.",
  paused: "The sync was paused. What was written stays, and the rest is written when it is resumed.",
  failed: "The run failed. What was written stays, and the next run writes the rest.",
  stopped: "The server was stopped. What was written stays, and the next run writes the rest.",
  interrupted: "The run was interrupted. What was written stays, and the next run writes the rest.",
};

export function formatWaitReason(reason: string): string {
  return WAIT_REASONS[reason] ?? reason;
}

/** "Cancelled by Dana while writing: 10,000 accounts are written, 50 are not". */
function formatStopped({ cancelledBy, written }: Pick<RunView, "cancelledBy" | "written">): string {
  const stopped = `${cancelledBy === null ? "Stopped" : `Cancelled by ${cancelledBy}`} while writing`;
  if (written === null) return stopped;
  const { done, total } = written;
  return `${stopped}: ${formatCount(done, "account")} ${done === 1 ? "is" : "are"} written, ${formatNumber(total - done)} ${total - done === 1 ? "is" : "are"} not`;
}

/** The status as a short phrase with a tone, for lists. */
export function formatRunStatus(
  run: Pick<RunView, "status" | "counts" | "applicable" | "waitsBecause" | "cancelledBy" | "written">,
): {
  text: string;
  tone: Tone;
} {
  switch (run.status) {
    case "queued":
      return run.waitsBecause === "paused"
        ? { text: "Waiting for the sync to be resumed", tone: "skipped" }
        : { text: "Waiting for a worker", tone: "changed" };
    case "reading":
      return { text: "Reading", tone: "changed" };
    case "planning":
      return { text: "Planning", tone: "changed" };
    case "planned":
      return run.applicable.yes
        ? { text: "Plan not applied yet", tone: "changed" }
        : { text: "Plan not applied", tone: "skipped" };
    case "applying":
      return run.waitsBecause === null
        ? { text: "Writing", tone: "changed" }
        : { text: formatStopped(run), tone: "skipped" };
    case "done":
      return run.counts.skipped + run.counts.failed > 0
        ? { text: formatResult(run.counts), tone: "skipped" }
        : { text: formatResult(run.counts), tone: "added" };
    case "failed":
      return { text: "Failed", tone: "failed" };
    case "discarded":
      return { text: "Discarded, nothing written", tone: "skipped" };
    case "interrupted":
      return {
        text: `${run.cancelledBy === null ? "Interrupted" : `Cancelled by ${run.cancelledBy}`}, nothing written`,
        tone: "skipped",
      };
  }
}

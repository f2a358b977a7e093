// Formats what a run is called, its status and its result, never as a "success" if it skipped
// something.
import { approvalExplanations, haltExplanations } from "../../../../src/settings/run-explanations.ts";
import type { RunView } from "../../../../src/api/contract/runs.ts";
import type { Tone } from "../../components/tone.ts";
import { formatCount, formatNumber } from "../../format/numbers.ts";
import { changedAccounts } from "./plan-actions.ts";

type Counts = RunView["counts"];
/** "49,543 synced, 120 unchanged, 1,807 skipped" in parts, without zeros. */
export function resultParts(counts: Counts): { readonly text: string; readonly tone: Tone }[] {
  const parts: { value: number; text: string; tone: Tone }[] = [
    { value: changedAccounts(counts), text: "synced", tone: "added" },
    { value: counts.unchanged, text: "unchanged", tone: "changed" },
    { value: counts.skipped, text: "skipped", tone: "skipped" },
    { value: counts.failed, text: "not applied, since they changed meanwhile", tone: "failed" },
    { value: counts.stopped, text: "stopped syncing", tone: "skipped" },
    { value: counts.merged, text: "merged", tone: "skipped" },
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

const MODE_LABELS = { sync: "Sync", changes: "Changes", plan: "Preview", retry: "Retry" } as const;

/** "Sync 12". A preview that was applied counts as a sync. */
export function runName({ mode, id, appliedBy }: Pick<RunView, "mode" | "id" | "appliedBy">): string {
  return `${mode === "plan" && appliedBy !== null ? MODE_LABELS.sync : MODE_LABELS[mode]} ${id}`;
}

/** "by Dana", or what started it where nobody did. */
export function formatTrigger({ startedBy, trigger }: Pick<RunView, "startedBy" | "trigger">): string {
  if (startedBy !== null) return `by ${startedBy}`;
  return trigger === "command-line" ? "from the command line" : "by the schedule";
}

/** Why a plan needs approval, or why a run stopped, and what to do; null if neither is so. */
export function runExplanation({
  approvalReason,
  haltReason,
}: Pick<RunView, "approvalReason" | "haltReason">): string | null {
  if (approvalReason !== null) {
    const { finding, fix } = approvalExplanations[approvalReason];
    return `${finding} Nothing was written. ${fix}`;
  }
  if (haltReason === null) return null;
  const { finding, fix } = haltExplanations[haltReason];
  return `${finding} ${fix}`;
}

/** "Cancelled by Dana while writing: 10,000 accounts are written, 50 are not". */
function formatStopped({ cancelledBy, written }: Pick<RunView, "cancelledBy" | "written">): string {
  const stopped = `${cancelledBy === null ? "Stopped" : `Cancelled by ${cancelledBy}`} while writing`;
  if (written === null) return stopped;
  const { done, total } = written;
  const left = total - done;
  const writtenText = `${formatCount(done, "account")} ${done === 1 ? "is" : "are"} written`;
  return `${stopped}: ${writtenText}, ${formatNumber(left)} ${left === 1 ? "is" : "are"} not`;
}

/** The status as a short phrase with a tone, for lists. */
export function formatRunStatus(
  run: Pick<RunView, "status" | "counts" | "applicable" | "haltReason" | "cancelledBy" | "written">,
): {
  text: string;
  tone: Tone;
} {
  switch (run.status) {
    case "queued":
      return run.haltReason === "paused"
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
      return run.haltReason === null
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

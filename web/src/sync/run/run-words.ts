// A run in words: what it is doing, how far it is, what came of it. Never "success" while something was skipped.
import type { RunView } from "../../../../src/api/contract/runs.ts";
import { approvalExplanations, haltExplanations } from "../../../../src/settings/run-explanations.ts";
import { count, number } from "../../words/numbers.ts";

/** The four meanings of the product, as look/meaning.tsx draws them. */
type Meaning = "added" | "changed" | "skipped" | "failed";
type Counts = RunView["counts"];
type Progress = NonNullable<RunView["progress"]>;
export const actions = ["create", "link", "update", "return", "leave", "skip"] as const;
export type Action = (typeof actions)[number];

export const ACTIONS: Readonly<
  Record<
    Action,
    { readonly word: string; readonly done: string; readonly meaning: Meaning; readonly means: string }
  >
> = {
  create: { word: "create", done: "created", meaning: "added", means: "New here, made from Dynamics 365" },
  link: {
    word: "link",
    done: "linked",
    meaning: "changed",
    means: "Here already, found by domain or name, and linked from now on",
  },
  update: {
    word: "update",
    done: "updated",
    meaning: "changed",
    means: "Linked already, and something differs",
  },
  return: { word: "return", done: "returned", meaning: "changed", means: "Had stopped syncing, and is back" },
  leave: {
    word: "leave",
    done: "left",
    meaning: "skipped",
    means: "No longer among the chosen accounts: stays here and stops syncing",
  },
  skip: { word: "skip", done: "skipped", meaning: "failed", means: "Not synced; each says why" },
};

/** How many accounts a plan would write to, or an applied one wrote to. */
function changedBy({ created, linked, updated }: Counts): number {
  return created + linked + updated;
}

export function actionCounts(run: Pick<RunView, "counts" | "actions">): { action: Action; count: number }[] {
  const { counts } = run;
  const returned = run.actions?.return ?? 0;
  const figures: Record<Action, number> = {
    create: counts.created,
    link: counts.linked,
    update: counts.updated - returned,
    return: returned,
    leave: counts.left,
    skip: counts.skipped,
  };
  return actions.map((action) => ({ action, count: figures[action] }));
}

/** The button that applies a plan: what happens, and to how many. */
export function applyLabel(counts: Counts, paused = false): string {
  const label = labelOf(counts);
  return paused ? `Resume and ${label.charAt(0).toLowerCase()}${label.slice(1)}` : label;
}

function labelOf(counts: Counts): string {
  const changed = changedBy(counts);
  if (changed > 0) return `Sync ${count(changed, "account")}`;
  if (counts.left > 0) return `Stop syncing ${count(counts.left, "account")}`;
  return "Save these settings";
}

/** Resumed first, the schedule could start a run that leaves the plan without worth. */
export function applyRequest({ id }: Pick<RunView, "id">, paused: boolean) {
  return { params: { id }, ...(paused && { query: { resume: "true" as const } }) };
}

/** "49,543 synced, 120 already in step, 1,807 skipped" in parts, the empty ones left out. */
export function resultParts(counts: Counts): { readonly words: string; readonly meaning: Meaning }[] {
  const parts: { figure: number; words: string; meaning: Meaning }[] = [
    { figure: changedBy(counts), words: "synced", meaning: "added" },
    { figure: counts.unchanged, words: "already in step", meaning: "changed" },
    { figure: counts.skipped, words: "skipped", meaning: "skipped" },
    { figure: counts.failed, words: "not written, since they changed meanwhile", meaning: "failed" },
    { figure: counts.left, words: "stopped syncing", meaning: "skipped" },
  ];
  const told = parts.filter(({ figure }) => figure > 0);
  if (told.length === 0) return [{ words: "No accounts were found", meaning: "skipped" }];
  return told.map(({ figure, words, meaning }) => ({ words: `${number(figure)} ${words}`, meaning }));
}

export function resultInWords(counts: Counts): string {
  return resultParts(counts)
    .map(({ words }) => words)
    .join(", ");
}

/** The sum behind "all accounts are accounted for": distinct records read, and what became of each. */
export function adding(counts: Counts): { readonly label: string; readonly figure: number }[] {
  return [
    { label: "Created", figure: counts.created },
    { label: "Linked", figure: counts.linked },
    { label: "Updated", figure: counts.updated },
    { label: "Unchanged", figure: counts.unchanged },
    { label: "Skipped", figure: counts.skipped },
    { label: "Failed", figure: counts.failed },
  ];
}

const STAGES = {
  connect: "Connecting to Dynamics 365",
  read: "Reading accounts from Dynamics 365",
  plan: "Comparing with the accounts here",
  apply: "Writing accounts",
  finish: "Counting what was done",
} as const satisfies Record<Progress["stage"], string>;

export function stageInWords(run: Pick<RunView, "status" | "progress">): string {
  if (run.progress) return STAGES[run.progress.stage];
  if (run.status === "queued") return "Waiting for a worker";
  return run.status === "applying" ? STAGES.apply : STAGES.connect;
}

/** "12,000 of 51,350 · 4,100 a second · about 2 minutes left". */
export function progressInWords({ done, total, rate, secondsLeft }: Progress): string {
  return [
    total === null ? `${count(done, "account")} so far` : `${number(done)} of ${count(total, "account")}`,
    ...(rate !== null && rate >= 1 ? [`${number(Math.round(rate))} a second`] : []),
    ...(secondsLeft === null ? [] : [durationInWords(secondsLeft)]),
  ].join(" · ");
}

/** "240 requests to Dynamics 365 · asked to wait 3 times, 95 seconds in all": what a run has used so far. */
export function budgetInWords({
  requests,
  throttled,
  throttledMs,
}: Pick<RunView, "requests" | "throttled" | "throttledMs">): string {
  const times = throttled > 0 ? ` ${count(throttled, "time")}` : "";
  return [
    `${count(requests, "request")} to Dynamics 365`,
    ...(throttledMs > 0
      ? [`asked to wait${times}, ${count(Math.ceil(throttledMs / 1000), "second")} in all`]
      : []),
  ].join(" · ");
}

function durationInWords(seconds: number): string {
  if (seconds < 10) return "a few seconds left";
  if (seconds < 90) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} minutes left`;
  return `about ${Math.round(seconds / 3600)} hours left`;
}

const UNDER_WAY: ReadonlySet<RunView["status"]> = new Set(["queued", "reading", "planning", "applying"]);

/** A run that stopped while it wrote still has that status, and says why it waits. */
export function isUnderWay({ status, waitsBecause }: Pick<RunView, "status" | "waitsBecause">): boolean {
  return UNDER_WAY.has(status) && waitsBecause === null;
}

const MODES = { sync: "Sync", changes: "Changes", plan: "Preview", retry: "Retry" } as const;

/** "Sync 12"; a preview that was applied is a sync. */
export function runName({ mode, id, appliedBy }: Pick<RunView, "mode" | "id" | "appliedBy">): string {
  return `${mode === "plan" && appliedBy !== null ? MODES.sync : MODES[mode]} ${id}`;
}

const EXPLANATIONS = { ...approvalExplanations, ...haltExplanations };

export function waitInWords(reason: keyof typeof EXPLANATIONS): string {
  const { finding, fix } = EXPLANATIONS[reason];
  return `${finding} ${reason in approvalExplanations ? "Nothing was written. " : ""}${fix}`;
}

/** "Stopped by Dana while writing: 10,000 accounts are written, 50 are not". */
function stoppedInWords({ cancelledBy, written }: Pick<RunView, "cancelledBy" | "written">): string {
  const stopped = `Stopped ${cancelledBy === null ? "" : `by ${cancelledBy} `}while writing`;
  if (written === null) return stopped;
  const { done, total } = written;
  return `${stopped}: ${count(done, "account")} ${done === 1 ? "is" : "are"} written, ${number(total - done)} ${total - done === 1 ? "is" : "are"} not`;
}

/** The run's state in a list: one short phrase, with its meaning. */
export function statusInWords(
  run: Pick<RunView, "status" | "counts" | "applicable" | "waitsBecause" | "cancelledBy" | "written">,
): {
  words: string;
  meaning: Meaning;
} {
  switch (run.status) {
    case "queued":
      return run.waitsBecause === "paused"
        ? { words: "Waits until the sync is resumed", meaning: "skipped" }
        : { words: "Waits for a worker", meaning: "changed" };
    case "reading":
      return { words: "Reading", meaning: "changed" };
    case "planning":
      return { words: "Planning", meaning: "changed" };
    case "planned":
      return run.applicable.yes
        ? { words: "A plan, not applied yet", meaning: "changed" }
        : { words: "A plan that was not applied", meaning: "skipped" };
    case "applying":
      return run.waitsBecause === null
        ? { words: "Writing", meaning: "changed" }
        : { words: stoppedInWords(run), meaning: "skipped" };
    case "done":
      return run.counts.skipped + run.counts.failed > 0
        ? { words: resultInWords(run.counts), meaning: "skipped" }
        : { words: resultInWords(run.counts), meaning: "added" };
    case "failed":
      return { words: "Failed", meaning: "failed" };
    case "discarded":
      return { words: "Discarded, nothing written", meaning: "skipped" };
    case "interrupted":
      return {
        words: `${run.cancelledBy === null ? "Interrupted" : `Stopped by ${run.cancelledBy}`}, nothing written`,
        meaning: "skipped",
      };
  }
}

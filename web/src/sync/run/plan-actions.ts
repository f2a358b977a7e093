// The actions of a plan, how many accounts each affects, and how a plan is applied.
import { planAction, type PlanAction, type RunView } from "../../../../src/api/contract/runs.ts";
import type { Tone } from "../../components/tone.ts";
import { formatCount, formatNumber } from "../../format/numbers.ts";

type Counts = RunView["counts"];

export const ACTIONS: Readonly<
  Record<PlanAction, { readonly label: string; readonly tone: Tone; readonly description: string }>
> = {
  create: {
    label: "create",
    tone: "added",
    description: "Created from a Dynamics 365 record",
  },
  link: {
    label: "link",
    tone: "changed",
    description: "An existing account, found by domain or name, or by a merge, is linked",
  },
  update: {
    label: "update",
    tone: "changed",
    description: "A linked account differs from its record",
  },
  resume: {
    label: "resume",
    tone: "changed",
    description: "An account that had stopped syncing resumes",
  },
  stop: {
    label: "stop",
    tone: "skipped",
    description: "The record is no longer selected: the account stays and stops syncing",
  },
  merge: {
    label: "merge",
    tone: "skipped",
    description:
      "The record was merged into another one: its account gives up its domains and its name to that one's account",
  },
  skip: { label: "skip", tone: "failed", description: "Not synced, for the reason shown" },
};

/** How many accounts a plan writes to. */
export function changedAccounts({ created, linked, updated }: Counts): number {
  return created + linked + updated;
}

export function actionCounts(
  run: Pick<RunView, "counts" | "actions">,
): { action: PlanAction; count: number }[] {
  const { counts } = run;
  const resumed = run.actions?.resume ?? 0;
  const values: Record<PlanAction, number> = {
    create: counts.created,
    link: counts.linked,
    update: counts.updated - resumed,
    resume: resumed,
    stop: counts.stopped,
    merge: counts.merged,
    skip: counts.skipped,
  };
  return planAction.options.map((action) => ({ action, count: values[action] }));
}

/** "3 take over the account of a deleted or deactivated record" */
export function formatTakeOvers(takeOvers: number): string {
  const verb = takeOvers === 1 ? "takes" : "take";
  return `${formatNumber(takeOvers)} ${verb} over the account of a deleted or deactivated record`;
}

/** The label of the button that applies a plan: the action, and how many accounts it affects. */
export function applyLabel(counts: Counts, paused = false): string {
  const label = actionLabel(counts);
  return paused ? `Resume and ${label.charAt(0).toLowerCase()}${label.slice(1)}` : label;
}

function actionLabel(counts: Counts): string {
  const changed = changedAccounts(counts);
  const { stopped, merged } = counts;
  if (changed > 0) return `Sync ${formatCount(changed, "account")}`;
  if (stopped > 0 && merged > 0)
    return `Stop syncing ${formatNumber(stopped)} and merge ${formatCount(merged, "account")}`;
  if (stopped > 0) return `Stop syncing ${formatCount(stopped, "account")}`;
  if (merged > 0) return `Merge ${formatCount(merged, "account")}`;
  return "Save these settings";
}

/**
 * Resumes and applies in one request: after a separate resume, a scheduled run could outdate the
 * plan.
 */
export function applyRequest({ id }: Pick<RunView, "id">, paused: boolean) {
  return { params: { id }, ...(paused && { query: { resume: "true" as const } }) };
}

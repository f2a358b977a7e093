// Suggests a setting that would solve a kind of issue, with its effect: exact for a stored plan,
// and otherwise an upper bound.
import type { Database } from "../../db/pool.ts";
import { issueKindInfo, issueKindNames, type IssueKind } from "../rules/issue-kinds.ts";
import type { SyncOptions } from "../../settings/sync-settings.ts";
import type { RunCounts } from "../tables.ts";
import { whatIf } from "../plan/what-if.ts";

export type SuggestedFix = {
  readonly options: Partial<SyncOptions>;
  readonly label: string;
  /** A sentence on what the setting would do. */
  readonly effect: string;
};

function number(value: number): string {
  return value.toLocaleString("en");
}

function accounts(value: number): string {
  return `${number(value)} more account${value === 1 ? "" : "s"}`;
}

/** Describes the difference that the setting makes to a plan. */
function effectOnPlan(
  plan: RunCounts,
  other: Pick<RunCounts, "created" | "linked" | "skipped">,
  qualifier: string,
): string {
  const created = other.created - plan.created;
  const linked = other.linked - plan.linked;
  const parts = [
    ...(created > 0 ? [`${accounts(created)} created${qualifier}`] : []),
    ...(created < 0 ? [`${number(-created)} fewer created`] : []),
    ...(linked > 0 ? [`${created > 0 ? `${number(linked)} more` : accounts(linked)} linked`] : []),
    ...(linked < 0 ? [`${number(-linked)} fewer linked`] : []),
  ];
  const still = other.skipped > 0 ? `; ${number(other.skipped)} still skipped` : "";
  return parts.length === 0 ? "It would change nothing." : `${parts.join(", ")}${still}.`;
}

/**
 * Suggests a setting.
 * @param current the options under which the issues arose
 * @param plan the stored plan with its counts; absent for open issues, whose effect is not known
 * before another plan
 * @returns undefined if no setting helps, or it is set already
 */
export async function suggestFix(
  database: Database,
  issue: { readonly kind: IssueKind; readonly accounts: number },
  current: SyncOptions,
  plan?: { readonly id: number; readonly counts: RunCounts },
): Promise<SuggestedFix | undefined> {
  const setting = issueKindInfo(issue.kind).suggestion;
  if (!setting) return undefined;
  const options = { ...current, ...setting.options };
  if (
    options.allowDuplicateNames === current.allowDuplicateNames &&
    options.onDomainTaken === current.onDomainTaken
  )
    return undefined;
  const other = plan && (await whatIf(database, plan.id, options));
  return {
    options: setting.options,
    label: setting.label,
    effect:
      plan && other
        ? effectOnPlan(plan.counts, other, setting.qualifier)
        : `Up to ${accounts(issue.accounts)} synced${setting.qualifier}.`,
  };
}

/** Computes suggestions in advance: at 500,000 accounts they take as long as the plan. */
export async function precomputeFixes(
  database: Database,
  { id, counts, issues }: { id: number; counts: RunCounts; issues: Partial<Record<IssueKind, number>> },
  current: SyncOptions,
): Promise<void> {
  for (const kind of issueKindNames) {
    if (issues[kind] !== undefined)
      await suggestFix(database, { kind, accounts: issues[kind] }, current, { id, counts });
  }
}

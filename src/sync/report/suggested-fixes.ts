// Which setting would solve a kind of issue, and what it would then do: of a stored plan exactly, elsewhere at most.
import type { Database } from "../../db/pool.ts";
import { issueKindInfo, issueKindNames, type IssueKind } from "../rules/issue-kinds.ts";
import type { SyncOptions } from "../../settings/sync-settings.ts";
import type { RunCounts } from "../tables.ts";
import { whatIf } from "../plan/what-if.ts";

export type SuggestedFix = {
  readonly options: Partial<SyncOptions>;
  readonly label: string;
  /** What it would do, as a sentence. */
  readonly effect: string;
};

function number(value: number): string {
  return value.toLocaleString("en");
}

function accounts(value: number): string {
  return `${number(value)} more account${value === 1 ? "" : "s"}`;
}

/** What the setting does to a plan that is worth these counts. */
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
 * @param plan the stored plan and what it is worth; absent for issues that are open now, where only planning anew tells
 * @param current the options under which the issues arose
 * @returns undefined where no setting helps, and where it is set already
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

/** Finds out beforehand what people are about to ask of a stored plan: at 500,000 accounts it takes as long as planning did. */
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

// Derives the state of the sync, and what needs an admin, from facts about the connection and its
// runs (load-status.ts). Pure.
import { approvalExplanations } from "../../settings/run-explanations.ts";
import type { PlanAwaitingApproval } from "../../sync/plan/plan-validity.ts";
import type { Attention } from "../tables.ts";

export type SyncState =
  | "not-connected"
  | "never-synced"
  | "running"
  | "in-step"
  | "with-issues"
  | "paused"
  | "needs-attention";

export type FailedRun = { readonly id: number; readonly sentence: string };

export type StatusFacts = {
  readonly connected: boolean;
  readonly paused: boolean;
  /** The attention that is stored with the connection, until something resolves it. */
  readonly attention: Attention | null;
  readonly isRunning: boolean;
  /** A plan that can still be applied. */
  readonly pendingPlan: PlanAwaitingApproval | null;
  /** The last sync, if it failed since somebody connected. */
  readonly failed: FailedRun | null;
  readonly everSynced: boolean;
  /** Blocking issues and errors; notes change no state. */
  readonly openIssues: number;
};

export function deriveState(facts: StatusFacts): {
  readonly state: SyncState;
  readonly attention: Attention | null;
} {
  if (!facts.connected) return { state: "not-connected", attention: null };
  const attention = mostUrgentAttention(facts);
  const state = (): SyncState => {
    if (facts.isRunning) return "running";
    if (attention !== null) return "needs-attention";
    if (facts.paused) return "paused";
    if (!facts.everSynced) return "never-synced";
    return facts.openIssues > 0 ? "with-issues" : "in-step";
  };
  return { state: state(), attention };
}

/**
 * What an admin must resolve first. A failure comes last, because it is retried and the others may
 * be its cause.
 */
function mostUrgentAttention({ attention, pendingPlan, failed, everSynced }: StatusFacts): Attention | null {
  return (
    attention ??
    (pendingPlan && approvalAttention(pendingPlan)) ??
    (failed && failureAttention(failed, everSynced))
  );
}

/**
 * The attention for a sync that needs approval before it writes; a requested preview needs none.
 */
export function approvalAttention(plan: PlanAwaitingApproval): Attention | null {
  if (plan.approvalReason === null) return null;
  const { finding, fix } = approvalExplanations[plan.approvalReason];
  return {
    kind: "plan-waits",
    title: "A plan needs your approval",
    sentence: `${finding} Nothing was written.`,
    howToResolve: fix,
    place: "plan",
    run: plan.id,
  };
}

/** The schedule starts after the first completed sync (next-run.ts). */
function failureAttention({ id, sentence }: FailedRun, everSynced: boolean): Attention {
  return {
    kind: "run-failed",
    title: "The last sync failed",
    sentence,
    howToResolve: everSynced
      ? "It is tried again by itself. If it fails again, check the connection."
      : "The first sync is not tried again by itself. Check the connection, then choose Sync now.",
    place: "check",
    run: id,
  };
}

// Why a run stopped before its end or was not started, and what to do: the same sentences in the
// app, on the command line and in mails.
import { z } from "zod";

type Explanation = {
  /** What happened. */
  readonly finding: string;
  /** What to do. */
  readonly fix: string;
};

/** Why a plan needs a person's approval. Nothing was written before it. */
export const approvalReason = z.enum(["empty-selection", "brake-changes", "brake-shrunk", "brake-deleted"]);
export type ApprovalReason = z.infer<typeof approvalReason>;

const LOOK_AT_PLAN = "Look at the plan, and apply or discard it.";

export const approvalExplanations: Readonly<Record<ApprovalReason, Explanation>> = {
  "empty-selection": { finding: "The selection has no accounts.", fix: LOOK_AT_PLAN },
  "brake-changes": {
    finding:
      "The plan would change, blank, take over, merge or stop syncing an unusual share of the accounts at once.",
    fix: LOOK_AT_PLAN,
  },
  "brake-shrunk": {
    finding: "The selection has far fewer accounts than last time.",
    fix: "Check the view, and the rights of the connected user in Dynamics 365; then apply or discard the plan.",
  },
  "brake-deleted": {
    finding:
      "Many accounts at once were not found in Dynamics 365 any more, as if they were deleted; a lost right looks the same.",
    fix: "Check the rights of the connected user in Dynamics 365; then apply or discard the plan.",
  },
};

/**
 * Why a plan was discarded automatically, as the `kind` of its run's error. The reason for its
 * approval stays open.
 */
export const STALE_PLAN_KINDS = ["too-old", "superseded"] as const;
export type StalePlanKind = (typeof STALE_PLAN_KINDS)[number];

/** Why an apply stopped before all of its plan was written. */
export const haltReason = z.enum(["cancelled", "paused", "stopped", "interrupted", "failed"]);
export type HaltReason = z.infer<typeof haltReason>;

const NEXT_SYNC = "The next sync writes the rest.";
const BY_ITSELF = "A worker, or the next sync, writes the rest.";

export const haltExplanations: Readonly<Record<HaltReason, Explanation>> = {
  cancelled: {
    finding: "It was cancelled before all of its plan was written; what was written stays.",
    fix: NEXT_SYNC,
  },
  paused: {
    finding: "The sync was paused; what was written before stays.",
    fix: "Resume the sync, and the rest is written.",
  },
  stopped: {
    finding: "The server was stopped before all of the plan was written; what was written stays.",
    fix: BY_ITSELF,
  },
  interrupted: {
    finding: "It was interrupted before all of its plan was written; what was written stays.",
    fix: BY_ITSELF,
  },
  failed: {
    finding: "It failed before all of its plan was written; what was written stays.",
    fix: NEXT_SYNC,
  },
};

/** What a pause of the sync does to a run, to who asks for it or waits for it. */
export const pauseMessages = {
  refused: "The sync is paused. Resume it first.",
  requeued: "The sync was paused; it continues when it is resumed.",
  stopped: "The sync was paused. Resume it, then start this again.",
} as const;

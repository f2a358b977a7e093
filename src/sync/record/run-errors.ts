// Errors of runs, and how they are stored.
import { isDatabaseUnavailable, isDiskFull } from "../../db/errors.ts";
import { errorKind, UserError, type UserErrorOptions } from "../../lib/user-error.ts";
import type { StoredError } from "../tables.ts";
import { STALE_PLAN_KINDS, type StalePlanKind } from "../../settings/run-explanations.ts";

/** A problem with a run that an admin can solve; the message says how. */
export class RunError extends UserError {
  override readonly name = "RunError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("run", sentence, options);
  }
}

export function noSuchRun(runId: number): RunError {
  return new RunError(`There is no run ${runId}.`, { fix: '"sluice runs" lists them.' });
}

/** A run was stopped on purpose. Before the apply nothing was written; an apply can be resumed. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
  readonly kind: "cancelled" | "paused" | "stopped";

  constructor(kind: RunStopped["kind"], sentence: string) {
    super(sentence);
    this.kind = kind;
  }
}

/** A plan was discarded automatically; what it needed approval for is not approved by that. */
export class StalePlan extends Error {
  override readonly name = "StalePlan";
  readonly kind: StalePlanKind;

  private constructor(kind: StalePlan["kind"], sentence: string) {
    super(sentence);
    this.kind = kind;
  }

  static tooOld(): StalePlan {
    return new StalePlan(
      "too-old",
      "Nobody applied this plan within a day, so accounts were read and planned again.",
    );
  }

  static superseded(appliedRunId: number): StalePlan {
    return new StalePlan(
      "superseded",
      `Run ${appliedRunId} was applied since this plan was made, so a new one is needed.`,
    );
  }

  /** Whether a stored error is one of these. */
  static matches({ kind }: { readonly kind: string }): boolean {
    return STALE_PLAN_KINDS.some((one) => one === kind);
  }
}

export function serializeError(error: unknown): StoredError {
  if (isDiskFull(error))
    return {
      kind: "disk-full",
      sentence:
        "The disk of the database is full, so nothing more could be written. What was written before stays. Make space there, then sync again.",
    };
  if (isDatabaseUnavailable(error))
    return {
      kind: "database-away",
      sentence: "The connection to the database broke. Check the database server, then sync again.",
    };
  if (!(error instanceof Error)) return { kind: "unexpected", sentence: String(error) };
  return { kind: errorKind(error), sentence: error.message };
}

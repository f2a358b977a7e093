// Records how a run failed, after what an admin has to do about it: whoever sees the end of the run
// finds both.
import { setAttention } from "../connections/connection.ts";
import { attentionOf } from "../connections/status/attention.ts";
import { isDiskFull } from "../db/errors.ts";
import type { Log } from "../lib/log.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import type { RunStore } from "../sync/record/run-record.ts";

const DISK_FULL_RETRY_MS = 5_000;

type FailureDeps = RunStore & { readonly log: Log };

type Failure = {
  readonly reason: unknown;
  /** Aborts when the run has to stop. */
  readonly signal: AbortSignal;
  /** Records the failure in the run's row. */
  readonly record: () => Promise<void>;
};

/**
 * Retries while the disk is full. The lease is held until then, because a run that is claimed again
 * would fail in the same way at once.
 */
export async function recordFailure(deps: FailureDeps, run: LeasedRun, failure: Failure): Promise<void> {
  const { clock, log } = deps;
  const signal = AbortSignal.any([failure.signal, run.lease.signal]);
  for (let isLogged = false; ; isLogged = true) {
    try {
      await raiseAttention(deps, run, failure.reason);
      return await failure.record();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (!isLogged)
        log.error(
          `The disk of the database is full, so how run ${run.runId} ended cannot be recorded. ` +
            "Free some space; it is tried again every few seconds.",
          { err: error },
        );
      await clock.sleep(DISK_FULL_RETRY_MS, signal);
    }
  }
}

async function raiseAttention(
  { database, log }: FailureDeps,
  run: LeasedRun,
  reason: unknown,
): Promise<void> {
  const attention = attentionOf(reason, run.runId);
  // The failure of a preview says nothing about the saved settings, unless its sign-in failed.
  const concernsPreview =
    run.mode === "plan" && (attention?.place === "accounts" || attention?.place === "fields");
  if (!attention || concernsPreview) return;
  await setAttention(database.kysely, attention).catch((error: unknown) => {
    if (isDiskFull(error)) throw error;
    log.error(`What to do about run ${run.runId} could not be recorded.`, { err: error });
  });
}

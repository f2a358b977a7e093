// The context that a run is opened with, and the run that is passed to each step.
import type { Kysely } from "kysely";
import { setMaxListeners } from "node:events";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import type { Clock } from "../../lib/clock.ts";
import type { NewTeammate } from "../../teammates/teammates.ts";
import type { BrakeLimits } from "../../settings/brake.ts";
import type { RunMode, RunUsage } from "../tables.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import { withFencedTransaction, type Lease } from "./lease.ts";
import type { Source } from "../source/source.ts";
import type { RunSummary } from "./run-summary.ts";

export type Progress =
  | { readonly stage: "connect" | "plan" | "finish" }
  | { readonly stage: "read"; readonly done: number; readonly expected: number | undefined }
  | { readonly stage: "apply"; readonly done: number; readonly total: number };

/** A run that this process has claimed. Its holder executes it or releases the lease. */
export type LeasedRun = {
  readonly runId: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly lease: Lease;
  /**
   * Requeued when it is stopped or its failure is transient, because a worker will claim it again.
   */
  readonly requeues?: boolean;
  /**
   * Wraps the recording of a failure, to update the connection before anybody sees that the run
   * ended.
   * @param record records the failure with the run
   */
  readonly onFailure?: (reason: unknown, record: () => Promise<void>) => Promise<void>;
};

export type RunContext = {
  readonly database: Database;
  readonly source: Source;
  readonly settings: SyncSettings;
  /** The workspace's, by whose clocks an instant becomes the text of a date. Default: UTC. */
  readonly timeZone?: string;
  /**
   * Teammates that a connection file lists; they are saved before owners are matched to teammates.
   */
  readonly teammates?: readonly NewTeammate[];
  readonly clock: Clock;
  /** A selection with more accounts fails before anything is written. */
  readonly maxAccounts: number;
  /** Limits of what is applied without approval; none, if absent. */
  readonly brake?: BrakeLimits;
  /** `runId` tells a resumed run, which comes first, from the new one. */
  readonly onProgress?: (progress: Progress, runId: number) => void;
  /** Called in the transaction in which the apply of a stored plan starts. */
  readonly onApply?: (trx: Kysely<Tables>) => Promise<void>;
  /** Called first in the transaction that completes the run. */
  readonly onDone?: (trx: Kysely<Tables>, run: Pick<RunSummary, "id" | "mode">) => Promise<void>;
  /** Called when a run that starts in this process is stored, so that it can be cancelled. */
  readonly onStarted?: (run: LeasedRun) => void;
  /** Called before each write to the store; aborts the signal if the run was cancelled or paused. */
  readonly checkCancellation?: () => Promise<void>;
  readonly signal?: AbortSignal;
};

/** A run while it is executed. */
export type ActiveRun = Omit<LeasedRun, "lease"> & {
  readonly context: RunContext;
  readonly lease: Pick<Lease, "fence">;
  /** Aborts when the run is to stop, or its lease is lost. */
  readonly signal: AbortSignal;
  readonly reportProgress: (progress: Progress) => void;
  /**
   * Runs a transaction that commits only while the lease is held.
   * @throws LeaseError when another process has taken the run over
   */
  readonly transaction: <T>(work: (trx: OpenTransaction) => Promise<T>) => Promise<T>;
  /** The client's counters at the start of the run, since the client may have served earlier runs. */
  readonly usageAtStart: RunUsage;
};

export function activeRun(leased: LeasedRun, context: RunContext): ActiveRun {
  const { lease } = leased;
  const signal = context.signal ? AbortSignal.any([lease.signal, context.signal]) : lease.signal;
  // A dozen metadata requests listen at once; Node warns of a leak above ten listeners.
  setMaxListeners(100, signal);
  return {
    ...leased,
    context,
    signal,
    reportProgress: (progress) => context.onProgress?.(progress, leased.runId),
    transaction: (work) => withFencedTransaction(context.database, leased, work),
    usageAtStart: { ...context.source.usage },
  };
}

/** Makes another run of the organisation active under the same lease. */
export function underSameLease(run: ActiveRun, other: Pick<LeasedRun, "runId" | "mode">): ActiveRun {
  const { organizationId, lease } = run;
  // `onDone` concerns the run that was started, not the one that is resumed before it.
  const { onDone: _, ...context } = run.context;
  return {
    ...run,
    ...other,
    context,
    reportProgress: (progress) => context.onProgress?.(progress, other.runId),
    transaction: (work) =>
      withFencedTransaction(context.database, { organizationId, lease, runId: other.runId }, work),
  };
}

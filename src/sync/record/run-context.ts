// What a run is given, and what each of its steps is handed.
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

/** A run that this process has claimed. Whoever has it executes it, or releases the lease. */
export type LeasedRun = {
  readonly runId: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly lease: Lease;
  /** Claimed by a worker: if it breaks off for no fault of its own, it is put back for a worker to claim. */
  readonly requeues?: boolean;
  /** Given how the run failed or stopped, records it, with what to do about it before, for whoever sees its end. */
  readonly onFailure?: (reason: unknown, record: () => Promise<void>) => Promise<void>;
};

export type RunContext = {
  readonly database: Database;
  readonly source: Source;
  readonly settings: SyncSettings;
  /** Who works here, as a connection file may say; saved before owners are looked up among them. */
  readonly teammates?: readonly NewTeammate[];
  readonly clock: Clock;
  /** More accounts than this are refused before anything is written. */
  readonly maxAccounts: number;
  /** How much a plan that nobody looked at may change; any amount, if absent. */
  readonly brake?: BrakeLimits;
  /** `runId` is the run that the progress is of: an interrupted run is resumed before a new one reads. */
  readonly onProgress?: (progress: Progress, runId: number) => void;
  /** Called when a plan was found valid, in the transaction from which on it is written. */
  readonly onApply?: (trx: Kysely<Tables>) => Promise<void>;
  /** Called in the transaction in which the run is done, before anything else there. */
  readonly onDone?: (trx: Kysely<Tables>, run: Pick<RunSummary, "id" | "mode">) => Promise<void>;
  /** Called when a run that starts here has its row: from then on others can ask it to stop. */
  readonly onStarted?: (run: LeasedRun) => void;
  /** Called before each write to the store: aborts the signal if somebody wants the run to stop. */
  readonly checkCancellation?: () => Promise<void>;
  readonly signal?: AbortSignal;
};

/** A run while it is executed, as its steps are handed it. */
export type ActiveRun = Omit<LeasedRun, "lease"> & {
  readonly context: RunContext;
  readonly lease: Pick<Lease, "fence">;
  /** Aborts when somebody wants the run to stop, or the lease is lost. */
  readonly signal: AbortSignal;
  readonly reportProgress: (progress: Progress) => void;
  /** Commits only as long as the run is ours. @throws LeaseError */
  readonly transaction: <T>(work: (trx: OpenTransaction) => Promise<T>) => Promise<T>;
  /** What the client had counted when the run began here: it counts from its own start. */
  readonly usageAtStart: RunUsage;
};

export function activeRun(leased: LeasedRun, context: RunContext): ActiveRun {
  const { lease } = leased;
  const signal = context.signal ? AbortSignal.any([lease.signal, context.signal]) : lease.signal;
  // A dozen metadata requests listen at once; Node takes more than ten for a leak.
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

/** Another run of the organisation, executed under the same lease. */
export function underSameLease(run: ActiveRun, other: Pick<LeasedRun, "runId" | "mode">): ActiveRun {
  const { organizationId, lease } = run;
  // That it is done says nothing of the run for which it is gone on with.
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

// Measures a run that this process executes: one log line and the counters when it ends, and its
// usage of Dynamics 365 in its row. Nothing identifies an account or a person.
import { sql } from "kysely";
import type { RunCounts, RunMode, RunStatus, RunUsage } from "../sync/tables.ts";
import type { Log } from "../lib/log.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import type { RunStore } from "../sync/record/run-record.ts";
import { saveProgress } from "../sync/record/run-updates.ts";
import { addUsage, NO_COUNTS, NO_USAGE } from "../sync/record/run-summary.ts";
import type { Progress } from "../sync/record/run-context.ts";

export type Stage = Progress["stage"];
/** "planned": a preview, or a plan that needs approval. "stopped": it may be resumed later. */
export type RunResult = "done" | "planned" | "failed" | "stopped";

export type RunReport = {
  readonly run: number;
  readonly mode: RunMode;
  readonly result: RunResult;
  /** The kind of its error, or why it needs approval or stopped. */
  readonly reason: string | null;
  readonly startedBy: "person" | "schedule";
  /** From its start to its end in this process. */
  readonly seconds: number;
  readonly counts: RunCounts;
  /** By kind. */
  readonly issues: Readonly<Record<string, number>>;
  readonly usage: RunUsage;
  /** Seconds by stage, in the order of the stages. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
};

/** Counters of the runs that this process executes. */
export type RunCounters = {
  /**
   * Counts the usage of a client from now on.
   * @returns a function that counts the rest and stops
   */
  trackUsage(usage: Readonly<RunUsage>): () => void;
  recordRun(report: RunReport): void;
};

export type RunTelemetry = {
  recordProgress(progress: Progress, runId: number): void;
  /** Attaches the client of the run, which has not been used by another run. */
  trackClient(usage: Readonly<RunUsage>): Promise<void>;
  /**
   * Usage of the run so far, in other processes too; undefined before a client is attached, and for
   * other runs.
   */
  readonly usage: (runId: number) => RunUsage | undefined;
  /** Call it when the run's row says how it ended. */
  finish(): Promise<void>;
};

export type TelemetryDeps = RunStore & { readonly log: Log; readonly counters?: RunCounters | undefined };

type ReportRow = {
  mode: RunMode;
  status: RunStatus;
  reason: string | null;
  hasError: boolean;
  isByPerson: boolean;
  holdsFence: boolean;
  counts: Partial<RunCounts>;
  issues: Record<string, number> | null;
};

export function openRunTelemetry(deps: TelemetryDeps, { runId, lease }: LeasedRun): RunTelemetry {
  const { database, clock, log, counters } = deps;
  const db = database.kysely;
  const startedAt = clock.now().getTime();
  const stages = createStageTimer(startedAt);
  let clientUsage: Readonly<RunUsage> | undefined;
  let usageBefore = NO_USAGE;
  let stopTracking: (() => void) | undefined;

  const usage = (id: number) =>
    clientUsage && id === runId ? addUsage(usageBefore, clientUsage) : undefined;

  async function reportRun(id: number, seconds: number): Promise<void> {
    const { rows } = await sql<ReportRow>`
      select mode, status, coalesce(error ->> 'kind', halt_reason, approval_reason) as reason,
        error is not null as "hasError", coalesce(applied_by, started_by) is not null as "isByPerson",
        fence = ${lease.fence} as "holdsFence", counts, issues
      from runs where id = ${id}`.execute(db);
    const row = rows[0];
    if (!row) return;
    const report: RunReport = {
      run: id,
      mode: row.mode,
      result: resultOf(row),
      reason: row.holdsFence ? row.reason : "taken-over",
      startedBy: row.isByPerson ? "person" : "schedule",
      seconds,
      counts: { ...NO_COUNTS, ...row.counts },
      issues: row.issues ?? {},
      usage: usage(id) ?? NO_USAGE,
      stages: stages.secondsOf(id),
    };
    logRun(log, report);
    counters?.recordRun(report);
  }

  return {
    recordProgress: (progress, id) => stages.enter(progress.stage, id, clock.now().getTime()),
    async trackClient(usageOfClient) {
      const row = await db.selectFrom("runs").select("usage").where("id", "=", runId).executeTakeFirst();
      usageBefore = { ...NO_USAGE, ...row?.usage };
      clientUsage = usageOfClient;
      stopTracking = counters?.trackUsage(usageOfClient);
    },
    usage,
    async finish() {
      stopTracking?.();
      const now = clock.now().getTime();
      stages.stop(now);
      const total = usage(runId);
      if (total) await saveProgress(db, { runId, lease }, { usage: total });
      // An interrupted apply is completed under the same lease before a new run reads.
      for (const id of stages.runs())
        if (id !== runId) await reportRun(id, sum(Object.values(stages.secondsOf(id))));
      await reportRun(runId, (now - startedAt) / 1000);
    },
  };
}

function resultOf({ status, hasError, holdsFence, reason }: ReportRow): RunResult {
  if (!holdsFence) return "stopped";
  if (status === "done") return "done";
  if (status === "planned") return hasError ? "failed" : "planned";
  return status === "failed" || (status === "applying" && reason === null) ? "failed" : "stopped";
}

function logRun(log: Log, { usage, ...report }: RunReport): void {
  const { run, result } = report;
  const { requests, throttled, throttledMs, bytes } = usage;
  const level = result === "failed" || result === "stopped" ? "warn" : "info";
  log[level](`Run ${run} ${RESULT_TEXTS[result]}.`, { ...report, requests, throttled, throttledMs, bytes });
}

const RESULT_TEXTS: Readonly<Record<RunResult, string>> = {
  done: "is done",
  planned: "is planned",
  failed: "failed",
  stopped: "stopped",
};

function sum(figures: readonly number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}

/** Measures the seconds of each stage of each run; a stage that recurs is added up. */
function createStageTimer(startedAt: number) {
  const secondsByRun = new Map<number, Partial<Record<Stage, number>>>();
  let current: { run: number; stage: Stage; since: number } | undefined;
  const addElapsed = (now: number): void => {
    if (!current) return;
    const seconds = secondsByRun.get(current.run) ?? {};
    secondsByRun.set(current.run, {
      ...seconds,
      [current.stage]: (seconds[current.stage] ?? 0) + (now - current.since) / 1000,
    });
  };
  return {
    enter(stage: Stage, run: number, now: number) {
      if (current?.run === run && current.stage === stage) return;
      // The stage "connect" starts before there is a client to report it.
      const since = current === undefined ? startedAt : now;
      addElapsed(now);
      current = { run, stage, since };
    },
    stop(now: number) {
      addElapsed(now);
      current = undefined;
    },
    runs: () => [...secondsByRun.keys()],
    secondsOf: (run: number) => secondsByRun.get(run) ?? {},
  };
}

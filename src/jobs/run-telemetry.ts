// What a run takes while this process carries it out, and how it ended: one line of the log, the counters, and what it used
// of Dynamics 365 in its row. Nothing of it names an account or a person.
import { sql } from "kysely";
import type { RunCounts, RunMode, RunStatus, RunUsage } from "../sync/tables.ts";
import type { Log } from "../lib/log.ts";
import type { LeasedRun } from "../sync/record/run-context.ts";
import type { RunStore } from "../sync/record/run-record.ts";
import { saveProgress } from "../sync/record/run-updates.ts";
import { addUsage, NO_COUNTS, NO_USAGE } from "../sync/record/run-summary.ts";
import type { Progress } from "../sync/record/run-context.ts";

export type Stage = Progress["stage"];
/** "planned": a preview, or a plan that waits for somebody. "stopped": what is left of it may go on later. */
export type RunResult = "done" | "planned" | "failed" | "stopped";

export type RunReport = {
  readonly run: number;
  readonly mode: RunMode;
  readonly result: RunResult;
  /** The error's kind, or why it waits or stopped. */
  readonly because: string | null;
  readonly startedBy: "person" | "schedule";
  /** From its begin here to its end here. */
  readonly seconds: number;
  readonly counts: RunCounts;
  /** By kind. */
  readonly issues: Readonly<Record<string, number>>;
  readonly usage: RunUsage;
  /** Seconds by stage, in the order in which they came. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
};

/** What is counted of runs, in the process that carries them out. */
export type RunCounters = {
  /** Counts what a client uses from now on. @returns ends that, and counts the rest */
  trackUsage(usage: Readonly<RunUsage>): () => void;
  recordRun(report: RunReport): void;
};

export type RunTelemetry = {
  recordProgress(progress: Progress, runId: number): void;
  /** The client that serves the run, which has counted nothing of another one. */
  trackClient(usage: Readonly<RunUsage>): Promise<void>;
  /** What the run has used so far, in other processes too; undefined while nothing is open, and of other runs. */
  readonly usage: (runId: number) => RunUsage | undefined;
  /** Call it when the row says how the run ended. */
  finish(): Promise<void>;
};

export type TelemetryDeps = RunStore & { readonly log: Log; readonly counters?: RunCounters | undefined };

type ReportRow = {
  mode: RunMode;
  status: RunStatus;
  because: string | null;
  isFault: boolean;
  byPerson: boolean;
  isOurs: boolean;
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
      select mode, status, coalesce(error ->> 'kind', halt_reason, approval_reason) as because, error is not null as "isFault",
        coalesce(applied_by, started_by) is not null as "byPerson",
        fence = ${lease.fence} as "isOurs", counts, issues
      from runs where id = ${id}`.execute(db);
    const row = rows[0];
    if (!row) return;
    const report: RunReport = {
      run: id,
      mode: row.mode,
      result: resultOf(row),
      because: row.isOurs ? row.because : "taken-over",
      startedBy: row.byPerson ? "person" : "schedule",
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
      // A run that was cut off while it wrote is ended before a new one reads.
      for (const id of stages.runs())
        if (id !== runId) await reportRun(id, sum(Object.values(stages.secondsOf(id))));
      await reportRun(runId, (now - startedAt) / 1000);
    },
  };
}

function resultOf({ status, isFault, isOurs, because }: ReportRow): RunResult {
  if (!isOurs) return "stopped";
  if (status === "done") return "done";
  if (status === "planned") return isFault ? "failed" : "planned";
  return status === "failed" || (status === "applying" && because === null) ? "failed" : "stopped";
}

function logRun(log: Log, { usage, ...report }: RunReport): void {
  const { run, result } = report;
  const { requests, throttled, throttledMs, bytes } = usage;
  const level = result === "failed" || result === "stopped" ? "warn" : "info";
  log[level](`Run ${run} ${RESULT_TEXTS[result]}.`, { ...report, requests, throttled, throttledMs, bytes });
}

const RESULT_TEXTS: Readonly<Record<RunResult, string>> = {
  done: "is done",
  planned: "has planned and waits",
  failed: "failed",
  stopped: "stopped",
};

function sum(figures: readonly number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}

/** How long each stage of each run took; a stage that comes again is added to. */
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
      // Connecting began before there was a client to say so.
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

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
  follow(usage: Readonly<RunUsage>): () => void;
  ended(report: RunReport): void;
};

export type Ledger = {
  note(progress: Progress, runId: number): void;
  /** The client that serves the run, which has counted nothing of another one. */
  uses(usage: Readonly<RunUsage>): Promise<void>;
  /** What the run has used so far, in other processes too; undefined while nothing is open, and of other runs. */
  readonly usage: (runId: number) => RunUsage | undefined;
  /** Call it when the row says how the run ended. */
  end(): Promise<void>;
};

export type LedgerParts = RunStore & { readonly log: Log; readonly counters?: RunCounters | undefined };

type Row = {
  mode: RunMode;
  status: RunStatus;
  because: string | null;
  isFault: boolean;
  byPerson: boolean;
  isOurs: boolean;
  counts: Partial<RunCounts>;
  issues: Record<string, number> | null;
};

export function openLedger(parts: LedgerParts, { runId, lease }: LeasedRun): Ledger {
  const { database, clock, log, counters } = parts;
  const db = database.kysely;
  const began = clock.now().getTime();
  const times = stageTimes(began);
  let used: Readonly<RunUsage> | undefined;
  let before = NO_USAGE;
  let unfollow: (() => void) | undefined;

  const usage = (id: number) => (used && id === runId ? addUsage(before, used) : undefined);

  async function report(id: number, seconds: number): Promise<void> {
    const { rows } = await sql<Row>`
      select mode, status, coalesce(error ->> 'kind', halt_reason, approval_reason) as because, error is not null as "isFault",
        coalesce(applied_by, started_by) is not null as "byPerson",
        fence = ${lease.fence} as "isOurs", counts, issues
      from runs where id = ${id}`.execute(db);
    const row = rows[0];
    if (!row) return;
    const one: RunReport = {
      run: id,
      mode: row.mode,
      result: resultOf(row),
      because: row.isOurs ? row.because : "taken-over",
      startedBy: row.byPerson ? "person" : "schedule",
      seconds,
      counts: { ...NO_COUNTS, ...row.counts },
      issues: row.issues ?? {},
      usage: usage(id) ?? NO_USAGE,
      stages: times.of(id),
    };
    logRun(log, one);
    counters?.ended(one);
  }

  return {
    note: (progress, id) => times.note(progress.stage, id, clock.now().getTime()),
    async uses(counted) {
      const row = await db.selectFrom("runs").select("usage").where("id", "=", runId).executeTakeFirst();
      before = { ...NO_USAGE, ...row?.usage };
      used = counted;
      unfollow = counters?.follow(counted);
    },
    usage,
    async end() {
      unfollow?.();
      const now = clock.now().getTime();
      times.end(now);
      const total = usage(runId);
      if (total) await saveProgress(db, { runId, lease }, { usage: total });
      // A run that was cut off while it wrote is ended before a new one reads.
      for (const id of times.runs()) if (id !== runId) await report(id, sum(Object.values(times.of(id))));
      await report(runId, (now - began) / 1000);
    },
  };
}

function resultOf({ status, isFault, isOurs, because }: Row): RunResult {
  if (!isOurs) return "stopped";
  if (status === "done") return "done";
  if (status === "planned") return isFault ? "failed" : "planned";
  return status === "failed" || (status === "applying" && because === null) ? "failed" : "stopped";
}

function logRun(log: Log, { usage, ...report }: RunReport): void {
  const { run, result } = report;
  const { requests, throttled, throttledMs, bytes } = usage;
  const level = result === "failed" || result === "stopped" ? "warn" : "info";
  log[level](`Run ${run} ${ENDS[result]}.`, { ...report, requests, throttled, throttledMs, bytes });
}

const ENDS: Readonly<Record<RunResult, string>> = {
  done: "is done",
  planned: "has planned and waits",
  failed: "failed",
  stopped: "stopped",
};

function sum(figures: readonly number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}

/** How long each stage of each run took; a stage that comes again is added to. */
function stageTimes(began: number) {
  const spent = new Map<number, Partial<Record<Stage, number>>>();
  let at: { run: number; stage: Stage; since: number } | undefined;
  const close = (now: number): void => {
    if (!at) return;
    const of = spent.get(at.run) ?? {};
    spent.set(at.run, { ...of, [at.stage]: (of[at.stage] ?? 0) + (now - at.since) / 1000 });
  };
  return {
    note(stage: Stage, run: number, now: number) {
      if (at?.run === run && at.stage === stage) return;
      // Connecting began before there was a client to say so.
      const since = at === undefined ? began : now;
      close(now);
      at = { run, stage, since };
    },
    end(now: number) {
      close(now);
      at = undefined;
    },
    runs: () => [...spent.keys()],
    of: (run: number) => spent.get(run) ?? {},
  };
}

// Saves the progress of a run to its row at most once a second, so that every process can show it.
import type { RunProgress, RunUsage } from "../sync/tables.ts";
import { saveProgress } from "../sync/record/run-updates.ts";
import type { RunStore } from "../sync/record/run-record.ts";
import type { Progress } from "../sync/record/run-context.ts";

const WRITE_INTERVAL_MS = 1_000;
/**
 * The rate is measured over the last seconds, because a run starts slower, and throttling comes and
 * goes.
 */
const RATE_WINDOW_MS = 10_000;

/** Accounts done at a time, in milliseconds. */
export type Sample = { readonly at: number; readonly done: number };

/**
 * Progress with rate and time left.
 * @param samples of this stage, oldest first; the last one is current
 */
export function toRunProgress(progress: Progress, samples: readonly Sample[]): RunProgress {
  const { stage } = progress;
  if (!("done" in progress)) return { stage, done: 0, total: null, rate: null, secondsLeft: null };
  const expected = progress.stage === "read" ? progress.expected : progress.total;
  // There may be more accounts than last time; then the expected total is no use.
  const total = expected === undefined || expected < progress.done ? null : expected;
  const now = samples.at(-1);
  const first = samples.find(({ at }) => now !== undefined && now.at - at <= RATE_WINDOW_MS);
  const seconds = now && first ? (now.at - first.at) / 1_000 : 0;
  const rate = now && first && seconds > 0 ? Math.round((now.done - first.done) / seconds) : null;
  const secondsLeft = total !== null && rate ? Math.ceil((total - progress.done) / rate) : null;
  return { stage, done: progress.done, total, rate, secondsLeft };
}

export type ProgressWriter = {
  update(progress: Progress, runId: number): void;
  /** Waits for the current write and stops. */
  close(): Promise<void>;
};

/**
 * Writes only while this fence holds. A failed write is not retried, since the next one supersedes
 * it. Intervals use the machine's monotonic clock, because the system clock may be set back.
 * @param usageOf usage of Dynamics 365 by a run so far; it also grows while throttled, without
 * progress
 */
export function createProgressWriter(
  { database }: Pick<RunStore, "database">,
  fence: number,
  usageOf: (runId: number) => RunUsage | undefined,
): ProgressWriter {
  let stage = "";
  let samples: Sample[] = [];
  let writtenAt = 0;
  let writing: Promise<unknown> | undefined;
  let closed = false;
  let last: { runId: number; progress: RunProgress; usage: string | undefined } | undefined;
  /**
   * The start of a stage, reported while another write was running; the stage may report nothing else
   * for long.
   */
  let pendingWrite: (() => void) | undefined;
  const timer = setInterval(() => {
    const usage = last && JSON.stringify(usageOf(last.runId));
    if (last && !closed && !writing && usage !== last.usage) write(last.progress, last.runId);
  }, WRITE_INTERVAL_MS);
  timer.unref();

  function write(progress: RunProgress, runId: number): void {
    const used = usageOf(runId);
    const usage = JSON.stringify(used);
    last = { runId, progress, usage };
    writing = saveProgress(database.kysely, { runId, lease: { fence } }, { progress, usage: used })
      .catch(() => undefined)
      .finally(() => {
        writing = undefined;
        const next = pendingWrite;
        pendingWrite = undefined;
        if (!closed) next?.();
      });
  }

  return {
    update(progress, runId) {
      const at = performance.now();
      const isNew = `${runId} ${progress.stage}` !== stage;
      if (isNew) samples = [];
      stage = `${runId} ${progress.stage}`;
      samples = [
        ...samples.filter((sample) => at - sample.at <= RATE_WINDOW_MS),
        { at, done: "done" in progress ? progress.done : 0 },
      ];
      if (closed || (!isNew && !pendingWrite && at - writtenAt < WRITE_INTERVAL_MS)) return;
      const writeNow = () => {
        writtenAt = at;
        write(toRunProgress(progress, samples), runId);
      };
      if (!writing) writeNow();
      else if (isNew || pendingWrite) pendingWrite = writeNow;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await writing;
    },
  };
}

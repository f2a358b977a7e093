// How far a run is, written to its row at most once a second, so that whoever asks any process sees it.
import type { RunProgress, RunUsage } from "../sync/tables.ts";
import { saveProgress } from "../sync/record/run-updates.ts";
import type { RunStore } from "../sync/record/run-record.ts";
import type { Progress } from "../sync/record/run-context.ts";

const WRITE_INTERVAL_MS = 1_000;
/** The rate is that of the last seconds: the first ones are slower, and throttling comes and goes. */
const RATE_WINDOW_MS = 10_000;

/** Accounts done at a moment, in milliseconds. */
export type Sample = { readonly at: number; readonly done: number };

/** What is shown: the samples are of this stage, oldest first, the last one is now. */
export function toRunProgress(progress: Progress, samples: readonly Sample[]): RunProgress {
  const { stage } = progress;
  if (!("done" in progress)) return { stage, done: 0, total: null, rate: null, secondsLeft: null };
  const expected = progress.stage === "read" ? progress.expected : progress.total;
  // More can come than last time; then the old total says nothing any more.
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
  /** Waits for the write under way; later ones are not made. */
  close(): Promise<void>;
};

/**
 * Writes for the holder of this fence alone. A write that fails is not repeated: the next one says more. Time is the machine's,
 * which passes evenly: the clock may jump back, and would hold the next write off for as long.
 * @param usageOf what a run has used of Dynamics 365 so far; it also changes while no account comes, since the run is throttled
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
  /** A stage that began while another write was under way; nothing else may be noted of it for long. */
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

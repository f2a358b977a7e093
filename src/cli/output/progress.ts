// The progress of a run on standard error: on a terminal one line that is redrawn, with rate and
// time left; otherwise two lines per stage, so that logs stay short.
import type { Progress } from "../../sync/record/run-context.ts";
import { formatCount, formatDuration, padToWidth } from "./format.ts";

type Stage = Progress["stage"];

const stageNames: Readonly<Record<Stage, string>> = {
  connect: "Connecting",
  read: "Reading",
  plan: "Planning",
  apply: "Applying",
  finish: "Finishing",
};

export interface StageState {
  readonly stage: Stage;
  readonly startedAt: number;
  readonly done?: number | undefined;
  /** Undefined if it is unknown, as in the first read of a view. */
  readonly total?: number | undefined;
}

const BAR_WIDTH = 24;
/** Fast enough to look alive, and slow enough to cost nothing. */
const REDRAW_INTERVAL_MS = 250;

/** Formats as `Reading    ████████░░░░░░░░░░░░░░░░  17,000 of 51,350  8,512/s  4.0 s left`. */
export function progressLine({ stage, startedAt, done, total }: StageState, now: number): string {
  const name = padToWidth(stageNames[stage], 10);
  const elapsed = now - startedAt;
  if (done === undefined) return `${name} ${formatDuration(elapsed)}`;
  const rate = elapsed > 0 ? (done * 1000) / elapsed : 0;
  const speed = done > 0 && rate > 0 ? [`${formatCount(Math.round(rate))}/s`] : [];
  // There may be more than last time; then the expected total is meaningless.
  if (total === undefined || total < done || total === 0)
    return [`${name} ${formatCount(done)}`, ...speed].join("  ");
  const filled = Math.round((BAR_WIDTH * done) / total);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const left = rate > 0 && done < total ? [`${formatDuration(((total - done) * 1000) / rate)} left`] : [];
  return [`${name} ${bar}`, `${formatCount(done)} of ${formatCount(total)}`, ...speed, ...left].join("  ");
}

/** Formats a completed stage as `Reading    51,350 in 6.1 s (8,418/s)`. */
function stageLine({ stage, startedAt, done }: StageState, now: number): string {
  const name = padToWidth(stageNames[stage], 10);
  const elapsed = now - startedAt;
  if (done === undefined) return `${name} ${formatDuration(elapsed)}`;
  const rate = elapsed > 0 && done > 0 ? ` (${formatCount(Math.round((done * 1000) / elapsed))}/s)` : "";
  return `${name} ${formatCount(done)} in ${formatDuration(elapsed)}${rate}`;
}

export interface ProgressTarget {
  readonly write: (text: string) => unknown;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** Moves to the start of the line and clears it (ECMA-48: EL). */
export const CLEAR_LINE = "\r\u001b[2K";

export class ProgressDisplay {
  readonly #target: ProgressTarget;
  readonly #now: () => number;
  #state: StageState | undefined;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(target: ProgressTarget, now: () => number) {
    this.#target = target;
    this.#now = now;
  }

  /** To be passed to a run as `onProgress`. */
  readonly update = (progress: Progress): void => {
    const { stage } = progress;
    if (stage !== this.#state?.stage) this.#begin(stage);
    const state = this.#state ?? { stage, startedAt: this.#now() };
    const total =
      progress.stage === "read" ? progress.expected : progress.stage === "apply" ? progress.total : undefined;
    this.#state = { ...state, done: "done" in progress ? progress.done : undefined, total };
    this.#draw();
  };

  /**
   * Prints the completed stage, and leaves the cursor on a new line. It must also be called if a run
   * fails.
   */
  end(): void {
    const state = this.#state;
    this.#state = undefined;
    if (state === undefined) return;
    if (this.#target.isTerminal) this.#target.write(CLEAR_LINE);
    this.#target.write(`${stageLine(state, this.#now())}\n`);
  }

  #begin(stage: Stage): void {
    this.end();
    this.#state = { stage, startedAt: this.#now() };
    this.#drawnAt = Number.NEGATIVE_INFINITY;
    if (!this.#target.isTerminal) this.#target.write(`${stageNames[stage]} …\n`);
  }

  #draw(): void {
    const now = this.#now();
    if (!this.#target.isTerminal || this.#state === undefined || now - this.#drawnAt < REDRAW_INTERVAL_MS)
      return;
    this.#drawnAt = now;
    this.#target.write(
      CLEAR_LINE + progressLine(this.#state, now).slice(0, Math.max(20, this.#target.columns - 1)),
    );
  }
}

// Computes figures from measurements: medians, the floor, and how far above it a sync is. All of it
// is pure.
import type { Measurement } from "./measurement.ts";
import { median } from "./statistics.ts";

export interface Round {
  readonly download: Measurement;
  /** Reads and parses the same pages. */
  readonly read: Measurement;
  /** Milliseconds of COPY by table. */
  readonly copy: Readonly<Record<string, number>>;
  readonly firstSync: Measurement;
  readonly unchanged: Measurement;
  /** After one account in a hundred changed. */
  readonly changes: {
    /** Sweep + changed rows. */
    readonly floor: Measurement;
    /** Milliseconds of COPY of the changed accounts, by table. */
    readonly copy: Readonly<Record<string, number>>;
    readonly sync: Measurement;
  };
}

export interface SyncFigures {
  readonly ms: number;
  readonly cpuMs: number;
  readonly stages: Readonly<Record<string, number>>;
  /** The highest peak of all rounds. */
  readonly peakBytes: number;
  /**
   * The time as a multiple of its floor: that of a first sync is download + parse + COPY, that of an
   * unchanged sync download + parse, that of changes only sweep + changed rows + their COPY.
   */
  readonly ratio: number;
}

export interface Figures {
  /** The number of accounts that a sync read. */
  readonly rows: number;
  readonly downloadMs: number;
  readonly readMs: number;
  readonly copyMs: number;
  readonly floorMs: number;
  readonly firstSync: SyncFigures;
  readonly unchanged: SyncFigures;
  readonly changes: SyncFigures & {
    readonly floorMs: number;
    /** The time as a share of the first sync's time. */
    readonly shareOfFirstSync: number;
    readonly requests: number;
    /** The number of accounts created, linked or updated. */
    readonly written: number;
  };
  /** Why the figures are void, or null when they are valid. */
  readonly void: string | null;
}

const sum = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((a, b) => a + b, 0);

export function figuresOf(rounds: readonly Round[]): Figures {
  const of = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const downloadMs = of(({ download }) => download.ms);
  const readMs = of(({ read }) => read.ms);
  const floorMs = of(({ read, copy }) => read.ms + sum(copy));
  const first = syncFigures(
    rounds.map((round) => round.firstSync),
    floorMs,
  );
  return {
    rows: of(({ firstSync }) => firstSync.rows),
    downloadMs,
    readMs,
    copyMs: of(({ copy }) => sum(copy)),
    floorMs,
    firstSync: first,
    unchanged: syncFigures(
      rounds.map(({ unchanged }) => unchanged),
      readMs,
    ),
    changes: changesFigures(
      rounds.map(({ changes }) => changes),
      first.ms,
    ),
    void:
      downloadMs * 2 <= readMs
        ? null
        : `Void: downloading alone took ${Math.round(downloadMs)} ms, more than half of download + parse ` +
          `(${Math.round(readMs)} ms), so the source is part of what was measured. Let nothing else run on the machine.`,
  };
}

function changesFigures(rounds: readonly Round["changes"][], firstSyncMs: number): Figures["changes"] {
  const floorMs = median(rounds.map(({ floor, copy }) => floor.ms + sum(copy)));
  const figures = syncFigures(
    rounds.map(({ sync }) => sync),
    floorMs,
  );
  const fact = (name: string): number => median(rounds.map(({ sync }) => sync.facts[name] ?? 0));
  return {
    ...figures,
    floorMs,
    shareOfFirstSync: figures.ms / firstSyncMs,
    requests: fact("requests"),
    written: fact("created") + fact("linked") + fact("updated"),
  };
}

function syncFigures(measurements: readonly Measurement[], floorMs: number): SyncFigures {
  const ms = median(measurements.map((one) => one.ms));
  const names = Object.keys(measurements[0]?.stages ?? {});
  return {
    ms,
    cpuMs: median(measurements.map(({ cpuMs }) => cpuMs)),
    stages: Object.fromEntries(
      names.map((name) => [name, median(measurements.map(({ stages }) => stages[name] ?? 0))]),
    ),
    peakBytes: Math.max(...measurements.map(({ peakBytes }) => peakBytes)),
    ratio: ms / floorMs,
  };
}

// From what was measured to what it means: medians, the floor, and how far above it a sync is. Pure.
import type { Measurement } from "./measurement.ts";
import { median } from "./statistics.ts";

export interface Round {
  readonly download: Measurement;
  /** Download + parse. */
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
  /** The highest of all rounds. */
  readonly peakBytes: number;
  /** To what it cannot be faster than: the floor for a first sync, download + parse for an unchanged one, sweep + changed rows + their COPY for changes only. */
  readonly ratio: number;
}

export interface Figures {
  /** Accounts that a sync read. */
  readonly rows: number;
  readonly downloadMs: number;
  readonly readMs: number;
  readonly copyMs: number;
  readonly floorMs: number;
  readonly firstSync: SyncFigures;
  readonly unchanged: SyncFigures;
  readonly changes: SyncFigures & {
    readonly floorMs: number;
    /** Parts of the time that the first sync took. */
    readonly shareOfFirstSync: number;
    readonly requests: number;
    /** Accounts created, linked or updated. */
    readonly written: number;
  };
  /** Why nothing of this counts, or null. */
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

// Measures time, processor time and peak memory of one piece of work.

export interface Measurement {
  readonly ms: number;
  /** The number of rows read from the source. */
  readonly rows: number;
  /** The highest resident memory of the process so far. */
  readonly peakBytes: number;
  /** Processor time of the process during the measurement, with V8's helper threads and zlib's. */
  readonly cpuMs: number;
  /** Milliseconds by stage, in order. */
  readonly stages: Readonly<Record<string, number>>;
  /** Further facts, such as bytes or the counts of a run. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface WorkResult {
  readonly rows: number;
  readonly stages?: Readonly<Record<string, number>>;
  readonly facts?: Readonly<Record<string, number>>;
}

/** Measures the work. Its resources must be opened before and closed after. */
export async function measureWork(work: () => Promise<WorkResult>): Promise<Measurement> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const { rows, stages = {}, facts = {} } = await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  // Linux reports kibibytes, and libuv does the same on other systems.
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { ms, rows, peakBytes, cpuMs: (user + system) / 1000, stages, facts };
}

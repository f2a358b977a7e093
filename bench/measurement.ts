// One measurement: time, processor time, and the most memory that the process has held.

export interface Measurement {
  readonly ms: number;
  /** Rows of the source that were read. */
  readonly rows: number;
  /** Highest resident memory of the process so far. */
  readonly peakBytes: number;
  /** Processor time of the process while it was measured: of JavaScript, of V8's helpers and of zlib. */
  readonly cpuMs: number;
  /** Milliseconds of each part, in order. */
  readonly stages: Readonly<Record<string, number>>;
  /** Further facts: bytes, counts of a run. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface WorkResult {
  readonly rows: number;
  readonly stages?: Readonly<Record<string, number>>;
  readonly facts?: Readonly<Record<string, number>>;
}

/** Runs what is to be measured. Whatever was opened for it is opened before and closed after. */
export async function measureWork(work: () => Promise<WorkResult>): Promise<Measurement> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const { rows, stages = {}, facts = {} } = await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  // Linux counts in kibibytes, and so does libuv on other systems.
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { ms, rows, peakBytes, cpuMs: (user + system) / 1000, stages, facts };
}

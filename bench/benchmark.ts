// Runs the sync benchmark: starts a source and a database, measures everything in rounds, reports
// the figures, and stops all of it. It measures in rounds, and not one kind after the other,
// because a machine's speed drifts while a benchmark runs.
import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Measurement } from "./measurement.ts";
import { readOptions, USAGE, type BenchOptions } from "./options.ts";
import { openProcesses, type Processes } from "./processes.ts";
import { figuresOf, type Figures, type Round } from "./figures.ts";
import { report } from "./report.ts";
import type { Machine, Results } from "./results.ts";
import { startSource, type RunningSource } from "./source.ts";
import { openDatabases, type Databases } from "./databases.ts";

/** The peer runs one statement per account, so more accounts would take too long. */
const MAX_PEER_ACCOUNTS = 5_000;
/** Up to here the peak memory itself is limited; beyond, its growth per account. */
const SLOPE_BASELINE = 500_000;

type BenchmarkContext = {
  readonly options: BenchOptions;
  readonly processes: Processes;
  readonly databases: Databases;
};

/** @returns the exit code: 0, 1 when the figures are void, 2 when the arguments are invalid */
export async function benchmark(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  const processes = openProcesses(options.profile);
  let databases: Databases | undefined;
  try {
    databases = await openDatabases();
    const results = await measureAll({ options, processes, databases });
    console.log(options.json ? JSON.stringify(results, null, 2) : report(results));
    if (results.figures.void === null) return 0;
    console.error(results.figures.void);
    return 1;
  } finally {
    await processes.stopAll();
    await databases?.close();
  }
}

async function measureAll(context: BenchmarkContext): Promise<Results> {
  const { options, databases } = context;
  const { accounts } = options;
  const rounds = await withSource(accounts, (source) => measureRounds(context, source));
  const figures = figuresOf(rounds);
  const baselineRounds =
    options.memorySlope && accounts > SLOPE_BASELINE
      ? await withSource(SLOPE_BASELINE, (source) => measureRounds(context, source))
      : undefined;
  const peer = options.peer ? await measurePeer(context) : undefined;
  return {
    accounts,
    machine: describeMachine(databases.version),
    rounds,
    figures,
    peer,
    memorySlope: baselineRounds && memorySlope(figures, figuresOf(baselineRounds)),
  };
}

async function withSource<T>(accounts: number, work: (source: RunningSource) => Promise<T>): Promise<T> {
  logProgress(`Preparing a source of ${accounts.toLocaleString("en")} accounts`);
  const source = await startSource(accounts);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

async function measureRounds(
  { options, processes, databases }: BenchmarkContext,
  source: RunningSource,
): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let number = 1; number <= options.repeat; number += 1) {
    const name = `bench_${number}`;
    const databaseUrl = await databases.create(name);
    logProgress(`Round ${number} of ${options.repeat}: download, download + parse`);
    const download = await processes.measure({ kind: "download", source });
    const read = await processes.measure({ kind: "read", source });
    logProgress(`Round ${number} of ${options.repeat}: first sync`);
    await databases.vacuumAndCheckpoint(name);
    const firstSync = await processes.measure({ kind: "sync", source, databaseUrl });
    logProgress(`Round ${number} of ${options.repeat}: unchanged sync`);
    await databases.vacuumAndCheckpoint(name);
    const unchanged = await processes.measure({ kind: "sync", source, databaseUrl });
    const changes = await measureChanges({ options, processes, databases }, source, {
      name,
      databaseUrl,
      number,
    });
    logProgress(`Round ${number} of ${options.repeat}: COPY`);
    const changesCopy = await databases.timePartialCopy(name, changes.ids);
    await databases.exportRows(name);
    const copy = await databases.timeCopy(name);
    await databases.drop(name);
    rounds.push({
      download,
      read,
      copy,
      firstSync,
      unchanged,
      changes: { floor: changes.floor, copy: changesCopy, sync: changes.sync },
    });
  }
  return rounds;
}

/** Changes one account in a hundred and measures the changes-only run that follows. */
async function measureChanges(
  { options, processes, databases }: BenchmarkContext,
  source: RunningSource,
  { name, databaseUrl, number }: { name: string; databaseUrl: string; number: number },
): Promise<{ ids: readonly string[]; floor: Measurement; sync: Measurement }> {
  logProgress(`Round ${number} of ${options.repeat}: 1 % of the accounts change`);
  // A page must be rendered before it is measured. The sweep's pages are rendered again as soon as
  // accounts change; those of the changed rows are rendered by a read that is not measured.
  await processes.measure({ kind: "changes", source, ids: [] });
  const ids = await source.change(1, name);
  await processes.measure({ kind: "changes", source, ids });
  logProgress(`Round ${number} of ${options.repeat}: sweep + changed rows, changes-only sync`);
  const floor = await processes.measure({ kind: "changes", source, ids });
  await databases.vacuumAndCheckpoint(name);
  const sync = await processes.measure({ kind: "sync", mode: "changes", source, databaseUrl });
  return { ids, floor, sync };
}

async function measurePeer({ options, processes, databases }: BenchmarkContext): Promise<Results["peer"]> {
  return withSource(Math.min(options.accounts, MAX_PEER_ACCOUNTS), async (source) => {
    logProgress("The peer");
    const databaseUrl = await databases.create("bench_peer");
    const measurement = await processes.measure({ kind: "peer", source, databaseUrl });
    await databases.drop("bench_peer");
    return { ...measurement, perAccountMs: measurement.ms / measurement.rows };
  });
}

function memorySlope(larger: Figures, smaller: Figures): Results["memorySlope"] {
  const extraRows = larger.rows - smaller.rows;
  return {
    firstSync: (larger.firstSync.peakBytes - smaller.firstSync.peakBytes) / extraRows,
    unchanged: (larger.unchanged.peakBytes - smaller.unchanged.peakBytes) / extraRows,
  };
}

function describeMachine(postgresql: string): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    postgresql,
  };
}

/** Logs to standard error, because standard output is for the result. */
function logProgress(sentence: string): void {
  console.error(`${sentence} …`);
}

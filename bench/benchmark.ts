// One benchmark: source and database started, everything measured side by side in rounds, figures told, everything stopped.
// In rounds and not one kind after the other, because a machine's speed drifts while a benchmark runs.
import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Measured } from "./measurement.ts";
import { readOptions, USAGE, type BenchOptions } from "./options.ts";
import { openProcesses, type Processes } from "./processes.ts";
import { report } from "./report.ts";
import { figuresOf, type Figures, type Round } from "./figures.ts";
import { startSource, type RunningSource } from "./source.ts";
import { openStore, type Store } from "./databases.ts";

/** A statement an account: at more than this nobody would wait for it. */
const MOST_FOR_PEER = 5_000;
/** Where the limit on memory ends and the limit on its growth begins. */
const SLOPE_FROM = 500_000;

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly postgresql: string;
}

export interface Results {
  readonly accounts: number;
  readonly machine: Machine;
  readonly rounds: readonly Round[];
  readonly figures: Figures;
  readonly peer: (Measured & { readonly perAccountMs: number }) | undefined;
  /** Bytes of peak memory that each account beyond 500,000 takes. */
  readonly memorySlope: { readonly firstSync: number; readonly unchanged: number } | undefined;
}

type Workshop = { readonly options: BenchOptions; readonly processes: Processes; readonly store: Store };

/** @returns the exit code: 0, 1 when the figures are void, 2 when the arguments make no sense. */
export async function benchmark(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  const processes = openProcesses(options.profile);
  let store: Store | undefined;
  try {
    store = await openStore();
    const results = await measureAll({ options, processes, store });
    console.log(options.json ? JSON.stringify(results, null, 2) : report(results));
    if (results.figures.void === null) return 0;
    console.error(results.figures.void);
    return 1;
  } finally {
    await processes.stopAll();
    await store?.close();
  }
}

async function measureAll(workshop: Workshop): Promise<Results> {
  const { options, store } = workshop;
  const { accounts } = options;
  const rounds = await withSource(accounts, (source) => measureRounds(workshop, source));
  const figures = figuresOf(rounds);
  const slopeFrom =
    options.memorySlope && accounts > SLOPE_FROM
      ? await withSource(SLOPE_FROM, (source) => measureRounds(workshop, source))
      : undefined;
  const peer = options.peer ? await measurePeer(workshop) : undefined;
  return {
    accounts,
    machine: machineWith(store.version),
    rounds,
    figures,
    peer,
    memorySlope: slopeFrom && slopeOf(figures, figuresOf(slopeFrom)),
  };
}

async function withSource<T>(accounts: number, work: (source: RunningSource) => Promise<T>): Promise<T> {
  say(`Preparing a source of ${accounts.toLocaleString("en")} accounts`);
  const source = await startSource(accounts);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

async function measureRounds(
  { options, processes, store }: Workshop,
  source: RunningSource,
): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let number = 1; number <= options.repeat; number += 1) {
    const name = `bench_${number}`;
    const databaseUrl = await store.create(name);
    say(`Round ${number} of ${options.repeat}: download, download + parse`);
    const download = await processes.measure({ kind: "download", source });
    const read = await processes.measure({ kind: "read", source });
    say(`Round ${number} of ${options.repeat}: first sync`);
    await store.settle(name);
    const firstSync = await processes.measure({ kind: "sync", source, databaseUrl });
    say(`Round ${number} of ${options.repeat}: unchanged sync`);
    await store.settle(name);
    const unchanged = await processes.measure({ kind: "sync", source, databaseUrl });
    const changes = await measureChanges({ options, processes, store }, source, {
      name,
      databaseUrl,
      number,
    });
    say(`Round ${number} of ${options.repeat}: COPY`);
    const changesCopy = await store.copyAgain(name, changes.ids);
    await store.save(name);
    const copy = await store.copySaved(name);
    await store.drop(name);
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

/** One account in a hundred changes, and a changes-only run brings it over. */
async function measureChanges(
  { options, processes, store }: Workshop,
  source: RunningSource,
  { name, databaseUrl, number }: { name: string; databaseUrl: string; number: number },
): Promise<{ ids: readonly string[]; floor: Measured; sync: Measured }> {
  say(`Round ${number} of ${options.repeat}: 1 % of the accounts change`);
  // What was read once is rendered before it is measured: the sweep as soon as accounts change, their rows by a read that nobody measures.
  await processes.measure({ kind: "changes", source, ids: [] });
  const ids = await source.change(1, name);
  await processes.measure({ kind: "changes", source, ids });
  say(`Round ${number} of ${options.repeat}: sweep + changed rows, changes-only sync`);
  const floor = await processes.measure({ kind: "changes", source, ids });
  await store.settle(name);
  const sync = await processes.measure({ kind: "sync", mode: "changes", source, databaseUrl });
  return { ids, floor, sync };
}

async function measurePeer({ options, processes, store }: Workshop): Promise<Results["peer"]> {
  return withSource(Math.min(options.accounts, MOST_FOR_PEER), async (source) => {
    say("The peer");
    const databaseUrl = await store.create("bench_peer");
    const measured = await processes.measure({ kind: "peer", source, databaseUrl });
    await store.drop("bench_peer");
    return { ...measured, perAccountMs: measured.ms / measured.rows };
  });
}

function slopeOf(larger: Figures, smaller: Figures): Results["memorySlope"] {
  const beyond = larger.rows - smaller.rows;
  return {
    firstSync: (larger.firstSync.peakBytes - smaller.firstSync.peakBytes) / beyond,
    unchanged: (larger.unchanged.peakBytes - smaller.unchanged.peakBytes) / beyond,
  };
}

function machineWith(postgresql: string): Machine {
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

/** What goes on, on standard error: standard output belongs to the result. */
function say(sentence: string): void {
  console.error(`${sentence} …`);
}

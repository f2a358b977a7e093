// Takes one measurement in a process of its own, which gets its task and sends the result as a
// message.
import type { Measurement } from "./measurement.ts";
import type { Source } from "./workload.ts";

export interface Task {
  readonly kind: keyof typeof MEASUREMENTS;
  readonly source: Source;
  /** The database of measurements that write. */
  readonly databaseUrl?: string;
  /** The mode of the run. Default: "sync". */
  readonly mode?: "sync" | "changes";
  /** The ids of the accounts that changed. */
  readonly ids?: readonly string[];
}

export type TaskResult = { readonly measured: Measurement } | { readonly failed: string };

// Each is imported on demand, so that what the others need takes none of its memory.
const MEASUREMENTS = {
  download: async ({ source }) => (await import("./measure-download.ts")).measureDownload(source),
  read: async ({ source }) => (await import("./measure-read.ts")).measureRead(source),
  changes: async ({ source, ids = [] }) => (await import("./measure-changes.ts")).measureChanges(source, ids),
  sync: async ({ source, databaseUrl = "", mode = "sync" }) =>
    (await import("./measure-sync.ts")).measureSync(source, databaseUrl, mode),
  peer: async ({ source, databaseUrl = "" }) =>
    (await import("./measure-peer.ts")).measurePeer(source, databaseUrl),
} satisfies Record<string, (task: Omit<Task, "kind">) => Promise<Measurement>>;

/** Sends the result to the parent process and disconnects, so that this one can exit. */
export async function runTask(task: Task): Promise<void> {
  let result: TaskResult;
  try {
    result = { measured: await MEASUREMENTS[task.kind](task) };
  } catch (error) {
    result = { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(result, () => process.disconnect());
}

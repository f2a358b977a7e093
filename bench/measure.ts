// One measurement, in a process of its own: a task comes as a message, a figure goes back.
import type { Measurement } from "./measurement.ts";
import type { Source } from "./workload.ts";

export interface Task {
  readonly kind: keyof typeof MEASUREMENTS;
  readonly source: Source;
  /** For what writes. */
  readonly databaseUrl?: string;
  /** Of a run; default: everything. */
  readonly mode?: "sync" | "changes";
  /** The accounts that changed. */
  readonly ids?: readonly string[];
}

export type TaskResult = { readonly measured: Measurement } | { readonly failed: string };

// Each is loaded alone: what the others need is no part of its memory.
const MEASUREMENTS = {
  download: async ({ source }) => (await import("./measure-download.ts")).measureDownload(source),
  read: async ({ source }) => (await import("./measure-read.ts")).measureRead(source),
  changes: async ({ source, ids = [] }) => (await import("./measure-changes.ts")).measureChanges(source, ids),
  sync: async ({ source, databaseUrl = "", mode = "sync" }) =>
    (await import("./measure-sync.ts")).measureSync(source, databaseUrl, mode),
  peer: async ({ source, databaseUrl = "" }) =>
    (await import("./measure-peer.ts")).measurePeer(source, databaseUrl),
} satisfies Record<string, (task: Omit<Task, "kind">) => Promise<Measurement>>;

/** Answers the process that started this one, and lets go of it. */
export async function runTask(task: Task): Promise<void> {
  let result: TaskResult;
  try {
    result = { measured: await MEASUREMENTS[task.kind](task) };
  } catch (error) {
    result = { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(result, () => process.disconnect());
}

// What a run is given, and what it has in hand while it goes.
import type { Kysely } from "kysely";
import type { DataverseClient } from "../../dataverse/client.ts";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import type { Clock } from "../../lib/clock.ts";
import type { NewTeammate } from "../../teammates/teammates.ts";
import type { BegunRun } from "./start-run.ts";
import type { RunSummary } from "./run-record.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import type { BrakeLimits } from "../../settings/brake.ts";
import type { RunUsage } from "../tables.ts";

export type Progress =
  | { readonly stage: "connect" | "plan" | "finish" }
  | { readonly stage: "read"; readonly done: number; readonly expected: number | undefined }
  | { readonly stage: "apply"; readonly done: number; readonly total: number };

export type RunContext = {
  readonly database: Database;
  readonly client: DataverseClient;
  readonly settings: SyncSettings;
  /** Who works here, as a connection file may say; saved before owners are looked up among them. */
  readonly teammates?: readonly NewTeammate[];
  readonly clock: Clock;
  /** More accounts than this are refused before anything is written. */
  readonly maxAccounts: number;
  /** How much a plan that nobody looked at may change; any amount, if absent. */
  readonly brake?: BrakeLimits;
  /** `runId` is the run that the progress is of: a run that was cut off goes on before a new one reads. */
  readonly onProgress?: (progress: Progress, runId: number) => void;
  /** Called when a plan was found worth applying, in the transaction from which on it is written. */
  readonly onApply?: (trx: Kysely<Tables>) => Promise<void>;
  /** Called in the transaction in which the run is done, before anything else there. */
  readonly onDone?: (trx: Kysely<Tables>, run: Pick<RunSummary, "id" | "mode">) => Promise<void>;
  /** Called when a run that begins here has its row: from then on others can ask it to stop. */
  readonly onBegun?: (begun: BegunRun) => void;
  /** Called before each chunk is written: aborts the signal if somebody wants the run to stop. */
  readonly lookForStop?: () => Promise<void>;
  readonly signal?: AbortSignal;
};

export type Running = BegunRun & {
  readonly context: RunContext;
  /** The client counts from its start; a run counts from its own. */
  readonly usageBefore: RunUsage;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress, runId?: number) => void;
};

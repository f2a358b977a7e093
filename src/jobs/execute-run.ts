// Executes one run in this process: opens its connection, watches for cancellation, saves its
// progress, records how it ended, and notifies people.
import { loadConnection, resolveAttention } from "../connections/connection.ts";
import { workspaceTimeZone } from "../connections/schedule/time-zone.ts";
import { fetchViewName } from "../connections/setup/views.ts";
import type { OpenConnection } from "../connections/sign-in/open-client.ts";
import type { Log } from "../lib/log.ts";
import type { RunContext, LeasedRun } from "../sync/record/run-context.ts";
import type { OpenContext, executeRun } from "../sync/run.ts";
import { RunError, RunStopped } from "../sync/record/run-errors.ts";
import { precomputeFixes } from "../sync/report/suggested-fixes.ts";
import type { SyncSettings } from "../settings/sync-settings.ts";
import { openRunTelemetry, type RunCounters } from "./run-telemetry.ts";
import { createProgressWriter } from "./progress.ts";
import { recordFailure } from "./record-failure.ts";
import type { RequestDeps } from "./requests.ts";
import { watchForCancellation, type CancellationWatch } from "./cancellation-watch.ts";

export type ExecutionDeps = RequestDeps & {
  readonly log: Log;
  readonly maxAccounts: number;
  /** Teammates that a connection file lists. */
  readonly teammates?: RunContext["teammates"];
  /** Notifies people of a run that has ended, needs approval, or could not be applied. */
  readonly notify?: (runId: number) => Promise<void>;
  /** Counts runs and their usage, for the metrics of this process. */
  readonly counters?: RunCounters | undefined;
};

export type ExecutionParams = {
  readonly settings: SyncSettings;
  readonly execute: typeof executeRun;
  readonly onApply?: RunContext["onApply"];
};

export type RunExecution = {
  /** Resolves when the run has ended; never rejects. */
  readonly ended: Promise<void>;
  readonly abortController: AbortController;
  readonly watch: CancellationWatch;
};

export function startExecution(deps: ExecutionDeps, run: LeasedRun, params: ExecutionParams): RunExecution {
  const { database, clock, log, maxAccounts, teammates } = deps;
  const { settings, execute, onApply } = params;
  const db = database.kysely;
  const abortController = new AbortController();
  const { signal } = abortController;
  const telemetry = openRunTelemetry(deps, run);
  const progress = createProgressWriter(deps, run.lease.fence, telemetry.usage);
  const watch = watchForCancellation(database, run, (reason) => abortController.abort(reason));
  let connection: OpenConnection | undefined;

  const openContext: OpenContext = async () => {
    connection = await deps.open({ signal });
    await telemetry.trackClient(connection.client.usage);
    await checkOrganization(connection, run, signal);
    await fetchViewName(db, connection.client, settings, signal);
    const { brake } = await loadConnection(db);
    const timeZone = await workspaceTimeZone(db);
    return {
      database,
      clock,
      maxAccounts,
      settings,
      source: connection.source,
      signal,
      checkCancellation: () => watch.check(),
      brake,
      timeZone,
      onProgress: (now, runId) => {
        telemetry.recordProgress(now, runId);
        progress.update(now, runId);
      },
      ...(teammates && { teammates }),
      ...(onApply && { onApply }),
      onDone: resolveAttention,
    };
  };

  const onFailure: NonNullable<LeasedRun["onFailure"]> = (reason, record) =>
    recordFailure(deps, run, { reason: signal.aborted ? signal.reason : reason, signal, record });

  async function executeAndClose(): Promise<void> {
    try {
      const summary = await execute(deps, { ...run, onFailure }, openContext);
      if (summary.status === "planned" && !signal.aborted)
        await precomputeFixes(database, { ...summary, counts: summary }, settings.options);
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (!(reason instanceof RunStopped)) log.error(`Run ${run.runId} failed.`, { err: reason });
    } finally {
      watch.close();
      await progress.close();
      await connection?.close();
      await telemetry.finish();
    }
  }

  const ended = executeAndClose()
    .catch((error: unknown) => log.error(`How run ${run.runId} ended could not be recorded.`, { err: error }))
    .then(() => deps.notify?.(run.runId))
    .catch((error: unknown) =>
      log.error(`Nobody was notified of run ${run.runId}; a worker tries again.`, { err: error }),
    );
  return { ended, abortController, watch };
}

/** The address may have come to belong to another organisation. */
async function checkOrganization(
  { client }: OpenConnection,
  { organizationId }: LeasedRun,
  signal: AbortSignal,
): Promise<void> {
  const identity = await client.whoAmI(signal);
  if (identity.organizationId !== organizationId)
    throw new RunError(
      "The address leads to another Dynamics 365 organisation than the one that was connected. Connect it again.",
    );
}

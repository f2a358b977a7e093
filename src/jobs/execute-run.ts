// Executes one run in this process: opens its connection, watches for cancellation, saves its
// progress, records how it ended, and notifies people.
import { dynamicsSource } from "../sync/source/dynamics.ts";
import { attentionOf } from "../connections/status/attention.ts";
import { loadConnection, setAttention, resolveAttention } from "../connections/connection.ts";
import { fetchViewName } from "../connections/setup/views.ts";
import type { OpenConnection } from "../connections/sign-in/open-client.ts";
import { isDiskFull } from "../db/errors.ts";
import type { Log } from "../lib/log.ts";
import type { RunContext, LeasedRun } from "../sync/record/run-context.ts";
import type { OpenContext, executeRun } from "../sync/run.ts";
import { RunError, RunStopped } from "../sync/record/run-errors.ts";
import { precomputeFixes } from "../sync/report/suggested-fixes.ts";
import type { SyncSettings } from "../settings/sync-settings.ts";
import { openRunTelemetry, type RunCounters } from "./run-telemetry.ts";
import { createProgressWriter } from "./progress.ts";
import type { RequestDeps } from "./requests.ts";
import { watchForCancellation, type CancellationWatch } from "./cancellation-watch.ts";

const DISK_FULL_RETRY_MS = 5_000;

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
  const telemetry = openRunTelemetry(deps, run);
  const progress = createProgressWriter(deps, run.lease.fence, telemetry.usage);
  const watch = watchForCancellation(database, run, (reason) => abortController.abort(reason));
  let connection: OpenConnection | undefined;

  const openContext: OpenContext = async () => {
    connection = await deps.open({ signal: abortController.signal });
    await telemetry.trackClient(connection.client.usage);
    await checkOrganization(connection, run, abortController.signal);
    await fetchViewName(db, connection.client, settings, abortController.signal);
    const { brake } = await loadConnection(db);
    return {
      database,
      clock,
      maxAccounts,
      settings,
      source: dynamicsSource(connection.client),
      signal: abortController.signal,
      checkCancellation: () => watch.check(),
      brake,
      onProgress: (now, runId) => {
        telemetry.recordProgress(now, runId);
        progress.update(now, runId);
      },
      ...(teammates && { teammates }),
      ...(onApply && { onApply }),
      onDone: resolveAttention,
    };
  };

  async function executeAndClose(): Promise<void> {
    try {
      const summary = await execute(deps, { ...run, onFailure }, openContext);
      if (summary.status === "planned" && !abortController.signal.aborted)
        await precomputeFixes(database, { ...summary, counts: summary }, settings.options);
    } catch (error) {
      const reason: unknown = abortController.signal.aborted ? abortController.signal.reason : error;
      if (!(reason instanceof RunStopped)) log.error(`Run ${run.runId} came to an error.`, { err: reason });
    } finally {
      watch.close();
      await progress.close();
      await connection?.close();
      await telemetry.finish();
    }
  }

  async function raiseAttention(reason: unknown): Promise<void> {
    const attention = attentionOf(
      abortController.signal.aborted ? abortController.signal.reason : reason,
      run.runId,
    );
    // The failure of a preview says nothing about the saved settings, unless its sign-in failed.
    const isProposal =
      run.mode === "plan" && (attention?.place === "accounts" || attention?.place === "fields");
    if (!attention || isProposal) return;
    await setAttention(db, attention).catch((error: unknown) => {
      if (isDiskFull(error)) throw error;
      log.error(`What to do about run ${run.runId} could not be noted.`, { err: error });
    });
  }

  /**
   * Retries while the disk is full. The lease is held until then, because a run that is claimed again
   * would fail in the same way at once.
   */
  async function onFailure(reason: unknown, record: () => Promise<void>): Promise<void> {
    const signal = AbortSignal.any([abortController.signal, run.lease.signal]);
    for (let isLogged = false; ; isLogged = true) {
      try {
        await raiseAttention(reason);
        return await record();
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        if (!isLogged)
          log.error(
            `The disk of the database is full, so not even how run ${run.runId} ended can be written. Make space; it is tried again every few seconds.`,
            { err: error },
          );
        await clock.sleep(DISK_FULL_RETRY_MS, signal);
      }
    }
  }

  const ended = executeAndClose()
    .catch((error: unknown) => log.error(`How run ${run.runId} ended could not be noted.`, { err: error }))
    .then(() => deps.notify?.(run.runId))
    .catch((error: unknown) =>
      log.error(`Nobody was told of run ${run.runId} yet; a worker does it later.`, { err: error }),
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

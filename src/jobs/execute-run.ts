// One run, carried out by this process: opens what it needs, watches whether somebody wants it to stop, writes how far it is,
// and tells people how it ended.
import { dynamicsSource } from "../sync/source/dynamics.ts";
import { attentionOf } from "../connections/status/attention.ts";
import { loadConnection, setAttention, settleAttention } from "../connections/connection.ts";
import { learnViewName } from "../connections/setup/views.ts";
import type { OpenConnection } from "../connections/sign-in/open-client.ts";
import { isDiskFull } from "../db/away.ts";
import type { Log } from "../lib/log.ts";
import type { RunContext, LeasedRun } from "../sync/record/run-context.ts";
import type { OpenContext, executeRun } from "../sync/run.ts";
import { RunError, RunStopped } from "../sync/record/run-errors.ts";
import { prepareRemedies } from "../sync/report/suggested-fixes.ts";
import type { SyncSettings } from "../settings/sync-settings.ts";
import { openLedger, type RunCounters } from "./run-telemetry.ts";
import { progressWriter } from "./progress.ts";
import type { RequestParts } from "./requests.ts";
import { watchForStop, type StopWatch } from "./cancellation-watch.ts";

const WRITE_AGAIN_MS = 5_000;

export type CarryParts = RequestParts & {
  readonly log: Log;
  readonly maxAccounts: number;
  /** Who works here, as a connection file may say. */
  readonly teammates?: RunContext["teammates"];
  /** Tells people of a run that has ended, waits, or could not be applied. */
  readonly notify?: (runId: number) => Promise<void>;
  /** Counts runs and what they use, for the metrics of this process. */
  readonly counters?: RunCounters | undefined;
};

export type HowToCarry = {
  readonly settings: SyncSettings;
  readonly work: typeof executeRun;
  readonly onApply?: RunContext["onApply"];
};

export type CarriedRun = {
  /** Never rejects. */
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  readonly watch: StopWatch;
};

export function carryRun(parts: CarryParts, begun: LeasedRun, how: HowToCarry): CarriedRun {
  const { database, clock, log, maxAccounts, teammates } = parts;
  const { settings, work, onApply } = how;
  const db = database.kysely;
  const stop = new AbortController();
  const ledger = openLedger(parts, begun);
  const progress = progressWriter(parts, begun.lease.fence, ledger.usage);
  const watch = watchForStop(database, begun, (reason) => stop.abort(reason));
  let connected: OpenConnection | undefined;

  const open: OpenContext = async () => {
    connected = await parts.open({ signal: stop.signal });
    await ledger.uses(connected.client.usage);
    await checkOrganization(connected, begun, stop.signal);
    await learnViewName(db, connected.client, settings, stop.signal);
    const { brake } = await loadConnection(db);
    return {
      database,
      clock,
      maxAccounts,
      settings,
      source: dynamicsSource(connected.client),
      signal: stop.signal,
      checkCancellation: () => watch.look(),
      brake,
      onProgress: (now, runId) => {
        ledger.note(now, runId);
        progress.note(now, runId);
      },
      ...(teammates && { teammates }),
      ...(onApply && { onApply }),
      onDone: settleAttention,
    };
  };

  async function workAndTell(): Promise<void> {
    try {
      const summary = await work(parts, { ...begun, onFailure }, open);
      if (summary.status === "planned" && !stop.signal.aborted)
        await prepareRemedies(database, { ...summary, counts: summary }, settings.options);
    } catch (error) {
      const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
      if (!(reason instanceof RunStopped)) log.error(`Run ${begun.runId} came to an error.`, { err: reason });
    } finally {
      watch.end();
      await progress.end();
      await connected?.close();
      await ledger.end();
    }
  }

  async function raiseAttention(reason: unknown): Promise<void> {
    const attention = attentionOf(stop.signal.aborted ? stop.signal.reason : reason, begun.runId);
    // What is only proposed, and fails, says nothing about what is saved; who signs in does.
    const isProposal =
      begun.mode === "plan" && (attention?.place === "accounts" || attention?.place === "fields");
    if (!attention || isProposal) return;
    await setAttention(db, attention).catch((error: unknown) => {
      if (isDiskFull(error)) throw error;
      log.error(`What to do about run ${begun.runId} could not be noted.`, { err: error });
    });
  }

  /** On a full disk, when there is space again. Until then the run stays in hand: taken anew, it would fail in the same way at once. */
  async function onFailure(reason: unknown, write: () => Promise<void>): Promise<void> {
    const signal = AbortSignal.any([stop.signal, begun.lease.signal]);
    for (let isSaid = false; ; isSaid = true) {
      try {
        await raiseAttention(reason);
        return await write();
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        if (!isSaid)
          log.error(
            `The disk of the database is full, so not even how run ${begun.runId} ended can be written. Make space; it is tried again every few seconds.`,
            { err: error },
          );
        await clock.sleep(WRITE_AGAIN_MS, signal);
      }
    }
  }

  const ended = workAndTell()
    .catch((error: unknown) => log.error(`How run ${begun.runId} ended could not be noted.`, { err: error }))
    .then(() => parts.notify?.(begun.runId))
    .catch((error: unknown) =>
      log.error(`Nobody was told of run ${begun.runId} yet; a worker does it later.`, { err: error }),
    );
  return { ended, stop, watch };
}

/** The address may lead to another organisation than the one that was connected. */
async function checkOrganization(
  { client }: OpenConnection,
  { organizationId }: LeasedRun,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.whoAmI(signal);
  if (found.organizationId !== organizationId)
    throw new RunError(
      "The address leads to another Dynamics 365 organisation than the one that was connected. Connect it again.",
    );
}

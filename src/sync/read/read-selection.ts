// Reads the selection: everything; what changed, by a sweep of ids and versions; or the records of
// some issues. Then looks up missing records, and stages blocked ones that may be unblocked.
import { readAhead } from "../../lib/read-ahead.ts";
import { lookUpHolders, lookUpMissing, type ReadState } from "./missing-records.ts";
import { createDrafter } from "../draft/draft.ts";
import { KnownRecords, loadKnownRecords } from "./known-records.ts";
import type { ActiveRun } from "../record/run-context.ts";
import type { Prepared } from "./prepare.ts";
import { readPages, finishStaging, TooManyAccountsError, type ReadResult } from "./stage-rows.ts";
import { retriedIds } from "./retry-selection.ts";
import { compareStoreToLastRun, stageBlocked, stageUnreadBlocked } from "./stage-blocked.ts";

/**
 * Above this share of changed accounts, reading everything is cheaper: a request by ids returns 500
 * rows, a page 5,000. Below the minimum, reading by ids takes a few requests and is always cheaper.
 */
const FULL_READ_SHARE = 0.2;
const FULL_READ_MIN_CHANGES = 1_000;
/**
 * Pages buffered while the known records load: at most about 60 MB of a sweep, 50 MB of full rows.
 */
const SWEEP_PAGES_AHEAD = 100;
const ROW_PAGES_AHEAD = 4;

/** Loads the known records; for a retry none, so that it stages whatever it reads. */
export function loadKnown({ context, organizationId, mode }: ActiveRun): Promise<KnownRecords> {
  if (mode === "retry") return Promise.resolve(new KnownRecords(0));
  return loadKnownRecords(context.database, organizationId);
}

/**
 * Reads and stages what the mode of the run demands.
 * @param loading the known records, in which each record read is marked
 * @throws TooManyAccountsError, and what the source throws
 */
export function readSelection(
  run: ActiveRun,
  prepared: Prepared,
  loading: Promise<KnownRecords>,
): Promise<ReadResult> {
  if (run.mode === "retry") return readRetried(run, prepared, loading);
  return run.mode === "changes"
    ? readChanges(run, prepared, loading)
    : readEverything(run, prepared, loading);
}

function expectedOf({ count }: KnownRecords): number | undefined {
  return count > 0 ? count : undefined;
}

async function readEverything(
  run: ActiveRun,
  prepared: Prepared,
  loading: Promise<KnownRecords>,
): Promise<ReadResult> {
  const { signal, reportProgress } = run;
  const drafter = createDrafter(prepared.rules);
  const rows = prepared.records.read(drafter.columns, signal);
  const pages = readAhead(rows, loading, ROW_PAGES_AHEAD);
  const known = await loading;
  const onPage = (done: number) => reportProgress({ stage: "read", done, expected: expectedOf(known) });
  onPage(0);
  await readPages(pages, { run, drafter, known, onPage });
  return completeRead({ run, prepared, known, drafter });
}

/** Reads the rows whose version changed (rule 16). After a change of settings all rows are read. */
async function readChanges(
  run: ActiveRun,
  prepared: Prepared,
  loading: Promise<KnownRecords>,
): Promise<ReadResult> {
  const { context, organizationId, signal, reportProgress } = run;
  const { database, source, maxAccounts } = context;
  const comparison = await compareStoreToLastRun(database, organizationId, prepared.settingsHash);
  if (comparison.store === "other-settings" || !source.capabilities.versions)
    return readEverything(run, prepared, loading);
  const pages = readAhead(prepared.records.versions(signal), loading, SWEEP_PAGES_AHEAD);
  const known = await loading;
  const changed = new Set<string>();
  let swept = 0;
  const onPage = () => reportProgress({ stage: "read", done: swept, expected: expectedOf(known) });
  onPage();
  for await (const page of pages) {
    swept += page.length;
    if (swept > maxAccounts * 2) throw new TooManyAccountsError(maxAccounts);
    for (const { id, version } of page) {
      const index = known.find(id);
      if (index >= 0 && known.isCurrent(index, Number(version))) known.markUnchanged(index);
      else changed.add(id);
    }
    onPage();
  }
  if (changed.size > Math.max(FULL_READ_MIN_CHANGES, swept * FULL_READ_SHARE))
    return readEverything(run, prepared, loadKnown(run));
  const drafter = createDrafter(prepared.rules);
  const rows = prepared.records.fetch([...changed], drafter.columns, signal);
  await readPages(rows, { run, drafter, known });
  return completeRead({ run, prepared, known, drafter });
}

/**
 * Reads the records of a retry, and those whose accounts stand in their way. Retried records that
 * are deleted, inactive or not in the view are not read; the next full run looks up why.
 */
async function readRetried(
  run: ActiveRun,
  prepared: Prepared,
  loading: Promise<KnownRecords>,
): Promise<ReadResult> {
  const { context, organizationId, signal, reportProgress } = run;
  const { database } = context;
  const drafter = createDrafter(prepared.rules);
  const known = await loading;
  const ids = await retriedIds(database, run.runId);
  const onPage = (done: number) => reportProgress({ stage: "read", done, expected: ids.length });
  onPage(0);
  const selected = await prepared.records.filterSelected(ids, signal);
  const pages = prepared.records.fetch(selected, drafter.columns, signal);
  await readPages(pages, { run, drafter, known, onPage });
  if (context.source.capabilities.missingRecords) await lookUpHolders({ run, prepared, known, drafter });
  const { revision: storeRevision } = await compareStoreToLastRun(
    database,
    organizationId,
    prepared.settingsHash,
  );
  return {
    ...(await finishStaging(run, known)),
    storeUnchanged: false,
    noChanges: false,
    storeRevision,
  };
}

/** Completes a read of the whole selection: looks up missing records, and stages blocked ones. */
async function completeRead(state: ReadState): Promise<ReadResult> {
  const { run, prepared, known } = state;
  const { context, organizationId } = run;
  const { database, source } = context;
  const looksUp = source.capabilities.missingRecords;
  const notRead = looksUp ? known.linkedIdsNotRead({ deletedToo: run.mode !== "changes" }) : [];
  const { changed: changedLinks } = await lookUpMissing(state, notRead);
  const unreadBlocked = known.blockedIdsNotRead();
  await stageUnreadBlocked(run, unreadBlocked);
  const read = await finishStaging(run, known);
  const { store, revision: storeRevision } = await compareStoreToLastRun(
    database,
    organizationId,
    prepared.settingsHash,
  );
  const storeUnchanged = store === "unchanged";
  const noChanges = storeUnchanged && read.staged + changedLinks + unreadBlocked.length === 0;
  if (noChanges) return { ...read, storeUnchanged, noChanges, storeRevision };
  const restaged = await stageBlocked(run, storeUnchanged ? "affected" : "all");
  const looksUpHolders = looksUp && run.mode === "changes" && known.hasDeleted();
  const added = looksUpHolders ? await lookUpHolders(state) : 0;
  return {
    unchanged: read.unchanged - restaged.synced,
    skipped: read.skipped - restaged.skipped,
    staged: read.staged + restaged.synced + restaged.skipped + added,
    storeUnchanged,
    noChanges,
    storeRevision,
  };
}

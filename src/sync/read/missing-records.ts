// Missing records: linked ones that were not read (rules 0 and 11). Why is looked up by id and
// never inferred. `plan/` decides what becomes of their accounts.
import { sql } from "kysely";
import { copyRows, encodeCopyRow } from "../../db/copy.ts";
import type { RawRow } from "../../dataverse/model.ts";
import type { Drafter } from "../draft/draft.ts";
import type { ActiveRun } from "../record/run-context.ts";
import type { MissingRecord } from "../source/source.ts";
import type { KnownRecords } from "./known-records.ts";
import type { Prepared } from "./prepare.ts";
import { readPages } from "./stage-rows.ts";

/** What a read needs to add records to it. */
export type ReadState = {
  readonly run: ActiveRun;
  readonly prepared: Prepared;
  readonly known: KnownRecords;
  readonly drafter: Drafter;
};

async function* onePage(rows: readonly RawRow[]): AsyncGenerator<readonly RawRow[]> {
  yield rows;
}

export type LookedUp = {
  /** Links that may have to change. */
  readonly changed: number;
  /** Records that belong to the selection after all, and were staged. */
  readonly staged: number;
};

/** Looks up why records were not read and stores the answers. */
export async function lookUpMissing(state: ReadState, ids: readonly string[]): Promise<LookedUp> {
  const { run, prepared, known, drafter } = state;
  if (ids.length === 0) return { changed: 0, staged: 0 };
  const { records, missed } = await prepared.records.lookUpMissing(ids, {
    columns: drafter.columns,
    whichWereRead: (some) => whichWereRead(state, some),
    signal: run.signal,
  });
  if (missed.length > 0) await readPages(onePage(missed), { run, drafter, known });
  const found = run.mode === "retry" ? await readSelectedWinners(state, records) : records;
  return { changed: await storeLookups(run, found), staged: missed.length };
}

async function whichWereRead({ run, known }: ReadState, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ record_id: string }>`
    select record_id from ${sql.table(`run_drafts_${run.runId}`)}
    where record_id = any(${ids}::uuid[])`.execute(run.context.database.kysely);
  const staged = new Set(rows.map((row) => row.record_id));
  return ids.filter((id) => staged.has(id) || known.wasRead(id));
}

/**
 * Reads the winners that are selected, since a retry reads only some records of the selection.
 * @returns the same records, with the winners that were read
 */
async function readSelectedWinners(
  state: ReadState,
  records: ReadonlyMap<string, MissingRecord>,
): Promise<ReadonlyMap<string, MissingRecord>> {
  const winners = new Set<string>();
  for (const record of records.values())
    if (record.reason === "merged" && record.winnerReason === "left-view") winners.add(record.winner);
  const read = new Set(await readSelected(state, [...winners]));
  return new Map(
    [...records].map(([id, record]) => [
      id,
      record.reason === "merged" && read.has(record.winner) ? { ...record, winnerReason: null } : record,
    ]),
  );
}

/** Reads those of the records that are selected. @returns which they are */
async function readSelected(state: ReadState, ids: readonly string[]): Promise<string[]> {
  const { run, prepared, known, drafter } = state;
  if (ids.length === 0) return [];
  const selected = await prepared.records.filterSelected(ids, run.signal);
  await readPages(prepared.records.fetch(selected, drafter.columns, run.signal), { run, drafter, known });
  return whichWereRead(state, ids);
}

/**
 * Looks up the records whose accounts have a name or domain of a draft, as far as nothing says yet
 * why they were not read: all such records in a retry, otherwise those that count as deleted. A
 * retry reads the selected ones, so that it decides as a full run would. What is read may concern
 * further accounts.
 * @returns how many records were staged
 */
export async function lookUpHolders(state: ReadState): Promise<number> {
  let staged = 0;
  for (;;) {
    const ids = await unexplainedHolders(state.run);
    if (ids.length === 0) return staged;
    const read = new Set(state.run.mode === "retry" ? await readSelected(state, ids) : []);
    const unread = ids.filter((id) => !read.has(id));
    staged += read.size + (await lookUpMissing(state, unread)).staged;
  }
}

async function unexplainedHolders({
  context,
  runId,
  organizationId,
  mode,
}: ActiveRun): Promise<readonly string[]> {
  const drafts = sql.table(`run_drafts_${runId}`);
  const { rows } = await sql<{ record_id: string }>`
    select l.record_id from account_links l
    where l.organization_id = ${organizationId} and (${mode === "retry"}::boolean or l.stop_reason = 'deleted')
      and l.account_id in (
        select a.id from accounts a join ${drafts} d using (name_key)
        union all
        select held.account_id from ${drafts} d cross join lateral unnest(d.domains) domain
          join account_domains held using (domain))
      and not exists (select from ${drafts} d where d.record_id = l.record_id)
      and not exists (select from run_lookups k where k.run_id = ${runId} and k.record_id = l.record_id)
    order by l.record_id`.execute(context.database.kysely);
  return rows.map((row) => row.record_id);
}

/** @returns how many links may have to change */
async function storeLookups(
  { transaction, runId, organizationId, mode }: ActiveRun,
  records: ReadonlyMap<string, MissingRecord>,
): Promise<number> {
  if (records.size === 0) return 0;
  function* rows(): Generator<string> {
    for (const [id, record] of records) {
      const { winner, winnerReason } =
        record.reason === "merged" ? record : { winner: null, winnerReason: null };
      yield encodeCopyRow([runId, id, record.reason, winner, winnerReason]);
    }
  }
  return transaction(async ({ client, kysely }) => {
    await copyRows(
      client,
      `copy run_lookups_${runId} (run_id, record_id, reason, winner_id, winner_reason) from stdin`,
      rows(),
    );
    // Only a full run changes why a link of a deleted record stopped: others look up some of them.
    const keepsDeleted = mode === "changes" || mode === "retry";
    const changed = await sql<{ is_changed: boolean }>`
      update ${sql.table(`run_lookups_${runId}`)} k
      set previous_reason = l.stop_reason,
        keeps_reason = ${keepsDeleted}::boolean and l.stop_reason is not distinct from 'deleted',
        is_changed = not (${keepsDeleted}::boolean and l.stop_reason is not distinct from 'deleted') and (
          k.reason is distinct from l.stop_reason
          or k.reason = 'merged' and not exists (
            select from account_links winner
            where winner.organization_id = l.organization_id and winner.record_id = k.winner_id
              and winner.account_id = l.merged_into))
      from account_links l
      where l.organization_id = ${organizationId} and l.record_id = k.record_id
        and k.record_id = any(${[...records.keys()]}::uuid[])
      returning is_changed`.execute(kysely);
    return changed.rows.filter((row) => row.is_changed).length;
  });
}

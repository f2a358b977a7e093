// Why linked records of Dynamics 365 were not read: looked up by id, and a merged record's master
// after master, up to the record that is not merged any further (rules 0 and 11).
import type { DataverseClient } from "../../dataverse/client.ts";
import type { AccountSelection, RawRow } from "../../dataverse/model.ts";
import type { MissingRecord, MissingRecords, MissingRequest } from "./source.ts";

/** Above this many missing records a sweep (5,000 ids a request) is cheaper than a lookup by id. */
const SWEEP_THRESHOLD = 5_000;
/** Masters that are followed from one record. */
const MAX_MASTERS = 32;

/** A record that exists; a merged one is inactive and has a master. */
type Found = { readonly isActive: boolean; readonly master: string | undefined };
type Selected = { readonly client: DataverseClient; readonly selection: AccountSelection };

export async function lookUpMissing(
  { client, selection }: Selected,
  ids: readonly string[],
  { columns, whichWereRead, signal }: MissingRequest,
): Promise<MissingRecords> {
  const found = new Map<string, Found>();
  const read = new Set<string>();
  if (selection.kind === "view" && ids.length > SWEEP_THRESHOLD) {
    const wanted = new Set(ids);
    for await (const page of client.sweepAccounts({ kind: "all" }, signal)) {
      for (const { id } of page) if (wanted.has(id)) found.set(id, { isActive: true, master: undefined });
    }
  }
  await lookUp(client, found, { ids: ids.filter((id) => !found.has(id)), signal });
  for (let masters = mastersOf(found.values()), hop = 1; masters.length > 0 && hop <= MAX_MASTERS; hop++) {
    for (const id of await whichWereRead(masters)) read.add(id);
    const unknown = masters.filter((id) => !read.has(id) && !found.has(id));
    masters = mastersOf((await lookUp(client, found, { ids: unknown, signal })).values());
  }
  const missed =
    selection.kind === "all" ? await readMissed(client, found, { columns, whichWereRead, signal }) : [];
  for (const row of missed) read.add(idOf(row));
  const records = new Map<string, MissingRecord>();
  for (const id of ids) if (!read.has(id)) records.set(id, explain(id, { found, read, selection }));
  return { records, missed };
}

function mastersOf(records: Iterable<Found>): string[] {
  return [...new Set([...records].flatMap(({ master }) => master ?? []))];
}

/** Looks records up and adds them to `found`; @returns those that exist. */
async function lookUp(
  client: DataverseClient,
  found: Map<string, Found>,
  { ids, signal }: { readonly ids: readonly string[]; readonly signal: AbortSignal },
): Promise<Map<string, Found>> {
  const added = new Map<string, Found>();
  if (ids.length === 0) return added;
  for await (const page of client.fetchByIds(ids, ["_masterid_value"], signal)) {
    for (const row of page) added.set(idOf(row), foundOf(row));
  }
  for (const [id, record] of added) found.set(id, record);
  return added;
}

function foundOf(row: RawRow): Found {
  const isActive = row["statecode"] === 0;
  const master = row["_masterid_value"];
  // A record that somebody activated again keeps its master and is not merged any more.
  return { isActive, master: isActive || typeof master !== "string" ? undefined : master.toLowerCase() };
}

/**
 * Reads the active records that a read of all active ones did not return. Most missing records are
 * inactive for good and looked up in each run, so columns are read of the active ones only.
 */
async function readMissed(
  client: DataverseClient,
  found: Map<string, Found>,
  { columns, signal }: MissingRequest,
): Promise<RawRow[]> {
  const active = [...found].filter(([, { isActive }]) => isActive).map(([id]) => id);
  const missed: RawRow[] = [];
  if (active.length === 0) return missed;
  for (const id of active) found.delete(id);
  for await (const page of client.fetchByIds(active, columns, signal)) {
    for (const row of page) {
      if (row["statecode"] === 0) missed.push(row);
      else found.set(idOf(row), { isActive: false, master: undefined });
    }
  }
  return missed;
}

type Known = {
  readonly found: ReadonlyMap<string, Found>;
  readonly read: ReadonlySet<string>;
  readonly selection: AccountSelection;
};

function explain(id: string, known: Known): MissingRecord {
  const record = known.found.get(id);
  if (record === undefined) return { reason: "deleted" };
  if (record.master === undefined) return { reason: reasonOf(record) };
  const winner = winnerOf(record.master, known);
  if (winner === undefined) return { reason: "deactivated" };
  const other = known.read.has(winner) ? undefined : known.found.get(winner);
  return { reason: "merged", winner, winnerReason: other === undefined ? null : reasonOf(other) };
}

/**
 * Of a record that exists, was not read and is not merged. Active ones are missing only in a view.
 */
function reasonOf({ isActive }: Found): "left-view" | "deactivated" {
  return isActive ? "left-view" : "deactivated";
}

/** @returns undefined if the masters form a circle, are too many, or one cannot be read */
function winnerOf(first: string, { found, read }: Known): string | undefined {
  let id = first;
  for (let hop = 1; hop <= MAX_MASTERS; hop++) {
    if (read.has(id)) return id;
    const record = found.get(id);
    if (record === undefined) return undefined;
    if (record.master === undefined) return id;
    id = record.master;
  }
  return undefined;
}

function idOf(row: RawRow): string {
  return String(row["accountid"]).toLowerCase();
}

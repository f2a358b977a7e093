// Dynamics 365 as a source: the selection is a view or all active accounts.
import type { StopReason } from "../../accounts/tables.ts";
import type { DataverseClient } from "../../dataverse/client.ts";
import { DataverseError } from "../../dataverse/http/errors.ts";
import type { AccountSelection, RawRow } from "../../dataverse/model.ts";
import type { Selection } from "../../settings/sync-settings.ts";
import { AttentionError } from "../rules/attention-error.ts";
import type { MissingRecords, SelectedRecords, Source } from "./source.ts";

/** Above this many missing records a sweep (5,000 ids a request) is cheaper than a lookup by id. */
const SWEEP_THRESHOLD = 5_000;

const GUID = /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i;

export function dynamicsSource(client: DataverseClient): Source {
  return {
    origin: "dynamics",
    capabilities: { missingRecords: true, versions: true },
    identity: (signal) => client.whoAmI(signal),
    columns: (signal) => client.accountColumns(signal),
    users: (signal) => client.users(signal),
    select: async (selection, signal) =>
      selectedRecords(client, await resolveSelection(client, selection, signal)),
    isColumnGone: (error) =>
      error instanceof DataverseError && (error.code === "column-not-found" || error.code === "view-broken"),
    usage: client.usage,
  };
}

/**
 * Finds a view by its id, or by a name that only one view has.
 * @throws AttentionError, DataverseError
 */
export async function resolveSelection(
  client: DataverseClient,
  selection: Selection,
  signal?: AbortSignal,
): Promise<AccountSelection> {
  if (selection.kind === "all") return { kind: "all" };
  if (GUID.test(selection.view)) return { kind: "view", view: await client.view(selection.view, signal) };
  const named = (await client.views(signal)).filter((view) => view.name === selection.view);
  if (named.length === 1) return { kind: "view", view: named[0]! };
  if (named.length === 0) {
    throw new AttentionError(
      "view-not-found",
      `There is no view "${selection.view}" that the connected user can see. Choose another one ("sluice views" lists them), or ask its owner to share it.`,
    );
  }
  throw new AttentionError(
    "view-not-found",
    `${named.length} views are called "${selection.view}". Name the one you mean by its id ("sluice views" lists them).`,
  );
}

function selectedRecords(client: DataverseClient, selection: AccountSelection): SelectedRecords {
  return {
    read: (columns, signal) => client.readAccounts(selection, columns, signal),
    versions: (signal) => client.sweepAccounts(selection, signal),
    fetch: (ids, columns, signal) => fetchActive(client, selection, { ids, columns, signal }),
    filterSelected: (ids, signal) =>
      selection.kind === "all" ? Promise.resolve(ids) : idsInView(client, selection, ids, signal),
    lookUpMissing: (ids, columns, signal) => lookUpMissing(client, selection, { ids, columns, signal }),
  };
}

type RowRequest = {
  readonly ids: readonly string[];
  readonly columns: readonly string[];
  readonly signal: AbortSignal;
};

/** Reads records by their ids, without those that were deactivated since they were selected. */
async function* fetchActive(
  client: DataverseClient,
  selection: AccountSelection,
  { ids, columns, signal }: RowRequest,
): AsyncGenerator<RawRow[]> {
  for await (const page of client.fetchByIds(ids, columns, signal))
    yield selection.kind === "all" ? page.filter((row) => row["statecode"] === 0) : page;
}

/**
 * Sweeps the view (two columns, 5,000 accounts a request), since only its query knows its records.
 */
async function idsInView(
  client: DataverseClient,
  selection: AccountSelection,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const wanted = new Set(ids);
  const found = new Set<string>();
  for await (const page of client.sweepAccounts(selection, signal)) {
    for (const { id } of page) if (wanted.has(id)) found.add(id);
    if (found.size === wanted.size) break;
  }
  return [...found];
}

async function lookUpMissing(
  client: DataverseClient,
  selection: AccountSelection,
  { ids, columns, signal }: RowRequest,
): Promise<MissingRecords> {
  const stopReasons = new Map<string, StopReason>(ids.map((id) => [id, "deleted"]));
  const missed: RawRow[] = [];
  if (selection.kind === "view" && ids.length > SWEEP_THRESHOLD) {
    for await (const page of client.sweepAccounts({ kind: "all" }, signal)) {
      for (const { id } of page) if (stopReasons.has(id)) stopReasons.set(id, "left-view");
    }
  }
  const unknown = ids.filter((id) => stopReasons.get(id) === "deleted");
  const reason: StopReason = selection.kind === "all" ? "deactivated" : "left-view";
  const active: string[] = [];
  for await (const row of rowsOf(client.fetchByIds(unknown, [], signal))) {
    if (selection.kind === "all" && row["statecode"] === 0) active.push(idOf(row));
    else stopReasons.set(idOf(row), reason);
  }
  // Most are inactive for good and looked up in each run, so columns are read of active ones only.
  for await (const row of rowsOf(client.fetchByIds(active, columns, signal))) {
    if (row["statecode"] === 0) {
      stopReasons.delete(idOf(row));
      missed.push(row);
    } else stopReasons.set(idOf(row), reason);
  }
  return { stopReasons, missed };
}

async function* rowsOf(pages: AsyncIterable<readonly RawRow[]>): AsyncGenerator<RawRow> {
  for await (const page of pages) yield* page;
}

function idOf(row: RawRow): string {
  return String(row["accountid"]).toLowerCase();
}

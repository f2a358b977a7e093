// Dynamics 365 as a source: the selection is a view or all active accounts.
import type { DataverseClient } from "../../dataverse/client.ts";
import { DataverseError } from "../../dataverse/http/errors.ts";
import type { AccountSelection, RawRow } from "../../dataverse/model.ts";
import type { Selection } from "../../settings/sync-settings.ts";
import { AttentionError } from "../rules/attention-error.ts";
import { lookUpMissing } from "./dynamics-missing.ts";
import type { SelectedRecords, Source } from "./source.ts";

const GUID = /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i;

export function dynamicsSource(client: DataverseClient): Source {
  return {
    origin: "dynamics",
    capabilities: { missingRecords: true, versions: true },
    identity: (signal) => client.whoAmI(signal),
    columns: (languages, signal) => client.accountColumns(languages, signal),
    baseLanguage: (signal) => client.baseLanguage(signal),
    userLanguage: (signal) => client.userLanguage(signal),
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
    lookUpMissing: (ids, request) => lookUpMissing({ client, selection }, ids, request),
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

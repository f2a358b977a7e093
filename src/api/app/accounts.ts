// Routes of accounts: lists, search, downloads, single accounts, history, excluded records.
import type { Kysely } from "kysely";
import { z } from "zod";
import { validateEntry, type Entry } from "../../accounts/validate-entry.ts";
import type { AccountQuery } from "../../accounts/list/filters.ts";
import { customFields } from "../../accounts/custom-fields.ts";
import { accountDetails } from "../../accounts/details.ts";
import { domainListsOf, loadDomainSettings } from "../../accounts/domains/settings.ts";
import type { Editor } from "../../accounts/edits.ts";
import { excludedRecords, includeRecord } from "../../accounts/excluded.ts";
import { accountHistory, type HistoryEntry } from "../../accounts/history.ts";
import { exportList } from "../../accounts/list/export-list.ts";
import { accountPage, countAccounts } from "../../accounts/list/list.ts";
import { createAccount, deleteAccount, editAccount, unlinkAccounts } from "../../accounts/store.ts";
import type { ConnectedSource, SyncedColumns } from "../../accounts/synced-fields.ts";
import { spreadsheetCsv } from "../../csv/write-csv.ts";
import { requireUnlinkable } from "../../accounts/unlinkable.ts";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import type { Clock } from "../../lib/clock.ts";
import { NIL_UUID } from "../../lib/nil-uuid.ts";
import { unlinkEffect } from "../../sync/plan/unlink-effect.ts";
import {
  accountFilter,
  accountRoutes as routes,
  type AccountDetails,
  type HistoryEntry as HistoryEntryView,
} from "../contract/accounts.ts";
import type { Download } from "../downloads.ts";
import { ApiError, implement, requireTeammate, type Caller, type Implementation } from "../implement.ts";

export type AccountDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly download: Download;
  /** The connected organisation; null if nothing is connected. */
  readonly source: () => Promise<ConnectedSource | null>;
  readonly timeZone: () => Promise<string>;
};

export function accountRoutes(deps: AccountDeps): Implementation[] {
  return [...listRoutes(deps), ...oneAccountRoutes(deps), ...unlinkRoutes(deps), ...excludedRoutes(deps)];
}

function listRoutes({ database, source, timeZone, download }: AccountDeps): Implementation[] {
  const db = database.kysely;
  const toQuery = async ({ filters, ...rest }: SearchInput): Promise<AccountQuery> => ({
    ...rest,
    filters: filters === undefined ? [] : parseFilters(filters),
    organizationId: (await source())?.organizationId ?? null,
    timeZone: await timeZone(),
  });
  return [
    implement(routes.listAccounts, async ({ query: { limit, after, sort, ...rest } }) => {
      const page = await accountPage(db, { ...(await toQuery(rest)), limit, after, sort });
      return { accounts: page.accounts.map(serialize), next: page.next };
    }),
    implement(routes.countAccounts, async ({ query }) => ({
      count: await countAccounts(db, await toQuery(query)),
    })),
    implement(routes.exportAccounts, async ({ query }, _, exchange) => {
      const rowBatches = await exportList(database, { ...(await toQuery(query)), sort: query.sort });
      await download(exchange, "accounts.csv", spreadsheetCsv(rowBatches));
      return undefined;
    }),
  ];
}

type SearchInput = Pick<AccountQuery, "q" | "sync"> & { readonly filters?: string | undefined };

const MAX_FILTERS = 20;

function parseFilters(text: string): AccountQuery["filters"] {
  try {
    return z.array(accountFilter).max(MAX_FILTERS).parse(JSON.parse(text));
  } catch {
    throw new ApiError(
      400,
      "invalid",
      `"filters" must be JSON of at most ${MAX_FILTERS} filters, such as [{"field":"name","is":"contains","value":"acme"}].`,
      "filters",
    );
  }
}

function oneAccountRoutes({ database, clock, source }: AccountDeps): Implementation[] {
  const db = database.kysely;
  const requireAccount = async (id: number) => requireDetails(db, id, await source());
  const validated = async (entry: Entry, synced: SyncedColumns) => {
    const teammates = await db.selectFrom("teammates").select("id").execute();
    return validateEntry(entry, {
      fields: await customFields(db),
      teammateIds: new Set(teammates.map(({ id }) => id)),
      domainLists: domainListsOf(await loadDomainSettings(db)),
      synced,
    });
  };
  return [
    implement(routes.createAccount, async ({ body }, caller) => {
      const { name = "", fields = {}, ...rest } = await validated(body, {});
      const filled = Object.entries(fields).flatMap(([id, value]) => (value === null ? [] : [[id, value]]));
      const account = { ...rest, name, fields: Object.fromEntries(filled), origin: "manual" as const };
      const id = await createAccount(database, account, editorOf(caller), clock.now());
      return { account: detailsView(await requireAccount(id)) };
    }),
    implement(routes.getAccount, async ({ params: { id } }) => ({
      account: detailsView(await requireAccount(id)),
    })),
    implement(routes.editAccount, async ({ params: { id }, body }, caller) => {
      const { link } = await requireAccount(id);
      await editAccount(
        database,
        id,
        await validated(body, link?.columns ?? {}),
        editorOf(caller),
        clock.now(),
      );
      return { account: detailsView(await requireAccount(id)) };
    }),
    implement(routes.deleteAccount, async ({ params: { id }, query }, caller) => {
      const exclude = query.exclude === "true";
      if (exclude && requireTeammate(caller).role === "teammate")
        throw new ApiError(
          403,
          "not-allowed",
          "Only an admin of the workspace may keep a record out of the sync. Delete the account alone, or ask one.",
          "exclude",
        );
      await requireAccount(id);
      await deleteAccount(database, id, { exclude }, editorOf(caller), clock.now());
    }),
    implement(routes.getHistory, async ({ params: { id }, query }) => {
      const { entries, next } = await accountHistory(db, id, query.after);
      return {
        entries: entries.map(historyView),
        next,
      };
    }),
  ];
}

async function requireDetails(db: Kysely<Tables>, id: number, source: ConnectedSource | null) {
  const details = await accountDetails(db, id, source);
  if (!details)
    throw new ApiError(404, "not-found", `There is no account ${id}. It may have been deleted meanwhile.`);
  return details;
}

function unlinkRoutes({ database, clock, source }: AccountDeps): Implementation[] {
  const db = database.kysely;
  const organizationId = async () => (await source())?.organizationId ?? NIL_UUID;
  const requireStopped = async (id: number) => {
    await requireDetails(db, id, null);
    await requireUnlinkable(db, id);
  };
  return [
    implement(routes.previewUnlink, async ({ params: { id } }) => {
      await requireStopped(id);
      return { effect: await unlinkEffect(database, await organizationId(), { accountId: id }) };
    }),
    implement(routes.unlinkAccount, async ({ params: { id } }, caller) => {
      await requireStopped(id);
      const unlinked = await unlinkAccounts(database, { accountId: id }, editorOf(caller), clock.now());
      // A run may have linked it again meanwhile.
      if (unlinked === 0) await requireStopped(id);
      return { account: detailsView(await requireDetails(db, id, await source())) };
    }),
    implement(routes.previewUnlinkLeftView, async () => {
      const leftViewOf = await organizationId();
      return { effect: await unlinkEffect(database, leftViewOf, { leftViewOf }) };
    }),
    implement(routes.unlinkLeftView, async (_, caller) => ({
      unlinked: await unlinkAccounts(
        database,
        { leftViewOf: await organizationId() },
        editorOf(caller),
        clock.now(),
      ),
    })),
  ];
}

function excludedRoutes({ database }: AccountDeps): Implementation[] {
  return [
    implement(routes.listExcluded, async () => ({ records: [...(await excludedRecords(database.kysely))] })),
    implement(routes.includeRecord, async ({ params: { recordId } }) => {
      if (await includeRecord(database, recordId)) return;
      throw new ApiError(404, "not-found", `The record ${recordId} is not kept out of the sync.`);
    }),
  ];
}

function editorOf(caller: Caller): Editor {
  const { id, name, email } = requireTeammate(caller);
  return { kind: "teammate", id, name: name || email };
}

type Serialized<T> = Omit<T, "updatedAt" | "domains"> & { updatedAt: string; domains: string[] };

function serialize<T extends { readonly updatedAt: Date; readonly domains: readonly string[] }>(
  account: T,
): Serialized<T> {
  return { ...account, updatedAt: account.updatedAt.toISOString(), domains: [...account.domains] };
}

function historyView(entry: HistoryEntry): HistoryEntryView {
  return { ...entry, at: entry.at.toISOString(), changes: [...entry.changes] };
}

function detailsView(account: NonNullable<Awaited<ReturnType<typeof accountDetails>>>): AccountDetails {
  const { link } = account;
  return {
    ...serialize(account),
    createdAt: account.createdAt.toISOString(),
    link: link && {
      ...link,
      lastSyncedAt: link.lastSyncedAt?.toISOString() ?? null,
      synced: Object.keys(link.columns),
      columns: Object.fromEntries(Object.entries(link.columns).map(([key, columns]) => [key, [...columns]])),
    },
  };
}

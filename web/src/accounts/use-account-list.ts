// Loads the list of accounts for the search parameters.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { accountRoutes } from "../../../src/api/contract/accounts.ts";
import { pagedQuery, routeQuery } from "../client/queries.ts";
import type { AccountsSearch } from "./search-params.ts";

export const DEFAULT_SORT = "name";
const STALE_AFTER_MS = 5 * 60_000;
const PAGE_SIZE = 200;

function filterQuery({ q, sync, filters }: AccountsSearch) {
  return { q, sync, filters: filters && filters.length > 0 ? JSON.stringify(filters) : undefined };
}

/** Whether the list shows only a part of the accounts. */
export function isFilteredSearch(search: AccountsSearch): boolean {
  return Object.values(filterQuery(search)).some((part) => part !== undefined);
}

/** The query of the list, which the export uses too. */
export function listQuery(search: AccountsSearch) {
  return { ...filterQuery(search), sort: search.sort ?? DEFAULT_SORT };
}

export function useAccountList(search: AccountsSearch) {
  const pages = useInfiniteQuery({
    ...pagedQuery(accountRoutes.listAccounts, { query: { ...listQuery(search), limit: PAGE_SIZE } }),
    placeholderData: keepPreviousData,
    // A refetch loads every page again, so it happens after changes or a long time only.
    staleTime: STALE_AFTER_MS,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const count = useQuery({
    ...routeQuery(accountRoutes.countAccounts, { query: filterQuery(search) }),
    placeholderData: keepPreviousData,
  });
  return { pages, total: count.data?.count };
}

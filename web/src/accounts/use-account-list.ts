// The list as the server is asked for it, from what the address holds.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { accountRoutes } from "../../../src/api/contract/accounts.ts";
import { pagesOf, queryOf } from "../client/queries.ts";
import type { AccountsSearch } from "./search-params.ts";

export const DEFAULT_SORT = "name";
const FRESH_MS = 5 * 60_000;
const PAGE = 200;

function asked({ q, sync, filters }: AccountsSearch) {
  return { q, sync, filters: filters && filters.length > 0 ? JSON.stringify(filters) : undefined };
}

/** Whether the list shows a part of the accounts. */
export function isSearching(search: AccountsSearch): boolean {
  return Object.values(asked(search)).some((part) => part !== undefined);
}

/** What the export of exactly this list is asked with. */
export function listingOf(search: AccountsSearch) {
  return { ...asked(search), sort: search.sort ?? DEFAULT_SORT };
}

export function useListing(search: AccountsSearch) {
  const pages = useInfiniteQuery({
    ...pagesOf(accountRoutes.listAccounts, { query: { ...listingOf(search), limit: PAGE } }),
    placeholderData: keepPreviousData,
    // Asking again means every page one has seen. It is done when something changes here, or one comes back later.
    staleTime: FRESH_MS,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const count = useQuery({
    ...queryOf(accountRoutes.countAccounts, { query: asked(search) }),
    placeholderData: keepPreviousData,
  });
  return { pages, found: count.data?.count };
}

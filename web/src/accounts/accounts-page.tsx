// The Accounts Manager: any number of accounts, searched, filtered, sorted; the address holds how.
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { IconDownload, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { accountRoutes, syncState } from "../../../src/api/contract/accounts.ts";
import { addressOf } from "../client/call-route.ts";
import { queryOf } from "../client/queries.ts";
import { Page } from "../components/page.tsx";
import { Problem } from "../components/error-alert.tsx";
import { AccountGrid } from "./account-grid.tsx";
import { ChooseColumns } from "./column-picker.tsx";
import { columnsOf, SYNC_WORDS, useChosenColumns } from "./columns.ts";
import { AddFilter, FilterChips } from "./filters.tsx";
import { ImportMenu } from "./import-menu.tsx";
import { DEFAULT_SORT, isSearching, listingOf, useListing } from "./use-account-list.ts";
import { NewAccount } from "./new-account.tsx";
import { NoAccounts } from "./no-accounts.tsx";
import type { AccountsSearch } from "./search-params.ts";
import { SyncLine } from "./accounts-summary.tsx";
import styles from "./accounts.module.css";

const route = getRouteApi("/shell/contacts/accounts");
const SEARCH_AFTER_MS = 250;

const STATES = [
  { value: "", label: "All accounts" },
  ...syncState.options.map((value) => ({ value, label: SYNC_WORDS[value] })),
];

export function AccountsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = useMediaQuery("(max-width: 700px)", undefined, { getInitialValueInEffect: false }) ?? false;
  const fields = useQuery(queryOf(accountRoutes.listFields, {})).data?.fields ?? [];
  const all = columnsOf(fields);
  const { columns, choose } = useChosenColumns(all);
  const { pages, found } = useListing(search);
  const accounts = pages.data?.pages.flatMap((page) => page.accounts) ?? [];
  const [creating, setCreating] = useState(false);
  const [typed, setTyped] = useState(search.q ?? "");
  const box = useRef<HTMLInputElement>(null);
  const enterList = useRef<(() => void) | null>(null);

  const change = (part: Partial<AccountsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const find = useDebouncedCallback((q: string) => change({ q: q || undefined }), SEARCH_AFTER_MS);
  const type = (q: string) => {
    setTyped(q);
    find(q);
  };
  // Back, forward and links change what is searched for, too; what is being typed right now comes first.
  const [applied, setApplied] = useState(search.q);
  if (search.q !== applied) {
    setApplied(search.q);
    if (!find.isPending()) setTyped(search.q ?? "");
  }
  const clear = () => {
    setTyped("");
    change({ q: undefined, sync: undefined, filters: undefined });
  };
  const focusBox = () => box.current?.focus();
  useHotkeys([
    ["/", focusBox],
    ["mod+K", focusBox],
  ]);

  // ↓ means the list that was asked for, not the one that still stands there.
  const isSettled = typed === (search.q ?? "") && !pages.isPlaceholderData;
  const waiting = useRef(false);
  const enter = () => {
    find.flush();
    if (isSettled) enterList.current?.();
    else waiting.current = true;
  };
  useEffect(() => {
    if (!isSettled || !waiting.current) return;
    waiting.current = false;
    enterList.current?.();
  }, [isSettled]);

  const searching = isSearching(search);
  const isEmpty = pages.isSuccess && accounts.length === 0;
  const filtering = {
    fields,
    filters: search.filters ?? [],
    onChange: (filters: NonNullable<AccountsSearch["filters"]>) => change({ filters }),
  };
  return (
    <Page
      title="Accounts"
      line={<SyncLine found={found} searching={searching} />}
      filled
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setCreating(true)}
          >
            New account
          </Button>
          <ImportMenu />
        </>
      }
    >
      <div className={styles.toolbar}>
        <TextInput
          ref={box}
          className={styles.search ?? ""}
          type="search"
          aria-label="Search accounts"
          placeholder="Search name, domain, field…  /"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") enter();
            if (event.key === "Escape") {
              if (typed === "") box.current?.blur();
              else type("");
            }
          }}
        />
        <Select
          aria-label="State in the sync"
          className={styles.choice ?? ""}
          data={STATES}
          value={search.sync ?? ""}
          onChange={(value) => change({ sync: syncState.safeParse(value).data })}
        />
        <AddFilter {...filtering} />
        {!narrow && <ChooseColumns all={all} shown={columns} onChange={choose} />}
        <Button
          component="a"
          href={addressOf(accountRoutes.exportAccounts, { query: listingOf(search) })}
          download
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Export
        </Button>
      </div>
      <FilterChips {...filtering} />
      {pages.error && (
        <div className={styles.chips}>
          <Problem error={pages.error}>
            <Button variant="default" onClick={() => void pages.refetch()}>
              Try again
            </Button>
          </Problem>
        </div>
      )}
      {isEmpty ? (
        <NoAccounts searching={searching} onClear={clear} onCreate={() => setCreating(true)} />
      ) : (
        <AccountGrid
          // Another search or order begins at the top again.
          key={JSON.stringify(listingOf(search))}
          accounts={accounts}
          columns={columns}
          found={found}
          narrow={narrow}
          sort={search.sort ?? DEFAULT_SORT}
          onSort={(sort) => change({ sort: sort === DEFAULT_SORT ? undefined : sort })}
          loading={pages.isPending || pages.isFetchingNextPage}
          hasMore={pages.hasNextPage}
          loadMore={() => void pages.fetchNextPage()}
          enter={enterList}
          leave={focusBox}
        />
      )}
      <NewAccount opened={creating} onClose={() => setCreating(false)} fields={fields} />
    </Page>
  );
}

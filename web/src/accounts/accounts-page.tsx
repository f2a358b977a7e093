// The Accounts Manager: lists, searches, filters and sorts accounts. The URL holds the search.
import { Button, Select, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconDownload, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { accountRoutes, syncState } from "../../../src/api/contract/accounts.ts";
import { routeUrl } from "../client/call-route.ts";
import { routeQuery } from "../client/queries.ts";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { AccountGrid } from "./account-grid.tsx";
import { ColumnPicker } from "./column-picker.tsx";
import { availableColumns, SYNC_STATE_LABELS, useChosenColumns } from "./columns.ts";
import { AddFilter, FilterChips } from "./filters.tsx";
import { ImportMenu } from "./import-menu.tsx";
import { useAccountSearch } from "./use-account-search.ts";
import { DEFAULT_SORT, isFilteredSearch, listQuery, useAccountList } from "./use-account-list.ts";
import { NewAccountDialog } from "./new-account-dialog.tsx";
import { NoAccounts } from "./no-accounts.tsx";
import type { AccountsSearch } from "./search-params.ts";
import { AccountsSummary } from "./accounts-summary.tsx";
import styles from "./accounts.module.css";

const route = getRouteApi("/shell/contacts/accounts");

const SYNC_STATE_OPTIONS = [
  { value: "", label: "All accounts" },
  ...syncState.options.map((value) => ({ value, label: SYNC_STATE_LABELS[value] })),
];

export function AccountsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = useMediaQuery("(max-width: 700px)", undefined, { getInitialValueInEffect: false }) ?? false;
  const fields = useQuery(routeQuery(accountRoutes.listFields, {})).data?.fields ?? [];
  const allColumns = availableColumns(fields);
  const { columns, choose } = useChosenColumns(allColumns);
  const { pages, total } = useAccountList(search);
  const accounts = pages.data?.pages.flatMap((page) => page.accounts) ?? [];
  const [isCreating, setIsCreating] = useState(false);
  const updateSearch = (part: Partial<AccountsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const searchField = useAccountSearch(search.q, (q) => updateSearch({ q }), pages.isPlaceholderData);
  const clear = () => {
    searchField.setText("");
    updateSearch({ q: undefined, sync: undefined, filters: undefined });
  };
  const isFiltered = isFilteredSearch(search);
  const isEmpty = pages.isSuccess && accounts.length === 0;
  const filterProps = {
    fields,
    filters: search.filters ?? [],
    onChange: (filters: NonNullable<AccountsSearch["filters"]>) => updateSearch({ filters }),
  };
  return (
    <Page
      title="Accounts"
      subtitle={<AccountsSummary total={total} isFiltered={isFiltered} />}
      fullWidth
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setIsCreating(true)}
          >
            New account
          </Button>
          <ImportMenu />
        </>
      }
    >
      <div className={styles.toolbar}>
        <SearchField searchField={searchField} />
        <Select
          aria-label="Sync state"
          className={styles.stateFilter ?? ""}
          data={SYNC_STATE_OPTIONS}
          value={search.sync ?? ""}
          onChange={(value) => updateSearch({ sync: syncState.safeParse(value).data })}
        />
        <AddFilter {...filterProps} />
        {!narrow && <ColumnPicker all={allColumns} shown={columns} onChange={choose} />}
        <Button
          component="a"
          href={routeUrl(accountRoutes.exportAccounts, { query: listQuery(search) })}
          download
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Export
        </Button>
      </div>
      <FilterChips {...filterProps} />
      {pages.error && (
        <div className={styles.chips}>
          <ErrorAlert error={pages.error}>
            <Button variant="default" onClick={() => void pages.refetch()}>
              Try again
            </Button>
          </ErrorAlert>
        </div>
      )}
      {isEmpty ? (
        <NoAccounts isFiltered={isFiltered} onClear={clear} onCreate={() => setIsCreating(true)} />
      ) : (
        <AccountGrid
          // Another search or order starts at the top.
          key={JSON.stringify(listQuery(search))}
          accounts={accounts}
          columns={columns}
          total={total}
          narrow={narrow}
          sort={search.sort ?? DEFAULT_SORT}
          onSort={(sort) => updateSearch({ sort: sort === DEFAULT_SORT ? undefined : sort })}
          loading={pages.isPending || pages.isFetchingNextPage}
          hasMore={pages.hasNextPage}
          loadMore={() => void pages.fetchNextPage()}
          focusListRef={searchField.focusListRef}
          onLeaveTop={searchField.focus}
        />
      )}
      <NewAccountDialog opened={isCreating} onClose={() => setIsCreating(false)} fields={fields} />
    </Page>
  );
}

function SearchField({ searchField }: { searchField: ReturnType<typeof useAccountSearch> }) {
  const { text, onType, input, focusList } = searchField;
  return (
    <TextInput
      ref={input}
      className={styles.search ?? ""}
      type="search"
      aria-label="Search accounts"
      placeholder="Search name, domain, field…  /"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={text}
      onChange={(event) => onType(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "ArrowDown") focusList();
        if (event.key === "Escape") {
          if (text === "") input.current?.blur();
          else onType("");
        }
      }}
    />
  );
}

// The accounts as a grid that draws only the rows in sight: arrows move, Enter opens. On a small screen each account
// is two lines.
import { Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useElementScrollRestoration, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, type RefObject } from "react";
import type { AccountRow } from "../../../src/api/contract/accounts.ts";
import { useRowFocus } from "../components/use-row-focus.ts";
import { AccountCells, AccountLines } from "./account-row.tsx";
import { NAME, trackOf, type Column } from "./columns.ts";
import { HeaderRow } from "./header-row.tsx";
import styles from "./accounts.module.css";

const ROW = 36;
const TWO_LINES = 56;
/** Ask for the next page when this many rows are left below. */
const AHEAD = 40;
const SKELETONS = 12;
const SCROLLED = "accounts";

type Properties = {
  accounts: readonly AccountRow[];
  columns: readonly Column[];
  found: number | undefined;
  sort: string;
  narrow: boolean;
  loading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  onSort: (sort: string) => void;
  /** Set to the function that moves the focus into the list. */
  enter: RefObject<(() => void) | null>;
  /** ↑ on the first row. */
  leave: () => void;
};

export function AccountGrid(properties: Properties) {
  const { accounts, columns, found, narrow, loading, hasMore, loadMore, enter, leave } = properties;
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const rows = accounts.length + (hasMore || loading ? SKELETONS : 0);
  // Who comes back from an account finds the list where it was.
  const left = useElementScrollRestoration({ id: SCROLLED });
  const virtual = useVirtualizer({
    count: rows,
    initialOffset: left?.scrollY ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? TWO_LINES : ROW),
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => virtual.measure(), [narrow, virtual]);
  useEffect(() => {
    if (hasMore && !loading && lastShown > accounts.length - AHEAD) loadMore();
  }, [hasMore, loading, lastShown, accounts.length, loadMore]);

  const rowFocus = useRowFocus({
    list: scroller,
    count: accounts.length,
    scrollTo: virtual.scrollToIndex,
    leave,
  });
  useEffect(() => {
    enter.current = () => rowFocus.focus(0);
  });

  const open = (account: AccountRow) =>
    void navigate({ to: "/contacts/accounts/$id", params: { id: String(account.id) } });

  const { template, min } = trackOf([NAME, ...columns]);
  return (
    <div className={styles.scroller} ref={scroller} data-scroll-restoration-id={SCROLLED}>
      <div
        role="grid"
        aria-label="Accounts"
        aria-rowcount={(found ?? accounts.length) + 1}
        aria-busy={loading}
        className={styles.grid}
        data-narrow={narrow || undefined}
        style={{ "--columns": template, minWidth: narrow ? undefined : min }}
      >
        <HeaderRow columns={columns} sort={properties.sort} onSort={properties.onSort} hidden={narrow} />
        <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start, size }) => {
            const account = accounts[index];
            const place = { transform: `translateY(${start}px)`, height: size };
            if (!account)
              return (
                <div key={`loading-${index}`} aria-hidden className={styles.row} style={place}>
                  <Skeleton height={10} width={`${40 + ((index * 37) % 45)}%`} />
                </div>
              );
            return (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- onKeyDown is the line below
              <div
                key={account.id}
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                ref={(row) => rowFocus.drawn(index, row)}
                tabIndex={index === rowFocus.active ? 0 : -1}
                className={styles.row}
                style={place}
                onFocus={() => rowFocus.setActive(index)}
                onClick={() => open(account)}
                onKeyDown={(event) => (event.key === "Enter" ? open(account) : rowFocus.onKey(event, index))}
              >
                {narrow ? (
                  <AccountLines account={account} columns={columns} />
                ) : (
                  <AccountCells account={account} columns={columns} />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

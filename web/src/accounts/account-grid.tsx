// A virtualized grid of accounts: arrow keys move the focus, Enter opens. On small screens an
// account takes two lines.
import { Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useElementScrollRestoration, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, type RefObject } from "react";
import type { AccountRow } from "../../../src/api/contract/accounts.ts";
import { useRowFocus } from "../components/use-row-focus.ts";
import { AccountCells, CompactAccount } from "./account-row.tsx";
import { NAME_COLUMN, gridTracks, type Column } from "./columns.ts";
import { HeaderRow } from "./header-row.tsx";
import styles from "./accounts.module.css";

const ROW_HEIGHT = 36;
const NARROW_ROW_HEIGHT = 56;
/** Loads the next page when fewer than this many rows are left below. */
const LOAD_AHEAD_ROWS = 40;
const SKELETON_ROWS = 12;
const SCROLL_RESTORATION_ID = "accounts";

type Props = {
  accounts: readonly AccountRow[];
  columns: readonly Column[];
  total: number | undefined;
  sort: string;
  narrow: boolean;
  loading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  onSort: (sort: string) => void;
  /** Set by the grid to the function that focuses its first row. */
  focusListRef: RefObject<(() => void) | null>;
  /** ↑ on the first row. */
  onLeaveTop: () => void;
};

export function AccountGrid(props: Props) {
  const { accounts, columns, total, narrow, loading, hasMore, loadMore, focusListRef, onLeaveTop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const rows = accounts.length + (hasMore || loading ? SKELETON_ROWS : 0);
  // Restores the scroll position when the user comes back from an account.
  const restored = useElementScrollRestoration({ id: SCROLL_RESTORATION_ID });
  const virtualizer = useVirtualizer({
    count: rows,
    initialOffset: restored?.scrollY ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT),
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => virtualizer.measure(), [narrow, virtualizer]);
  useEffect(() => {
    if (hasMore && !loading && lastShown > accounts.length - LOAD_AHEAD_ROWS) loadMore();
  }, [hasMore, loading, lastShown, accounts.length, loadMore]);

  const rowFocus = useRowFocus({
    container: scroller,
    count: accounts.length,
    scrollTo: virtualizer.scrollToIndex,
    onLeaveTop,
  });
  useEffect(() => {
    focusListRef.current = () => rowFocus.focus(0);
  });

  const open = (account: AccountRow) =>
    void navigate({ to: "/contacts/accounts/$id", params: { id: String(account.id) } });

  const { template, min } = gridTracks([NAME_COLUMN, ...columns]);
  return (
    <div className={styles.scroller} ref={scroller} data-scroll-restoration-id={SCROLL_RESTORATION_ID}>
      <div
        role="grid"
        aria-label="Accounts"
        aria-rowcount={(total ?? accounts.length) + 1}
        aria-busy={loading}
        className={styles.grid}
        data-narrow={narrow || undefined}
        style={{ "--columns": template, minWidth: narrow ? undefined : min }}
      >
        <HeaderRow columns={columns} sort={props.sort} onSort={props.onSort} hidden={narrow} />
        <div role="rowgroup" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start, size }) => {
            const account = accounts[index];
            const position = { transform: `translateY(${start}px)`, height: size };
            if (!account)
              return (
                <div key={`loading-${index}`} aria-hidden className={styles.row} style={position}>
                  <Skeleton height={10} width={`${40 + ((index * 37) % 45)}%`} />
                </div>
              );
            return (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see onKeyDown
              <div
                key={account.id}
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                ref={(row) => rowFocus.onRowMount(index, row)}
                tabIndex={index === rowFocus.active ? 0 : -1}
                className={styles.row}
                style={position}
                onFocus={() => rowFocus.setActive(index)}
                onClick={() => open(account)}
                onKeyDown={(event) =>
                  event.key === "Enter" ? open(account) : rowFocus.onKeyDown(event, index)
                }
              >
                {narrow ? (
                  <CompactAccount account={account} columns={columns} />
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

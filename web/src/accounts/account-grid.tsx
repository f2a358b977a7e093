// The accounts as a grid that draws only the rows in sight: arrows move, Enter opens. On a small screen each account
// is two lines.
import { Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useElementScrollRestoration, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { AccountRow } from "../../../src/api/contract/accounts.ts";
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

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

/** Where a key leads from row `at`; undefined if it is none that moves. */
function stepped(key: string, at: number, last: number): number | undefined {
  const step = STEPS[key];
  return step === undefined ? undefined : Math.min(Math.max(at + step, 0), last);
}

export function AccountGrid(properties: Properties) {
  const { accounts, columns, found, narrow, loading, hasMore, loadMore, enter, leave } = properties;
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const [active, setActive] = useState(0);
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

  /** A row that gets the focus as soon as it is drawn, which may be after scrolling to it. */
  const wanted = useRef<number | null>(null);
  const focusRow = (index: number) => {
    setActive(index);
    virtual.scrollToIndex(index);
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (row) row.focus({ preventScroll: true });
    else wanted.current = index;
  };
  const drawn = (index: number) => (row: HTMLElement | null) => {
    if (!row || wanted.current !== index) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  };
  useEffect(() => {
    enter.current = () => focusRow(0);
  });

  const open = (account: AccountRow) =>
    void navigate({ to: "/contacts/accounts/$id", params: { id: String(account.id) } });

  const onKey = (event: KeyboardEvent, index: number, account: AccountRow) => {
    if (event.key === "Enter") return open(account);
    if (event.key === "ArrowUp" && index === 0) return leave();
    const next = stepped(event.key, index, accounts.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    focusRow(next);
  };

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
                ref={drawn(index)}
                tabIndex={index === Math.min(active, accounts.length - 1) ? 0 : -1}
                className={styles.row}
                style={place}
                onFocus={() => setActive(index)}
                onClick={() => open(account)}
                onKeyDown={(event) => onKey(event, index, account)}
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

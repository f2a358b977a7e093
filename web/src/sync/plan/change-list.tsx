// A virtualized list of all changes of a plan, loaded page by page.
import { Skeleton } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { runRoutes, type RunView, type PlanFilterAction } from "../../../../src/api/contract/runs.ts";
import { pagedQuery } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { useRowFocus } from "../../components/use-row-focus.ts";
import { ChangeRow } from "./change-row.tsx";
import styles from "./plan.module.css";

const ESTIMATED_ROW_HEIGHT = 46;

/** The scroll container around the list, and the list's offset in it. */
function useScrollContainer() {
  const list = useRef<HTMLDivElement>(null);
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const container = list.current?.closest<HTMLElement>("[data-scroll-container]") ?? null;
    setScroller(container);
    if (!container) return;
    const measure = () => {
      if (!list.current) return;
      const { top } = list.current.getBoundingClientRect();
      setOffset(Math.round(top - container.getBoundingClientRect().top + container.scrollTop));
    };
    measure();
    // Content above the list changes its height when it expands.
    const observer = new ResizeObserver(measure);
    for (const child of container.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  return { list, scroller, offset };
}

type Props = {
  run: RunView;
  action: PlanFilterAction | undefined;
  q: string;
  /** Set by the list to the function that focuses its first row. */
  focusListRef: RefObject<(() => void) | null>;
};

export function ChangeList({ run, action, q, focusListRef }: Props) {
  const { list, scroller, offset } = useScrollContainer();
  const pages = useInfiniteQuery({
    ...pagedQuery(runRoutes.listChanges, {
      params: { id: run.id },
      query: { action, q: q === "" ? undefined : q, limit: 100 },
    }),
    placeholderData: keepPreviousData,
  });
  const changes = pages.data?.pages.flatMap((page) => page.changes) ?? [];
  const rows = useVirtualizer({
    count: changes.length,
    getScrollElement: () => scroller,
    estimateSize: () => ESTIMATED_ROW_HEIGHT,
    getItemKey: (index) => changes[index]?.seq ?? index,
    scrollMargin: offset,
    overscan: 10,
  });
  const { active, setActive, focus, onRowMount, onKeyDown } = useRowFocus({
    container: list,
    count: changes.length,
    scrollTo: rows.scrollToIndex,
  });
  useEffect(() => {
    focusListRef.current = () => focus(0);
  });
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= changes.length - 20) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, lastShown, changes.length, fetchNextPage]);
  return (
    <div ref={list} className={styles.changes}>
      {pages.error && <ErrorAlert error={pages.error} />}
      {pages.isPending && <Skeleton height={ESTIMATED_ROW_HEIGHT * 6} />}
      {pages.data && changes.length === 0 && (
        <p className={styles.noMatch} role="status">
          {q === "" && action === undefined
            ? "No changes: the accounts match Dynamics 365."
            : "No account in this plan matches."}
        </p>
      )}
      <div
        role="list"
        aria-label="Accounts of the plan"
        aria-busy={pages.isFetching}
        style={{ height: rows.getTotalSize(), position: "relative" }}
      >
        {shown.map(({ index, start }) => {
          const change = changes[index];
          return (
            change && (
              // ↑ and ↓ move along the rows, and Enter opens the account.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
              <div
                key={change.seq}
                role="listitem"
                data-index={index}
                ref={(row) => {
                  rows.measureElement(row);
                  onRowMount(index, row);
                }}
                // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as above
                tabIndex={index === active ? 0 : -1}
                className={styles.row}
                style={{ transform: `translateY(${start - offset}px)` }}
                onFocus={() => setActive(index)}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && event.target === event.currentTarget)
                    event.currentTarget.querySelector("a")?.click();
                  else onKeyDown(event, index);
                }}
              >
                <ChangeRow change={change} isDone={run.status === "done"} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

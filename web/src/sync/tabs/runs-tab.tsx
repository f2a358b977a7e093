// Lists all runs, newest first.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { runRoutes } from "../../../../src/api/contract/runs.ts";
import { pagedQuery } from "../../client/queries.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { AnchorLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { runName, formatRunStatus, formatTrigger } from "../run/format-run.ts";
import styles from "./tabs.module.css";

export function RunsTab() {
  const pages = useInfiniteQuery(pagedQuery(runRoutes.listRuns, { query: {} }));
  if (pages.error) return <ErrorAlert error={pages.error} />;
  if (!pages.data) return <Skeleton height={240} />;
  const runs = pages.data.pages.flatMap((page) => page.runs);
  if (runs.length === 0)
    return (
      <EmptyState title="No runs yet">
        A run appears here as soon as accounts are synced or previewed.
      </EmptyState>
    );
  return (
    <>
      <ul className={styles.runs}>
        {runs.map((run) => {
          const { text, tone } = formatRunStatus(run);
          return (
            <li key={run.id}>
              <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run: run.id }}>
                {runName(run)}
              </AnchorLink>
              <span className={styles.outcome}>
                <StatusTag tone={tone}>{text}</StatusTag>
              </span>
              <span className={styles.muted}>{formatTrigger(run)}</span>
              <span className={styles.muted}>
                <RelativeTime at={run.startedAt} />
              </span>
            </li>
          );
        })}
      </ul>
      {pages.hasNextPage && (
        <Button
          variant="subtle"
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Show older runs
        </Button>
      )}
    </>
  );
}

// Every run, newest first; each opens its plan, which is also its history.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { runRoutes } from "../../../../src/api/contract/runs.ts";
import { pagesOf } from "../../client/queries.ts";
import { Empty } from "../../components/empty-state.tsx";
import { AnchorLink } from "../../components/links.tsx";
import { Meant } from "../../components/status-tag.tsx";
import { Moment } from "../../components/relative-time.tsx";
import { Problem } from "../../components/error-alert.tsx";
import { runName, statusInWords } from "../run/format-run.ts";
import styles from "./tabs.module.css";

export function RunsTab() {
  const pages = useInfiniteQuery(pagesOf(runRoutes.listRuns, { query: {} }));
  if (pages.error) return <Problem error={pages.error} />;
  if (!pages.data) return <Skeleton height={240} />;
  const runs = pages.data.pages.flatMap((page) => page.runs);
  if (runs.length === 0)
    return <Empty title="No runs yet">A run appears here as soon as accounts are synced or previewed.</Empty>;
  return (
    <>
      <ul className={styles.runs}>
        {runs.map((run) => {
          const { words, meaning } = statusInWords(run);
          return (
            <li key={run.id}>
              <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run: run.id }}>
                {runName(run)}
              </AnchorLink>
              <span className={styles.outcome}>
                <Meant of={meaning}>{words}</Meant>
              </span>
              <span className={styles.soft}>{run.startedBy ?? "by itself"}</span>
              <span className={styles.soft}>
                <Moment at={run.startedAt} />
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

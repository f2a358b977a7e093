// Every run, newest first; each opens its plan, which is also its history.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { runRoutes } from "../../../../src/api/contract/runs.ts";
import { pagesOf } from "../../client/queries.ts";
import { Empty } from "../../look/empty.tsx";
import { AnchorLink } from "../../look/links.tsx";
import { Meant } from "../../look/meaning.tsx";
import { Moment } from "../../look/moment.tsx";
import { Problem } from "../../look/problem.tsx";
import { runName, statusInWords } from "../run/run-words.ts";
import styles from "./pages.module.css";

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

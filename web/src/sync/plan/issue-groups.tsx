// What could not be synced, by kind: why, how to resolve it, and where a setting of ours would do, what it would do.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { runRoutes, type IssueGroup, type RunView } from "../../../../src/api/contract/runs.ts";
import { pagesOf, queryOf } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import { sizeOf } from "./issue-group-size.ts";
import { IssueRows } from "./issue-rows.tsx";
import styles from "./plan.module.css";
import { remedyInWords, type Remedy } from "./use-preview.ts";

type Properties = {
  run: RunView;
  onRemedy?: ((remedy: Remedy) => void) | undefined;
};

export function ProblemGroups({ run, onRemedy }: Properties) {
  const { data, error } = useQuery({
    ...queryOf(runRoutes.listProblems, { params: { id: run.id } }),
    staleTime: 300_000,
  });
  if (error) return <Problem error={error} />;
  if (!data) return Object.keys(run.issues).length > 0 ? <Skeleton height={40} mb={12} /> : null;
  if (data.groups.length === 0) return null;
  return (
    <section className={styles.groups} aria-label="Problems">
      {data.groups.map((group) => (
        <ProblemGroup key={group.kind} run={run} group={group} onRemedy={onRemedy} />
      ))}
    </section>
  );
}

function ProblemGroup({ run, group, onRemedy }: Properties & { group: IssueGroup }) {
  const [open, setOpen] = useState(false);
  const { remedy } = group;
  return (
    <div className={styles.group}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <strong>{sizeOf(group)}</strong> · {group.title}
        </summary>
        <p>{group.explanation}</p>
        <p>
          <strong>What to do:</strong> {group.howToResolve}
        </p>
        {open && <ConcernedAccounts run={run} kind={group.kind} />}
      </details>
      {remedy && onRemedy && (
        <Button
          className={styles.remedy ?? ""}
          variant="default"
          size="compact-xs"
          onClick={() => onRemedy(remedy)}
        >
          {remedyInWords(remedy)}
        </Button>
      )}
    </div>
  );
}

function ConcernedAccounts({ run, kind }: { run: RunView; kind: string }) {
  const pages = useInfiniteQuery(
    pagesOf(runRoutes.listRunIssues, { params: { id: run.id }, query: { kind } }),
  );
  return <IssueRows pages={pages} />;
}

// Issues of a plan by kind, notes folded below: why, how to resolve them, and the setting that
// would, with its effect.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { runRoutes, type IssueGroup, type RunView } from "../../../../src/api/contract/runs.ts";
import { pagedQuery, routeQuery } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { BlockingDomains, isDomainConflict } from "./blocking-domains.tsx";
import { FoldedNotes, splitBySeverity } from "./folded-notes.tsx";
import { formatGroupSize } from "./issue-group-size.ts";
import { IssueRows } from "./issue-rows.tsx";
import { PeopleList } from "./people-list.tsx";
import styles from "./plan.module.css";
import { formatFix, type SuggestedFix } from "./use-preview.ts";

type Props = {
  run: RunView;
  onFix?: ((fix: SuggestedFix) => void) | undefined;
};

export function IssueGroups({ run, onFix }: Props) {
  const { data, error } = useQuery({
    ...routeQuery(runRoutes.listProblems, { params: { id: run.id } }),
    staleTime: 300_000,
  });
  if (error) return <ErrorAlert error={error} />;
  if (!data) return Object.keys(run.issues).length > 0 ? <Skeleton height={40} mb={12} /> : null;
  if (data.groups.length === 0) return null;
  const { errors, notes } = splitBySeverity(data.groups);
  const details = (group: IssueGroup) => (
    <IssueGroupDetails key={group.kind} run={run} group={group} onFix={onFix} />
  );
  return (
    <section className={styles.groups} aria-label="Issues">
      {errors.map(details)}
      <FoldedNotes notes={notes}>{notes.map(details)}</FoldedNotes>
    </section>
  );
}

function IssueGroupDetails({ run, group, onFix }: Props & { group: IssueGroup }) {
  const [open, setOpen] = useState(false);
  const { fix } = group;
  return (
    <div className={styles.group}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <strong>{formatGroupSize(group)}</strong> · {group.title}
        </summary>
        <p>{group.explanation}</p>
        <p>
          <strong>What to do:</strong> {group.howToResolve}
        </p>
        {group.people && <PeopleList people={group.people} />}
        {open && <AffectedAccounts run={run} kind={group.kind} />}
      </details>
      {fix && onFix && (
        <Button className={styles.fix ?? ""} variant="default" size="compact-xs" onClick={() => onFix(fix)}>
          {formatFix(fix)}
        </Button>
      )}
      {isDomainConflict(group.kind) && (
        <BlockingDomains
          run={run.id}
          kind={group.kind}
          onAdded={onFix && (() => onFix({ options: {}, label: "", effect: "" }))}
        />
      )}
    </div>
  );
}

function AffectedAccounts({ run, kind }: { run: RunView; kind: string }) {
  const pages = useInfiniteQuery(
    pagedQuery(runRoutes.listRunIssues, { params: { id: run.id }, query: { kind } }),
  );
  return <IssueRows pages={pages} />;
}

// One run: its progress while active, then its plan, to be applied or discarded or as its history.
import { Button, Skeleton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { isActiveRun, runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { AnchorLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { PlanView } from "../plan/plan-view.tsx";
import { usePreview, withOptions } from "../plan/use-preview.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunErrorAlert, RunResult } from "../run/run-result.tsx";
import { formatRequestUsage } from "../run/format-progress.ts";
import { formatRunStatus, formatTrigger, runExplanation, runName } from "../run/format-run.ts";
import { applyLabel, applyRequest } from "../run/plan-actions.ts";
import { useRun } from "../run/use-run.ts";
import type { SyncSearch } from "../search-params.ts";
import { useDraftSettings } from "../setup/draft-settings.ts";
import styles from "./tabs.module.css";

type Props = { id: number; search: SyncSearch; connection: ConnectionView };

export function RunDetails({ id, search, connection }: Props) {
  const navigate = useNavigate();
  const { run, error } = useRun(id);
  const updateSearch = (changed: SyncSearch) =>
    void navigate({ to: "/contacts/accounts/sync", search: { ...search, ...changed } });
  const preview = usePreview((planned) => updateSearch({ run: planned }));
  if (error) return <ErrorAlert error={error} />;
  if (!run) return <Skeleton height={300} />;
  const { text, tone } = formatRunStatus(run);
  const { settings } = run;
  const isPlan = run.status === "planned";
  const explanation = runExplanation(run);
  return (
    <div>
      <p className={styles.breadcrumb}>
        <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs" }}>
          Runs
        </AnchorLink>
        {" / "}
        <strong>{runName(run)}</strong>
      </p>
      {run.status === "done" ? (
        <RunResult run={run} />
      ) : (
        <StatusTag tone={tone} filled>
          {text}
        </StatusTag>
      )}
      <p>
        <span className={styles.muted}>
          started {formatTrigger(run)} <RelativeTime at={run.startedAt} />
          {!isActiveRun(run) && ` · ${formatRequestUsage(run)}`}
        </span>
      </p>
      {explanation !== null && <p>{explanation}</p>}
      <RunErrorAlert run={run} />
      {isActiveRun(run) && <RunProgress run={run} />}
      {isPlan && <PlanActions run={run} connection={connection} />}
      {preview.error && <ErrorAlert error={preview.error} />}
      {run.plannedAt !== null && (
        <div className={styles.plan}>
          <PlanView
            run={run}
            filter={search}
            onFilter={(filter) =>
              void navigate({
                to: "/contacts/accounts/sync",
                search: { ...search, ...filter },
                replace: true,
              })
            }
            onFix={
              isPlan && settings && connection.environment?.fromFile !== true
                ? ({ options }) => preview.start(withOptions(settings, options))
                : undefined
            }
          />
        </div>
      )}
    </div>
  );
}

function PlanActions({ run, connection }: { run: RunView; connection: ConnectionView }) {
  const { discardDraft } = useDraftSettings(connection);
  const invalidates = [
    connectionRoutes.getConnection,
    connectionRoutes.getSyncState,
    runRoutes.getRun,
    runRoutes.listRuns,
  ];
  const apply = useRouteMutation(runRoutes.applyRun, invalidates);
  const discard = useRouteMutation(runRoutes.discardRun, invalidates);
  const error = apply.error ?? discard.error;
  const request = { params: { id: run.id } };
  const { yes, why } = run.applicable;
  const { paused } = connection;
  return (
    <div className={styles.actions}>
      {error && <ErrorAlert error={error} />}
      {yes ? (
        <>
          <p>
            Nothing is written yet. Applying the plan makes exactly these changes and saves its settings.
            {paused && " The sync is paused; applying the plan resumes it."}
          </p>
          <Button
            loading={apply.isPending}
            onClick={() => void apply.mutateAsync(applyRequest(run, paused)).then(discardDraft, () => {})}
          >
            {applyLabel(run.counts, paused)}
          </Button>
        </>
      ) : (
        <p>{why}</p>
      )}
      <Button variant="default" loading={discard.isPending} onClick={() => discard.mutate(request)}>
        Discard the plan
      </Button>
    </div>
  );
}

// One run: while it goes, how far it is; then its plan, to be applied or thrown away, or as the history of what it did.
import { Button, Skeleton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { useCall } from "../../client/queries.ts";
import { AnchorLink } from "../../components/links.tsx";
import { Meant } from "../../components/status-tag.tsx";
import { Moment } from "../../components/relative-time.tsx";
import { Problem } from "../../components/error-alert.tsx";
import { PlanView } from "../plan/plan-view.tsx";
import { usePreview, withOptions } from "../plan/use-preview.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunFailure, RunResult } from "../run/run-result.tsx";
import {
  applyLabel,
  applyRequest,
  budgetInWords,
  isUnderWay,
  runName,
  statusInWords,
  waitInWords,
} from "../run/format-run.ts";
import { useRun } from "../run/use-run.ts";
import type { SyncSearch } from "../search-params.ts";
import { useBegun } from "../setup/draft-settings.ts";
import styles from "./tabs.module.css";

type Properties = { id: number; search: SyncSearch; connection: ConnectionView };

export function RunPage({ id, search, connection }: Properties) {
  const navigate = useNavigate();
  const { run, error } = useRun(id);
  const to = (changed: SyncSearch) =>
    void navigate({ to: "/contacts/accounts/sync", search: { ...search, ...changed } });
  const preview = usePreview((planned) => to({ run: planned }));
  if (error) return <Problem error={error} />;
  if (!run) return <Skeleton height={300} />;
  const { words, meaning } = statusInWords(run);
  const { settings } = run;
  const isPlan = run.status === "planned";
  return (
    <div>
      <p className={styles.crumbs}>
        <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs" }}>
          Runs
        </AnchorLink>
        {" / "}
        <strong>{runName(run)}</strong>
      </p>
      {run.status === "done" ? (
        <RunResult run={run} />
      ) : (
        <Meant of={meaning} filled>
          {words}
        </Meant>
      )}
      <p>
        <span className={styles.soft}>
          started by {run.startedBy ?? "the schedule"} <Moment at={run.startedAt} />
          {!isUnderWay(run) && ` · ${budgetInWords(run)}`}
        </span>
      </p>
      {run.waitsBecause !== null && <p>{waitInWords(run.waitsBecause)}</p>}
      <RunFailure run={run} />
      {isUnderWay(run) && <RunProgress run={run} />}
      {isPlan && <PlanActions run={run} connection={connection} />}
      {preview.error && <Problem error={preview.error} />}
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
            onRemedy={
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
  const { forget } = useBegun(connection);
  const stale = [
    connectionRoutes.getConnection,
    connectionRoutes.getSyncState,
    runRoutes.getRun,
    runRoutes.listRuns,
  ];
  const apply = useCall(runRoutes.applyRun, stale);
  const discard = useCall(runRoutes.discardRun, stale);
  const error = apply.error ?? discard.error;
  const request = { params: { id: run.id } };
  const { yes, why } = run.applicable;
  const { paused } = connection;
  return (
    <div className={styles.actions}>
      {error && <Problem error={error} />}
      {yes ? (
        <>
          <p>
            Nothing of it is written yet. Applying it does exactly this, and saves the settings it was made
            with.
            {paused && " The sync is paused; applying the plan resumes it."}
          </p>
          <Button
            loading={apply.isPending}
            onClick={() => void apply.mutateAsync(applyRequest(run, paused)).then(forget, () => {})}
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

// Steps 4 and 5: previews the plan, and applies exactly that plan. The run's status tells which.
import { Button } from "@mantine/core";
import { connectionRoutes, type SyncSettings } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { AnchorLink, ButtonLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { PlanView, type PlanFilter } from "../plan/plan-view.tsx";
import { usePreview, withOptions, type SuggestedFix } from "../plan/use-preview.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunError, RunResult, RunCounts } from "../run/run-result.tsx";
import { applyLabel, applyRequest, isActive, formatRunStatus, formatWaitReason } from "../run/format-run.ts";
import styles from "./setup.module.css";
import { StepLayout } from "./step-layout.tsx";

type Props = {
  run: RunView;
  settings: SyncSettings;
  /** The sync is paused; applying resumes it. */
  paused: boolean;
  onBack: () => void;
  /** Called when a preview was started, with the settings it plans with. */
  onPreview: (run: number, settings: SyncSettings) => void;
  onApplied: () => void;
  filter: PlanFilter;
  onFilter: (filter: PlanFilter) => void;
};

export function PreviewStep(props: Props) {
  const { run, settings, paused, onBack, onPreview, onApplied, filter, onFilter } = props;
  const preview = usePreview(onPreview);
  const apply = useRouteMutation(runRoutes.applyRun, [connectionRoutes.getConnection, runRoutes.getRun]);
  const previewAgain = (options: SuggestedFix["options"]) => preview.start(withOptions(settings, options));
  const backButton = (
    <Button variant="default" onClick={onBack}>
      Back
    </Button>
  );
  if (isActive(run))
    return (
      <StepLayout title="Planning" footer={backButton}>
        <RunProgress run={run} />
      </StepLayout>
    );
  const isPlan = run.status === "planned";
  const previewAgainButton = (
    <Button
      variant={isPlan && run.applicable.yes ? "default" : "filled"}
      loading={preview.isPending}
      onClick={() => previewAgain({})}
    >
      Preview again
    </Button>
  );
  if (!isPlan)
    return (
      <StepLayout
        title={endedTitle(run)}
        intro="Nothing was written."
        footer={
          <>
            {backButton}
            <span data-align-end />
            {previewAgainButton}
          </>
        }
      >
        <RunError run={run} />
        {preview.error && <ErrorAlert error={preview.error} />}
      </StepLayout>
    );
  return (
    <StepLayout
      title="Preview"
      intro="Nothing is written yet. The sync makes exactly these changes."
      footer={
        <>
          {backButton}
          {!run.applicable.yes && <span className={styles.hint}>{run.applicable.why}</span>}
          {run.applicable.yes && paused && (
            <span className={styles.hint}>The sync is paused; applying the plan resumes it.</span>
          )}
          {run.applicable.yes ? (
            <Button
              data-align-end
              loading={apply.isPending}
              // `mutateAsync`, since the step is unmounted by then and callbacks of `mutate` would
              // not run. The error is shown above.
              onClick={() => void apply.mutateAsync(applyRequest(run, paused)).then(onApplied, () => {})}
            >
              {applyLabel(run.counts, paused)}
            </Button>
          ) : (
            <>
              <span data-align-end />
              {previewAgainButton}
            </>
          )}
        </>
      }
    >
      {apply.error && <ErrorAlert error={apply.error}>{previewAgainButton}</ErrorAlert>}
      {preview.error && <ErrorAlert error={preview.error} />}
      {preview.isPending && <p role="status">Starting a new preview…</p>}
      <PlanView
        run={run}
        filter={filter}
        onFilter={onFilter}
        onFix={({ options }) => previewAgain(options)}
      />
    </StepLayout>
  );
}

export function SyncStep({ run }: { run: RunView }) {
  if (isActive(run))
    return (
      <StepLayout title="Syncing">
        <RunProgress run={run} />
      </StepLayout>
    );
  const isDone = run.status === "done";
  return (
    <StepLayout
      title={isDone ? doneTitle(run) : "The sync was not completed"}
      footer={
        <>
          <ButtonLink
            variant="default"
            to="/contacts/accounts/sync"
            search={{ tab: "runs", run: run.id, action: undefined, kind: undefined, q: undefined }}
          >
            View the run
          </ButtonLink>
          <ButtonLink data-align-end to="/contacts/accounts" search={{}}>
            View accounts
          </ButtonLink>
        </>
      }
    >
      <div className={styles.stack}>
        {isDone ? <RunResult run={run} /> : <StoppedRun run={run} />}
        {run.waitsBecause !== null && (
          <p className={styles.intro}>
            {formatWaitReason(run.waitsBecause)} See{" "}
            <AnchorLink underline="always" to="/contacts/accounts/sync" search={{}}>
              the sync page
            </AnchorLink>
            .
          </p>
        )}
        {isDone && <RunCounts run={run} />}
        {isDone && (
          <p className={styles.intro}>
            From now on accounts are synced on schedule, and whenever you choose Sync now.
          </p>
        )}
      </div>
    </StepLayout>
  );
}

function StoppedRun({ run }: { run: RunView }) {
  const { text, tone } = formatRunStatus(run);
  return (
    <>
      <p role="status">
        <StatusTag tone={tone}>{text}</StatusTag>
      </p>
      <RunError run={run} />
    </>
  );
}

function doneTitle({ counts }: RunView): string {
  return counts.skipped + counts.failed > 0 ? "Synced, but not every account" : "Synced";
}

function endedTitle({ status }: RunView): string {
  if (status === "failed") return "The preview failed";
  return status === "interrupted" ? "The preview was cancelled" : "The plan was discarded";
}

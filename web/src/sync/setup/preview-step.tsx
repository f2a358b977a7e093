// Step 4: shows the plan and applies exactly that plan.
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { Button } from "@mantine/core";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { isActiveRun, runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { PlanView, type PlanFilter } from "../plan/plan-view.tsx";
import { usePreview, withOptions, type SuggestedFix } from "../plan/use-preview.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunErrorAlert } from "../run/run-result.tsx";
import { applyLabel, applyRequest } from "../run/plan-actions.ts";
import styles from "./setup.module.css";
import { StepLayout } from "./step-layout.tsx";

type Props = {
  run: RunView;
  settings: ChosenSettings;
  /** The sync is paused; applying resumes it. */
  paused: boolean;
  onBack: () => void;
  /** Called when a preview was started, with the settings it plans with. */
  onPreview: (run: number, settings: ChosenSettings) => void;
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
  if (isActiveRun(run))
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
        <RunErrorAlert run={run} />
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

function endedTitle({ status }: RunView): string {
  if (status === "failed") return "The preview failed";
  return status === "interrupted" ? "The preview was cancelled" : "The plan was discarded";
}

// Steps 4 and 5: the plan, and exactly that plan applied. Which of the two it is, the run says.
import { Button } from "@mantine/core";
import { connectionRoutes, type SyncSettings } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { useCall } from "../../client/queries.ts";
import { AnchorLink, ButtonLink } from "../../components/links.tsx";
import { Meant } from "../../components/status-tag.tsx";
import { Problem } from "../../components/error-alert.tsx";
import { PlanView, type PlanFilter } from "../plan/plan-view.tsx";
import { usePreview, withOptions, type Remedy } from "../plan/use-preview.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunFailure, RunResult, RunSum } from "../run/run-result.tsx";
import { applyLabel, applyRequest, isUnderWay, statusInWords, waitInWords } from "../run/format-run.ts";
import styles from "./setup.module.css";
import { StepFrame } from "./step-layout.tsx";

type Properties = {
  run: RunView;
  settings: SyncSettings;
  /** Applying resumes the sync. */
  paused: boolean;
  onBack: () => void;
  /** Another plan, with other settings. */
  onPlanning: (run: number, settings: SyncSettings) => void;
  onApplied: () => void;
  filter: PlanFilter;
  onFilter: (filter: PlanFilter) => void;
};

export function PreviewStep(properties: Properties) {
  const { run, settings, paused, onBack, onPlanning, onApplied, filter, onFilter } = properties;
  const preview = usePreview(onPlanning);
  const apply = useCall(runRoutes.applyRun, [connectionRoutes.getConnection, runRoutes.getRun]);
  const planAnew = (options: Remedy["options"]) => preview.start(withOptions(settings, options));
  const back = (
    <Button variant="default" onClick={onBack}>
      Back
    </Button>
  );
  if (isUnderWay(run))
    return (
      <StepFrame title="Making a plan" footer={back}>
        <RunProgress run={run} />
      </StepFrame>
    );
  const isPlan = run.status === "planned";
  const again = (
    <Button
      variant={isPlan && run.applicable.yes ? "default" : "filled"}
      loading={preview.isPending}
      onClick={() => planAnew({})}
    >
      Plan again
    </Button>
  );
  if (!isPlan)
    return (
      <StepFrame
        title={overTitle(run)}
        intro="Nothing was written."
        footer={
          <>
            {back}
            <span data-push />
            {again}
          </>
        }
      >
        <RunFailure run={run} />
        {preview.error && <Problem error={preview.error} />}
      </StepFrame>
    );
  return (
    <StepFrame
      title="What would happen"
      intro="Nothing is written yet. This is all of the plan; exactly this is done when you sync."
      footer={
        <>
          {back}
          {!run.applicable.yes && <span className={styles.why}>{run.applicable.why}</span>}
          {run.applicable.yes && paused && (
            <span className={styles.why}>The sync is paused; applying the plan resumes it.</span>
          )}
          {run.applicable.yes ? (
            <Button
              data-push
              loading={apply.isPending}
              // Not as an option of `mutate`: this step is gone by then. What went wrong is shown above.
              onClick={() => void apply.mutateAsync(applyRequest(run, paused)).then(onApplied, () => {})}
            >
              {applyLabel(run.counts, paused)}
            </Button>
          ) : (
            <>
              <span data-push />
              {again}
            </>
          )}
        </>
      }
    >
      {apply.error && <Problem error={apply.error}>{again}</Problem>}
      {preview.error && <Problem error={preview.error} />}
      {preview.isPending && <p role="status">Making the new plan…</p>}
      <PlanView run={run} filter={filter} onFilter={onFilter} onRemedy={({ options }) => planAnew(options)} />
    </StepFrame>
  );
}

export function SyncStep({ run }: { run: RunView }) {
  if (isUnderWay(run))
    return (
      <StepFrame title="Syncing">
        <RunProgress run={run} />
      </StepFrame>
    );
  const isDone = run.status === "done";
  return (
    <StepFrame
      title={isDone ? doneTitle(run) : "The sync stopped"}
      footer={
        <>
          <ButtonLink
            variant="default"
            to="/contacts/accounts/sync"
            search={{ tab: "runs", run: run.id, action: undefined, kind: undefined, q: undefined }}
          >
            What was done
          </ButtonLink>
          <ButtonLink data-push to="/contacts/accounts" search={{}}>
            See the accounts
          </ButtonLink>
        </>
      }
    >
      <div className={styles.stack}>
        {isDone ? <RunResult run={run} /> : <Stopped run={run} />}
        {run.waitsBecause !== null && (
          <p className={styles.intro}>
            {waitInWords(run.waitsBecause)} You find that on{" "}
            <AnchorLink underline="always" to="/contacts/accounts/sync" search={{}}>
              the page of the sync
            </AnchorLink>
            .
          </p>
        )}
        {isDone && <RunSum run={run} />}
        {isDone && (
          <p className={styles.intro}>
            From now on accounts are synced by the schedule, and whenever you ask for it.
          </p>
        )}
      </div>
    </StepFrame>
  );
}

function Stopped({ run }: { run: RunView }) {
  const { words, meaning } = statusInWords(run);
  return (
    <>
      <p role="status">
        <Meant of={meaning}>{words}</Meant>
      </p>
      <RunFailure run={run} />
    </>
  );
}

function doneTitle({ counts }: RunView): string {
  return counts.skipped + counts.failed > 0 ? "Synced, but not every account" : "Synced";
}

function overTitle({ status }: RunView): string {
  if (status === "failed") return "No plan could be made";
  return status === "interrupted" ? "The plan was stopped" : "This plan was discarded";
}

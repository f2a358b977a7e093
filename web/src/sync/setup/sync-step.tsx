// Step 5: follows the run that applies the plan, and shows its result.
import { isActiveRun, type RunView } from "../../../../src/api/contract/runs.ts";
import { AnchorLink, ButtonLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { RunProgress } from "../run/run-progress.tsx";
import { RunCounts, RunErrorAlert, RunResult } from "../run/run-result.tsx";
import { formatRunStatus, runExplanation } from "../run/format-run.ts";
import styles from "./setup.module.css";
import { StepLayout } from "./step-layout.tsx";

export function SyncStep({ run }: { run: RunView }) {
  if (isActiveRun(run))
    return (
      <StepLayout title="Syncing">
        <RunProgress run={run} />
      </StepLayout>
    );
  const isDone = run.status === "done";
  const explanation = runExplanation(run);
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
        {explanation !== null && (
          <p className={styles.intro}>
            {explanation} See{" "}
            <AnchorLink to="/contacts/accounts/sync" search={{}}>
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
      <RunErrorAlert run={run} />
    </>
  );
}

function doneTitle({ counts }: RunView): string {
  return counts.skipped + counts.failed > 0 ? "Synced, but not every account" : "Synced";
}

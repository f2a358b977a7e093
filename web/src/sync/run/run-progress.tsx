// Shows an active run: its stage, its progress and the time left, and a button that stops it.
import { Button, Progress } from "@mantine/core";
import { runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { formatRequestUsage, formatProgress, formatStage } from "./format-progress.ts";
import styles from "./run.module.css";

export function RunProgress({ run }: { run: RunView }) {
  const cancel = useRouteMutation(runRoutes.cancelRun, [runRoutes.getRun]);
  const { progress } = run;
  const stage = formatStage(run);
  const percent = progress?.total ? Math.min(100, (100 * progress.done) / progress.total) : null;
  const isWriting = run.status === "applying";
  return (
    <section className={styles.progress} aria-label="Progress">
      <div className={styles.stage} role="status">
        {stage}
      </div>
      <Progress.Root size="sm">
        <Progress.Section
          value={percent ?? 100}
          striped={percent === null}
          animated={percent === null}
          aria-label={stage}
          aria-valuetext={progress ? formatProgress(progress) : stage}
        />
      </Progress.Root>
      <div className={styles.details}>{progress ? formatProgress(progress) : " "}</div>
      {run.requests > 0 && <div className={styles.details}>{formatRequestUsage(run)}</div>}
      <p className={styles.note}>
        {isWriting
          ? "You can close this; the sync continues. " +
            "Cancelling keeps what is written, and the next run writes the rest."
          : "Nothing is written yet. You can close this and come back."}
      </p>
      {cancel.error && <ErrorAlert error={cancel.error} />}
      <Button
        variant="default"
        loading={cancel.isPending || cancel.isSuccess}
        onClick={() => cancel.mutate({ params: { id: run.id } })}
      >
        {isWriting ? "Cancel the sync" : "Cancel"}
      </Button>
    </section>
  );
}

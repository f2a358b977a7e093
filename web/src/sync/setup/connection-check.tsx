// The connection check, step by step, with fixes and a text to copy for the Dynamics 365
// administrator.
import { Button, CopyButton } from "@mantine/core";
import { connectionRoutes, type CheckStep } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { StatusTag } from "../../components/status-tag.tsx";
import type { Tone } from "../../components/tone.ts";
import { RelativeTime } from "../../components/relative-time.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import styles from "./setup.module.css";

const OUTCOME_TAGS: Record<CheckStep["outcome"], { label: string; tone: Tone }> = {
  ok: { label: "OK", tone: "added" },
  warning: { label: "Warning", tone: "changed" },
  failed: { label: "Failed", tone: "failed" },
  "not-reached": { label: "Not reached", tone: "skipped" },
};

export function ConnectionCheck() {
  const check = useRouteMutation(connectionRoutes.checkConnection, [
    connectionRoutes.getConnection,
    connectionRoutes.getSyncState,
  ]);
  const steps = check.data?.steps ?? [];
  const failed = steps.filter(({ outcome }) => outcome === "failed").length;
  return (
    <section className={`${styles.stack} ${styles.wide}`} aria-label="Connection check">
      <Button variant="default" loading={check.isPending} onClick={() => check.mutate({})}>
        {check.data ? "Check again" : "Check the connection"}
      </Button>
      {check.error && <ErrorAlert error={check.error} />}
      {check.data && (
        <>
          <div role="status">
            {failed === 0 ? "No check failed" : `${failed} of ${steps.length} failed`}, checked{" "}
            <RelativeTime at={check.data.checkedAt} />
          </div>
          <ol className={styles.checks}>
            {steps.map((step) => (
              <CheckRow key={step.id} step={step} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function CheckRow({ step }: { step: CheckStep }) {
  const { label, tone } = OUTCOME_TAGS[step.outcome];
  return (
    <li>
      <div>
        <StatusTag tone={tone}>{label}</StatusTag>
      </div>
      <p>
        <strong>{step.title}</strong>
      </p>
      <p>{step.finding}</p>
      {step.fix !== null && <p>{step.fix}</p>}
      {step.message !== null && (
        <div className={styles.adminMessage}>
          <strong>For your Dynamics 365 administrator</strong>
          <pre>{step.message}</pre>
          <CopyButton value={step.message}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy text"}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
    </li>
  );
}

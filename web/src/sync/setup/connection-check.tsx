// The connection check: everything the sync needs, step by step, with what to do about each and a text for the Dynamics 365
// administrator that one can copy.
import { Button, CopyButton } from "@mantine/core";
import { connectionRoutes, type CheckStep } from "../../../../src/api/contract/connection.ts";
import { useCall } from "../../client/queries.ts";
import { Meant, type Meaning } from "../../components/status-tag.tsx";
import { Moment } from "../../components/relative-time.tsx";
import { Problem } from "../../components/error-alert.tsx";
import styles from "./setup.module.css";

const OUTCOMES: Record<CheckStep["outcome"], { words: string; meaning: Meaning }> = {
  ok: { words: "OK", meaning: "added" },
  warning: { words: "Warning", meaning: "changed" },
  failed: { words: "Failed", meaning: "failed" },
  "not-reached": { words: "Not reached", meaning: "skipped" },
};

export function CheckList() {
  const check = useCall(connectionRoutes.checkConnection, [
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
      {check.error && <Problem error={check.error} />}
      {check.data && (
        <>
          <div role="status">
            {failed === 0 ? "Everything the sync needs is there" : `${failed} of ${steps.length} failed`},
            checked <Moment at={check.data.checkedAt} />
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
  const { words, meaning } = OUTCOMES[step.outcome];
  return (
    <li>
      <div>
        <Meant of={meaning}>{words}</Meant>
      </div>
      <p>
        <strong>{step.title}</strong>
      </p>
      <p>{step.finding}</p>
      {step.remedy !== null && <p>{step.remedy}</p>}
      {step.message !== null && (
        <div className={styles.message}>
          <strong>For your Dynamics 365 administrator</strong>
          <pre>{step.message}</pre>
          <CopyButton value={step.message}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy the text"}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
    </li>
  );
}

// Shows the result of an applied run: how many accounts were synced, how many were not, and why.
import { Fragment } from "react";
import type { RunView } from "../../../../src/api/contract/runs.ts";
import { ApiError } from "../../client/call-route.ts";
import { AnchorLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { countRows, resultParts } from "./format-run.ts";
import { formatNumber } from "../../format/numbers.ts";
import styles from "./run.module.css";

export function RunResult({ run }: { run: RunView }) {
  return (
    <p className={styles.result} role="status">
      {resultParts(run.counts).map(({ text, tone }, index) => (
        <Fragment key={text}>
          {index > 0 && ", "}
          <StatusTag tone={tone}>{text}</StatusTag>
        </Fragment>
      ))}
      {run.counts.skipped + run.counts.failed > 0 && (
        <>
          {" ("}
          <AnchorLink to="/contacts/accounts/sync" search={{ tab: "errors" }}>
            why?
          </AnchorLink>
          )
        </>
      )}
    </p>
  );
}

/** Counts of a run. Every record that was read is counted in exactly one row. */
export function RunCounts({ run }: { run: RunView }) {
  return (
    <dl className={styles.counts}>
      {countRows(run.counts).map(({ label, value }) => (
        <div key={label} data-zero={value === 0 || undefined}>
          <dt>{label}</dt>
          <dd>{formatNumber(value)}</dd>
        </div>
      ))}
      <div className={styles.total}>
        <dt>Read</dt>
        <dd>{formatNumber(run.counts.read)}</dd>
      </div>
      <AdditionalCount label="Also stopped syncing" value={run.counts.stopped} />
      <AdditionalCount label="Also merged" value={run.counts.merged} />
    </dl>
  );
}

/** Accounts whose records were not read. */
function AdditionalCount({ label, value }: { label: string; value: number }) {
  if (value === 0) return null;
  return (
    <div className={styles.additional}>
      <dt>{label}</dt>
      <dd>{formatNumber(value)}</dd>
    </div>
  );
}

export function RunErrorAlert({ run }: { run: RunView }) {
  if (!run.error) return null;
  return <ErrorAlert error={new ApiError(400, run.error.kind, run.error.sentence)} />;
}

// What came of an applied run, in honest words: how many are synced, how many are not, and where it says why.
import { Fragment } from "react";
import type { RunView } from "../../../../src/api/contract/runs.ts";
import { Refused } from "../../client/call-route.ts";
import { AnchorLink } from "../../components/links.tsx";
import { Meant } from "../../components/status-tag.tsx";
import { Problem } from "../../components/error-alert.tsx";
import { adding, resultParts } from "./format-run.ts";
import { number } from "../../format/numbers.ts";
import styles from "./run.module.css";

export function RunResult({ run }: { run: RunView }) {
  return (
    <p className={styles.result} role="status">
      {resultParts(run.counts).map(({ words, meaning }, index) => (
        <Fragment key={words}>
          {index > 0 && ", "}
          <Meant of={meaning}>{words}</Meant>
        </Fragment>
      ))}
      {run.counts.skipped + run.counts.failed > 0 && (
        <>
          {" ("}
          <AnchorLink underline="always" to="/contacts/accounts/sync" search={{ tab: "errors" }}>
            why?
          </AnchorLink>
          )
        </>
      )}
    </p>
  );
}

/** Every account read is in exactly one of these. */
export function RunSum({ run }: { run: RunView }) {
  return (
    <dl className={styles.sum}>
      {adding(run.counts).map(({ label, figure }) => (
        <div key={label} data-zero={figure === 0 || undefined}>
          <dt>{label}</dt>
          <dd>{number(figure)}</dd>
        </div>
      ))}
      <div className={styles.total}>
        <dt>Read</dt>
        <dd>{number(run.counts.read)}</dd>
      </div>
      {run.counts.left > 0 && (
        <div className={styles.beside}>
          <dt>Besides: stopped syncing</dt>
          <dd>{number(run.counts.left)}</dd>
        </div>
      )}
    </dl>
  );
}

export function RunFailure({ run }: { run: RunView }) {
  if (!run.error) return null;
  return <Problem error={new Refused(400, run.error.kind, run.error.sentence)} />;
}

// Overview of the sync: attention, the active run, a plan that awaits approval, the last and next
// run.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { isActiveRun, runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { routeQuery } from "../../client/queries.ts";
import { AnchorLink, ButtonLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { formatCount } from "../../format/numbers.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunErrorAlert, RunResult, RunCounts } from "../run/run-result.tsx";
import { formatRunStatus } from "../run/format-run.ts";
import { useRun } from "../run/use-run.ts";
import { formatSchedule } from "../../format/sync-state.ts";
import { AttentionAlert } from "./attention-alert.tsx";
import { LabelLanguage } from "./label-language.tsx";
import { NextRun } from "./next-run.tsx";
import { SecretExpiry } from "./secret-expiry.tsx";
import styles from "./tabs.module.css";

export function OverviewTab({ connection }: { connection: ConnectionView }) {
  const { attention, running, pendingPlan, lastRun } = connection;
  const activeRun = useRun(running ?? undefined).run;
  const { data: runs } = useQuery(routeQuery(runRoutes.listRuns, { query: {} }));
  const last = runs?.runs.find(({ id }) => id === lastRun?.id);
  const lastDone = runs?.runs.find(({ status }) => status === "done");
  const isStopped = last?.status === "applying" && last.haltReason !== null;
  const isUnsuccessful = last && (isStopped || last.status === "failed" || last.status === "interrupted");
  const hasPendingPlan = pendingPlan !== null && attention?.place !== "plan";
  return (
    <div className={styles.overview}>
      <div className={styles.column}>
        {attention && (
          <AttentionAlert attention={attention} fromFile={connection.environment?.fromFile ?? false} />
        )}
        <SecretExpiry environment={connection.environment} />
        {hasPendingPlan && (
          <Notice text="A plan awaits approval. Nothing is written yet.">
            <ButtonLink to="/contacts/accounts/sync" search={{ tab: "runs", run: pendingPlan }}>
              Look at the plan
            </ButtonLink>
          </Notice>
        )}
        {activeRun && isActiveRun(activeRun) ? (
          <section className={styles.card} aria-label="Active run">
            <RunProgress run={activeRun} />
          </section>
        ) : (
          isUnsuccessful && (
            <section className={styles.card} aria-label="Last run">
              <h2>Last run</h2>
              <UnsuccessfulResult run={last} shownMessage={attention?.sentence} />
              <RunLink run={last} />
            </section>
          )
        )}
        {lastDone && (
          <section className={styles.card} aria-label="Last sync">
            <h2>Last sync</h2>
            <RunResult run={lastDone} />
            <RunLink run={lastDone} />
            <RunCounts run={lastDone} />
          </section>
        )}
      </div>
      <ConnectionFacts connection={connection} />
    </div>
  );
}

function RunLink({ run }: { run: RunView }) {
  return (
    <p className={styles.muted}>
      <RelativeTime at={run.finishedAt ?? run.startedAt} /> ·{" "}
      <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run: run.id }}>
        View changes
      </AnchorLink>
    </p>
  );
}

/** Why a run did not complete, unless the attention alert shows the same sentence. */
function UnsuccessfulResult({ run, shownMessage }: { run: RunView; shownMessage: string | undefined }) {
  if (run.error !== null && run.cancelledBy === null && run.error.sentence !== shownMessage)
    return <RunErrorAlert run={run} />;
  const { text, tone } = formatRunStatus(run);
  return (
    <p>
      <StatusTag tone={tone}>{text}</StatusTag>
    </p>
  );
}

function Notice({ text, children }: { text: string; children: ReactNode }) {
  return (
    <section className={styles.card}>
      <p>{text}</p>
      {children}
    </section>
  );
}

function ConnectionFacts({ connection }: { connection: ConnectionView }) {
  const { environment, selectionName, lastSyncedAt, accounts, openIssues, openNotes } = connection;
  return (
    <dl className={styles.facts}>
      <dt>Environment</dt>
      <dd>{environment?.host ?? "Not connected"}</dd>
      <dt>Accounts</dt>
      <dd>
        {selectionName ?? "Not selected yet"}{" "}
        {environment?.fromFile !== true && (
          <AnchorLink to="/contacts/accounts" search={{ import: "dynamics", step: "accounts" }}>
            Change
          </AnchorLink>
        )}
      </dd>
      <dt>Language of labels</dt>
      <dd>
        <LabelLanguage connection={connection} />
      </dd>
      <dt>Synced accounts</dt>
      <dd>{formatCount(accounts, "account")}</dd>
      <dt>Open issues</dt>
      <dd>
        {openIssues + openNotes === 0 ? (
          "None"
        ) : (
          <AnchorLink to="/contacts/accounts/sync" search={{ tab: "errors" }}>
            {[
              ...(openIssues > 0 ? [formatCount(openIssues, "issue")] : []),
              ...(openNotes > 0 ? [formatCount(openNotes, "note")] : []),
            ].join(", ")}
          </AnchorLink>
        )}
      </dd>
      <dt>Last synced</dt>
      <dd>{lastSyncedAt === null ? "Never" : <RelativeTime at={lastSyncedAt} />}</dd>
      <dt>Next run</dt>
      <dd>
        <NextRun connection={connection} />
      </dd>
      <dt>Schedule</dt>
      <dd>
        {formatSchedule(connection.schedule)}{" "}
        <AnchorLink to="/contacts/accounts/sync" search={{ tab: "settings" }}>
          Settings
        </AnchorLink>
      </dd>
    </dl>
  );
}

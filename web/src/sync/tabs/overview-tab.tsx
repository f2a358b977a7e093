// How the sync is doing: what has to be done if anything has, the run under way, a plan that waits, the last run and the next.
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type RunView } from "../../../../src/api/contract/runs.ts";
import { queryOf, useCall } from "../../client/queries.ts";
import { AnchorLink, ButtonLink } from "../../components/links.tsx";
import { Meant } from "../../components/status-tag.tsx";
import { Moment } from "../../components/relative-time.tsx";
import { Problem } from "../../components/error-alert.tsx";
import { count } from "../../format/numbers.ts";
import { RunProgress } from "../run/run-progress.tsx";
import { RunFailure, RunResult, RunSum } from "../run/run-result.tsx";
import { isUnderWay, statusInWords } from "../run/format-run.ts";
import { useRun } from "../run/use-run.ts";
import { scheduleInWords } from "../../format/sync-state.ts";
import { AttentionBox } from "./attention-alert.tsx";
import { NextRun } from "./next-run.tsx";
import { SecretEnds } from "./secret-expiry.tsx";
import styles from "./tabs.module.css";

export function OverviewTab({ connection }: { connection: ConnectionView }) {
  const { attention, running, waiting, lastRun } = connection;
  const under = useRun(running ?? undefined).run;
  const { data: runs } = useQuery(queryOf(runRoutes.listRuns, { query: {} }));
  const last = runs?.runs.find(({ id }) => id === lastRun?.id);
  const lastDone = runs?.runs.find(({ status }) => status === "done");
  const stopped = last?.status === "applying" && last.waitsBecause !== null;
  const cameToNothing = last && (stopped || last.status === "failed" || last.status === "interrupted");
  const waits = waiting !== null && attention?.place !== "plan";
  return (
    <div className={styles.overview}>
      <div className={styles.column}>
        {attention && (
          <AttentionBox attention={attention} fromFile={connection.environment?.fromFile ?? false} />
        )}
        <SecretEnds environment={connection.environment} />
        {waits && (
          <Notice words="A plan is ready and not applied. Nothing of it is written yet.">
            <ButtonLink to="/contacts/accounts/sync" search={{ tab: "runs", run: waiting }}>
              Look at the plan
            </ButtonLink>
          </Notice>
        )}
        {under && isUnderWay(under) ? (
          <section className={styles.card} aria-label="Under way">
            <RunProgress run={under} />
          </section>
        ) : (
          cameToNothing && (
            <section className={styles.card} aria-label="Last run">
              <h2>Last run</h2>
              <Outcome run={last} told={attention?.sentence} />
              <About run={last} />
            </section>
          )
        )}
        {lastDone && (
          <section className={styles.card} aria-label="Last sync">
            <h2>Last sync</h2>
            <RunResult run={lastDone} />
            <About run={lastDone} />
            <RunSum run={lastDone} />
          </section>
        )}
      </div>
      <Facts connection={connection} />
    </div>
  );
}

function About({ run }: { run: RunView }) {
  return (
    <p className={styles.soft}>
      <Moment at={run.finishedAt ?? run.startedAt} /> ·{" "}
      <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run: run.id }}>
        What it did
      </AnchorLink>
    </p>
  );
}

/** Why a run came to nothing; what is said above is not said twice. */
function Outcome({ run, told }: { run: RunView; told: string | undefined }) {
  if (run.error !== null && run.cancelledBy === null && run.error.sentence !== told)
    return <RunFailure run={run} />;
  const { words, meaning } = statusInWords(run);
  return (
    <p>
      <Meant of={meaning}>{words}</Meant>
    </p>
  );
}

function Notice({ words, children }: { words: string; children: ReactNode }) {
  return (
    <section className={styles.card}>
      <p>{words}</p>
      {children}
    </section>
  );
}

function Facts({ connection }: { connection: ConnectionView }) {
  const { environment, selectionName, lastSyncedAt, accounts, openIssues } = connection;
  return (
    <dl className={styles.facts}>
      <dt>From</dt>
      <dd>{environment?.host ?? "Not connected"}</dd>
      <dt>Accounts</dt>
      <dd>
        {selectionName ?? "Not chosen yet"}{" "}
        {environment?.fromFile !== true && (
          <AnchorLink to="/contacts/accounts" search={{ import: "dynamics", step: "accounts" }}>
            Change
          </AnchorLink>
        )}
      </dd>
      <dt>In the sync</dt>
      <dd>{count(accounts, "account")}</dd>
      <dt>Open issues</dt>
      <dd>
        {openIssues === 0 ? (
          "None"
        ) : (
          <AnchorLink to="/contacts/accounts/sync" search={{ tab: "errors" }}>
            {count(openIssues, "issue")}
          </AnchorLink>
        )}
      </dd>
      <dt>Last synced</dt>
      <dd>{lastSyncedAt === null ? "Never" : <Moment at={lastSyncedAt} />}</dd>
      <dt>Next run</dt>
      <dd>
        <NextRun connection={connection} />
      </dd>
      <dt>Schedule</dt>
      <dd>
        {scheduleInWords(connection.schedule)}{" "}
        <AnchorLink to="/contacts/accounts/sync" search={{ tab: "settings" }}>
          Settings
        </AnchorLink>
      </dd>
    </dl>
  );
}

/** Sync now, Pause, Resume. */
export function SyncActions({ connection }: { connection: ConnectionView }) {
  const navigate = useNavigate();
  const stale = [connectionRoutes.getConnection, connectionRoutes.getSyncState, runRoutes.listRuns];
  const sync = useCall(runRoutes.startRun, stale);
  const pause = useCall(connectionRoutes.pause, stale);
  const resume = useCall(connectionRoutes.resume, stale);
  const { state, settings, paused } = connection;
  const error = sync.error ?? pause.error ?? resume.error;
  if (settings === null) return null;
  return (
    <Group gap="xs">
      {error && <Problem error={error} />}
      {paused ? (
        <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate({})}>
          Resume
        </Button>
      ) : (
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate({})}>
          Pause
        </Button>
      )}
      <Button
        loading={sync.isPending}
        disabled={state === "running" || paused}
        onClick={() =>
          sync.mutate(
            { body: { mode: "sync" } },
            { onSuccess: () => void navigate({ to: "/contacts/accounts/sync", search: {} }) },
          )
        }
      >
        Sync now
      </Button>
    </Group>
  );
}

// Loads the status of the sync: its state, and figures from its runs and open issues.
import type { Attention } from "../tables.ts";
import type { RunStatus } from "../../sync/tables.ts";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { planAwaitingApproval, type PlanAwaitingApproval } from "../../sync/plan/plan-validity.ts";
import { activeRunId } from "../../sync/record/run-state.ts";
import { errorKinds } from "../../sync/rules/severity.ts";
import type { Connection } from "../connection.ts";
import { loadNextRun } from "../schedule/past-runs.ts";
import { deriveState, type FailedRun, type StatusFacts, type SyncState } from "./status.ts";

export type SyncStatus = {
  readonly state: SyncState;
  readonly attention: Attention | null;
  readonly lastRun: {
    readonly id: number;
    readonly status: RunStatus;
    readonly startedAt: Date;
    readonly finishedAt: Date | null;
  } | null;
  readonly lastSyncedAt: Date | null;
  readonly nextRunAt: Date | null;
  readonly running: number | null;
  readonly pendingPlan: number | null;
  /** Blocking issues and errors. */
  readonly openIssues: number;
  readonly openNotes: number;
  /** Accounts that are linked to the organisation and not stopped. */
  readonly accounts: number;
};

const NO_FIGURES = {
  lastRun: null,
  lastDone: null,
  running: null,
  pendingPlan: null,
  failed: null,
  openIssues: 0,
  openNotes: 0,
  accounts: 0,
};

export async function loadSyncStatus(
  db: Kysely<Tables>,
  connection: Connection,
  now: Date,
): Promise<SyncStatus> {
  const { environment, paused, attention } = connection;
  const organization = environment?.organizationId ?? null;
  const figures = organization === null ? NO_FIGURES : await loadFigures(db, organization, { paused, now });
  const { running, pendingPlan, openIssues, lastDone } = figures;
  const facts: StatusFacts = {
    connected: environment !== null,
    paused,
    attention,
    isRunning: running !== null,
    pendingPlan,
    failed:
      figures.failed !== null && environment !== null && figures.failed.at >= environment.connectedAt
        ? figures.failed
        : null,
    everSynced: lastDone !== null,
    openIssues,
  };
  const isSuspended = paused || attention !== null || pendingPlan?.approvalReason;
  return {
    ...deriveState(facts),
    lastRun: figures.lastRun,
    lastSyncedAt: lastDone?.finishedAt ?? null,
    nextRunAt:
      organization === null || isSuspended ? null : await nextRunAt(db, organization, connection, now),
    running,
    pendingPlan: pendingPlan?.id ?? null,
    openIssues,
    openNotes: figures.openNotes,
    accounts: figures.accounts,
  };
}

/** When the next scheduled run is due; null before an admin has applied the first. */
async function nextRunAt(
  db: Kysely<Tables>,
  organization: string,
  { schedule, settings }: Pick<Connection, "schedule" | "settings">,
  now: Date,
): Promise<Date | null> {
  if (settings === null) return null;
  const due = (await loadNextRun(db, { organizationId: organization, schedule, now }))?.at;
  if (due === undefined) return null;
  return due > now ? due : now;
}

type Figures = Pick<SyncStatus, "lastRun" | "running" | "openIssues" | "openNotes" | "accounts"> & {
  readonly lastDone: SyncStatus["lastRun"];
  readonly pendingPlan: PlanAwaitingApproval | null;
  readonly failed: (FailedRun & { readonly at: Date }) | null;
};

const ACTIVE_STATUSES: ReadonlySet<RunStatus> = new Set(["reading", "planning", "applying"]);

async function loadFigures(
  db: Kysely<Tables>,
  organization: string,
  { paused, now }: { paused: boolean; now: Date },
): Promise<Figures> {
  const runs = db.selectFrom("runs").where("organization_id", "=", organization).orderBy("id", "desc");
  const columns = ["id", "status", "started_at as startedAt", "finished_at as finishedAt"] as const;
  const lastRow = await runs.select(columns).executeTakeFirst();
  const lastDone = await runs.select(columns).where("status", "=", "done").executeTakeFirst();
  const running = await activeRunId(db, organization, { paused });
  // If a run's process died, its row keeps the active status until the next run recovers it.
  const isInterrupted =
    lastRow !== undefined && lastRow.id !== running && ACTIVE_STATUSES.has(lastRow.status);
  const pendingPlan = await planAwaitingApproval(db, organization, now);
  const counts = await sql<Pick<SyncStatus, "openIssues" | "openNotes" | "accounts">>`
    select count(*) filter (where kind = any(${[...errorKinds]}::text[])) as "openIssues",
      count(*) filter (where kind <> all(${[...errorKinds]}::text[])) as "openNotes",
      (select count(*)
        from account_links
        where organization_id = ${organization} and stop_reason is null) as accounts
    from sync_issues
    where organization_id = ${organization} and closed_run is null`.execute(db);
  return {
    lastRun:
      lastRow === undefined ? null : isInterrupted ? { ...lastRow, status: "interrupted" as const } : lastRow,
    lastDone: lastDone ?? null,
    running: running ?? null,
    pendingPlan: pendingPlan ?? null,
    failed: await lastFailure(db, organization),
    ...counts.rows[0]!,
  };
}

/**
 * The failure of the last sync, if it failed. Previews and retries do not count: their user sees
 * how they end. An apply that was interrupted and gave up counts until a run resumes it.
 */
async function lastFailure(db: Kysely<Tables>, organization: string): Promise<Figures["failed"]> {
  const { rows } = await sql<{ id: number; isFailure: boolean; sentence: string | null; at: Date | null }>`
    select id, status in ('failed', 'applying') as "isFailure", error ->> 'sentence' as sentence,
      coalesce(finished_at, planned_at) as at
    from runs
    where organization_id = ${organization}
      and mode <> 'retry'
      and (
        status = 'done'
        or status = 'applying' and halt_reason = 'failed'
        or status in ('failed', 'planned', 'discarded') and mode in ('sync', 'changes'))
    order by id desc
    limit 1`.execute(db);
  const last = rows[0];
  if (!last?.isFailure || last.at === null) return null;
  return { id: last.id, sentence: last.sentence ?? "Its reason is unknown.", at: last.at };
}

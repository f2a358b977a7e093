// Metrics of the installation, read at each scrape by a few index lookups, however many accounts
// and runs there are.
import { sql, type Kysely } from "kysely";
import { loadConnection } from "../connections/connection.ts";
import { loadNextRun } from "../connections/schedule/past-runs.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { PLAN_LIFETIME_MS, isRunnable, isActive } from "../sync/record/run-state.ts";
import { isLeased } from "../sync/record/lease.ts";

export type InstallationMetrics = {
  /** Open issues by kind. */
  readonly issues: Readonly<Record<string, number>>;
  /** Active runs by stage. */
  readonly activeRuns: Readonly<Record<string, number>>;
  /** Seconds since the oldest pending run, by who has to act; 0 if none is pending. */
  readonly queueAge: { readonly worker: number; readonly person: number };
  /** Rate of the last run that was planned; null before the first one, or if it took no time. */
  readonly rowsPerSecond: number | null;
  readonly lastFinishedAt: Date | null;
  readonly queuedMails: number;
};

/**
 * Contains every active and every recently ended run: a plan is valid for a day, and retries back
 * off.
 */
const LATEST_RUNS = sql`(select * from runs order by id desc limit 50)`;

export async function loadInstallationMetrics(database: Database, now: Date): Promise<InstallationMetrics> {
  const db = database.kysely;
  const { environment, ...connection } = await loadConnection(db);
  const organizationId = environment?.organizationId ?? null;
  const last = await loadLastRuns(db, organizationId);
  const mails = await sql<{ count: number }>`
    select count(*)::int as count from mails where state = 'waiting'`.execute(db);
  return {
    issues: last.issues ?? {},
    activeRuns: await countActiveRunsByStage(db),
    queueAge:
      organizationId === null || connection.paused || connection.settings === null
        ? { worker: 0, person: 0 }
        : await loadQueueAge(db, connection, { organizationId, now }),
    rowsPerSecond: last.rate,
    lastFinishedAt: last.finishedAt,
    queuedMails: mails.rows[0]!.count,
  };
}

type LastRuns = { issues: Record<string, number> | null; finishedAt: Date | null; rate: number | null };

/** Each run that is done stores its open issues, and nothing else changes them. */
async function loadLastRuns(db: Kysely<Tables>, organizationId: string | null): Promise<LastRuns> {
  const { rows } = await sql<LastRuns>`
    select done.issues, done.finished_at as "finishedAt", planned.rate
    from (select) one
    left join (
      select issues, finished_at from runs where organization_id = ${organizationId} and status = 'done'
      order by id desc limit 1) done on true
    left join (
      select (counts ->> 'read')::float8 / nullif(extract(epoch from planned_at - started_at), 0)::float8 as rate
      from ${LATEST_RUNS} r where organization_id = ${organizationId} and planned_at is not null
      order by id desc limit 1) planned on true`.execute(db);
  return rows[0]!;
}

async function countActiveRunsByStage(db: Kysely<Tables>): Promise<Record<string, number>> {
  const { rows } = await sql<{ stage: string; count: number }>`
    select coalesce(r.progress ->> 'stage', 'connect') as stage, count(*)::int as count
    from ${LATEST_RUNS} r join run_leases l using (organization_id) where ${isActive} group by 1`.execute(db);
  return Object.fromEntries(rows.map(({ stage, count }) => [stage, count]));
}

type ScheduleState = Pick<Awaited<ReturnType<typeof loadConnection>>, "attention" | "schedule">;

async function loadQueueAge(
  db: Kysely<Tables>,
  { attention, schedule }: ScheduleState,
  { organizationId, now }: { readonly organizationId: string; readonly now: Date },
): Promise<InstallationMetrics["queueAge"]> {
  const secondsSince = (moment: Date | null | undefined) =>
    moment ? Math.max(0, (now.getTime() - moment.getTime()) / 1000) : 0;
  const { rows } = await sql<{
    plannedAt: Date | null;
    hasPlan: boolean;
    pendingSince: Date | null;
    isLeased: boolean;
  }>`
    with plans as (
      select planned_at, approved_at from runs
      where organization_id = ${organizationId} and status = 'planned' and approval_reason is not null
        and planned_at >= ${new Date(now.getTime() - PLAN_LIFETIME_MS)} and id > (
          select coalesce(max(id), 0) from runs
          where organization_id = ${organizationId} and status = 'done'))
    select
      (select min(planned_at) from plans where approved_at is null) as "plannedAt",
      exists (select from plans) as "hasPlan",
      (select min(
          case r.status when 'queued' then r.started_at when 'planned' then r.approved_at else l.heartbeat_at end)
        from ${LATEST_RUNS} r left join run_leases l using (organization_id)
        where r.organization_id = ${organizationId} and ${isRunnable}
          and (r.status = 'queued' or not coalesce(${isLeased}, false))) as "pendingSince",
      exists (
        select from run_leases l where organization_id = ${organizationId} and ${isLeased}) as "isLeased"`.execute(
    db,
  );
  const { plannedAt, hasPlan, pendingSince, isLeased: hasLease } = rows[0]!;
  const due = (await loadNextRun(db, { organizationId, schedule, now }))?.at;
  // An active run reads what is due too, and the schedule waits for a plan that needs approval.
  const overdue = hasLease ? 0 : secondsSince(due);
  return {
    worker: Math.max(secondsSince(pendingSince), attention || hasPlan ? 0 : overdue),
    person: plannedAt ? secondsSince(plannedAt) : attention ? overdue : 0,
  };
}

// Deletes the history of runs after its retention period: changes, manual edits, closed issues and
// the runs themselves. One process does so daily; any number may at any time.
import { sql, type Kysely } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import { DAY_MS } from "../../lib/durations.ts";

export type RetentionPeriods = {
  /** Days to keep applied changes, manual edits, closed issues and the runs themselves. */
  readonly historyDays: number;
  /** Days to keep the plans of discarded, interrupted and failed runs. */
  readonly plansDays: number;
};

/** How many rows were deleted. */
export type DeletedRows = { changes: number; edits: number; issues: number; runs: number };

/**
 * Deletes what is older than its retention period. The latest change of an existing account, the
 * one that linked it and its latest edit stay, because they say where its values come from. A run
 * stays while a change, an issue, the next run or a notice about a client secret refers to it.
 */
export async function pruneHistory(
  database: Database,
  now: Date,
  periods: RetentionPeriods,
): Promise<DeletedRows> {
  const historyCutoff = new Date(now.getTime() - periods.historyDays * DAY_MS);
  const plansCutoff = new Date(now.getTime() - periods.plansDays * DAY_MS);
  return inTransaction(database, async ({ kysely: db }) => {
    const unusedPlanChanges = await deleteUnusedPlans(db, plansCutoff);
    const oldChanges = await deleteOldChanges(db, historyCutoff);
    return {
      changes: unusedPlanChanges + oldChanges,
      edits: await deleteOldEdits(db, historyCutoff),
      issues: await deleteClosedIssues(db, historyCutoff),
      runs: await deleteUnreferencedRuns(db, { history: historyCutoff, plans: plansCutoff }),
    };
  });
}

async function deleteUnusedPlans(db: Kysely<Tables>, before: Date): Promise<number> {
  const deleted = await sql`
    delete from account_changes c using runs r
    where r.id = c.run_id and r.status in ('failed', 'discarded', 'interrupted')
      and r.finished_at < ${before}`.execute(db);
  return Number(deleted.numAffectedRows ?? 0);
}

/**
 * Deletes changes that a later one replaced; only a change of a run that is done replaces another.
 */
async function deleteOldChanges(db: Kysely<Tables>, before: Date): Promise<number> {
  const deleted = await sql`
    delete from account_changes c using runs r
    where r.id = c.run_id and r.status = 'done' and r.finished_at < ${before} and (
      c.outcome is not null
      or not exists (select from accounts a where a.id = c.account_id)
      or exists (
        select from account_changes later
        join runs done on done.id = later.run_id and done.status = 'done'
        where later.account_id = c.account_id and later.run_id > c.run_id and later.outcome is null
          and (c.action <> 'link' or later.action = 'link')))`.execute(db);
  return Number(deleted.numAffectedRows ?? 0);
}

/** Deletes all but the latest edit; of a deleted account that is the deletion, which stays. */
async function deleteOldEdits(db: Kysely<Tables>, before: Date): Promise<number> {
  const deleted = await sql`
    delete from account_edits e
    where e.at < ${before} and exists (
      select from account_edits later where later.account_id = e.account_id and later.id > e.id)`.execute(db);
  return Number(deleted.numAffectedRows ?? 0);
}

async function deleteClosedIssues(db: Kysely<Tables>, before: Date): Promise<number> {
  const deleted = await sql`
    delete from sync_issues s using runs r
    where r.id = s.closed_run and r.finished_at < ${before}`.execute(db);
  return Number(deleted.numAffectedRows ?? 0);
}

/**
 * Deletes runs that nothing refers to. The last full run that is done and all after it stay,
 * because the schedule, the validity of plans and the brake depend on them.
 */
async function deleteUnreferencedRuns(
  db: Kysely<Tables>,
  before: { readonly history: Date; readonly plans: Date },
): Promise<number> {
  const deleted = await sql`
    delete from runs r
    where (r.status = 'done' and r.finished_at < ${before.history}
        or r.status in ('failed', 'discarded', 'interrupted') and r.finished_at < ${before.plans})
      and r.id < (
        select max(id) from runs full_run
        where full_run.organization_id = r.organization_id and full_run.status = 'done'
          and full_run.mode in ('sync', 'plan'))
      and not exists (select from account_changes c where c.run_id = r.id)
      and not exists (select from sync_issues s where s.first_run = r.id or s.closed_run = r.id)
      and not exists (select from run_notices n where n.run_id = r.id and n.topic like 'secret:%')`.execute(
    db,
  );
  return Number(deleted.numAffectedRows ?? 0);
}

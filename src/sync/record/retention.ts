// What is kept of runs, and for how long: plans that came to nothing go first, applied changes, edits by hand and closed
// issues when they are history to nobody. Called daily by one process; may be called at any time, by any number.
import { sql, type Kysely } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import { DAY_MS } from "../../lib/durations.ts";

export type RetentionPeriods = {
  /** Days that applied changes, edits by hand, closed issues and the runs themselves are kept. */
  readonly historyDays: number;
  /** Days that plans are kept that were discarded, interrupted or failed. */
  readonly plansDays: number;
};

/** Rows that were removed. */
export type DeletedRows = { changes: number; edits: number; issues: number; runs: number };

/**
 * Of each account that is still there, the latest change, the one that linked it and the latest edit stay however old they
 * are: they say where its values come from. A run stays while such a change, an open issue, or the next run needs it, or what was told of a client secret is noted with it.
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
    where r.id = c.run_id and r.status in ('failed', 'discarded', 'interrupted') and r.finished_at < ${before}`.execute(
    db,
  );
  return Number(deleted.numAffectedRows ?? 0);
}

/** A later change counts only if it was applied for sure: if its run is done. */
async function deleteOldChanges(db: Kysely<Tables>, before: Date): Promise<number> {
  const deleted = await sql`
    delete from account_changes c using runs r
    where r.id = c.run_id and r.status = 'done' and r.finished_at < ${before} and (
      c.outcome is not null
      or not exists (select from accounts a where a.id = c.account_id)
      or exists (
        select from account_changes later join runs done on done.id = later.run_id and done.status = 'done'
        where later.account_id = c.account_id and later.run_id > c.run_id and later.outcome is null
          and (c.action <> 'link' or later.action = 'link')))`.execute(db);
  return Number(deleted.numAffectedRows ?? 0);
}

/** Of an account that was deleted, the edit that did so is its latest, and stays. */
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
 * Runs from the one applied last, and from the full one applied last, say when the next is due, what a plan followed, and
 * how many accounts there were; so they stay, and without any applied run all do.
 */
async function deleteUnreferencedRuns(
  db: Kysely<Tables>,
  before: { readonly history: Date; readonly plans: Date },
): Promise<number> {
  const deleted = await sql`
    delete from runs r
    where (r.status = 'done' and r.finished_at < ${before.history}
        or r.status in ('failed', 'discarded', 'interrupted') and r.finished_at < ${before.plans})
      and r.id < (select max(id) from runs full_run
        where full_run.organization_id = r.organization_id and full_run.status = 'done' and full_run.mode in ('sync', 'plan'))
      and not exists (select from account_changes c where c.run_id = r.id)
      and not exists (select from sync_issues s where s.first_run = r.id or s.closed_run = r.id)
      and not exists (select from run_notices n where n.run_id = r.id and n.topic like 'secret:%')`.execute(
    db,
  );
  return Number(deleted.numAffectedRows ?? 0);
}

// SQL conditions over `runs r`: which runs are active, and which a worker may claim, also while the
// sync is paused. Every process asks the database, since none knows of the others.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { DAY_MS } from "../../lib/durations.ts";
import { isLeased } from "./lease.ts";

/** A plan expires after a day, because by then the source has changed. */
export const PLAN_LIFETIME_MS = DAY_MS;

/**
 * Finds the active run (the newest, while it resumes an older one first), else the one that the
 * next worker claims.
 * @param options.paused leaves out runs that a worker claims only after the pause
 * @returns undefined if a new run may start
 */
export async function activeRunId(
  db: Kysely<Tables>,
  organizationId: string,
  { paused }: { readonly paused: boolean } = { paused: false },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select r.id from runs r left join run_leases l using (organization_id)
    where r.organization_id = ${organizationId}
      and (coalesce(${isActive}, false)
        or ${isRunnable} and (not ${paused}::boolean or ${isRunnableWhilePaused}))
    order by coalesce(${isActive}, false) desc, r.id desc limit 1`.execute(db);
  return rows[0]?.id;
}

/** SQL over `runs r` and `run_leases l`: the lease is held, under the fence of this run. */
export const isActive: RawBuilder<boolean> = sql`(
  r.fence = l.fence and ${isLeased}
  and (r.status in ('reading', 'planning', 'applying')
    or r.status = 'planned' and r.approved_at is not null))`;

/**
 * SQL over `runs r`, for runs that are not active: whether a worker may claim the run, because it
 * is queued, approved, or lost its process, and was neither cancelled nor failed. A preview of the
 * command line is not resumed.
 */
export const isRunnable: RawBuilder<boolean> = sql`(
  r.status = 'queued' or r.status = 'planned' and r.approved_at is not null
  or r.status = 'applying' and coalesce(r.halt_reason in ('stopped', 'interrupted', 'paused'), true)
  or r.status in ('reading', 'planning') and (r.mode <> 'plan' or r.trigger <> 'command-line'))`;

/** SQL over `runs r`: a preview. It writes no account, so a worker may claim it during a pause. */
export const isPreview: RawBuilder<boolean> = sql`(
  r.mode = 'plan' and r.approved_at is null and r.status in ('queued', 'reading', 'planning', 'planned'))`;

/**
 * SQL over `runs r`, for runs that are runnable: whether a worker may claim the run during a pause.
 * An interrupted apply
 * is resumed before anything is planned, so until then not even a preview is claimed.
 */
export const isRunnableWhilePaused: RawBuilder<boolean> = sql`(
  ${isPreview} and not exists (
    select from runs o
    where o.organization_id = r.organization_id and o.status = 'applying'))`;

// Which runs are active, which a worker may claim, and which go on while the sync is paused: SQL over `runs r`, since
// every process asks the database and none remembers.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { DAY_MS } from "../../lib/durations.ts";
import { isLeased } from "./lease.ts";

/** A plan is valid for a day; after that the source has surely moved on. */
export const PLAN_LIFETIME_MS = DAY_MS;

/**
 * The run that some process is carrying out right now (the newest, if one is finishing an older one first), else the one that
 * the next worker takes. Undefined: a new one may begin. `paused`: what waits until the sync is resumed is none of them.
 */
export async function activeRunId(
  db: Kysely<Tables>,
  organizationId: string,
  { paused }: { readonly paused: boolean } = { paused: false },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select r.id from runs r left join run_leases l using (organization_id)
    where r.organization_id = ${organizationId}
      and (coalesce(${isActive}, false) or ${isRunnable} and (not ${paused}::boolean or ${isRunnableWhilePaused}))
    order by coalesce(${isActive}, false) desc, r.id desc limit 1`.execute(db);
  return rows[0]?.id;
}

/** SQL over `runs r` and `run_leases l`: the run has the lease's fence, and the lease has a living holder. */
export const isActive: RawBuilder<boolean> = sql`(
  r.fence = l.fence and ${isLeased}
  and (r.status in ('reading', 'planning', 'applying') or r.status = 'planned' and r.approved_at is not null))`;

/**
 * SQL over `runs r` that nobody carries out: a worker takes it by itself. It was asked for, or lost its process. Not what a
 * person stopped, nor what was given up; and who plans from the command line starts anew.
 */
export const isRunnable: RawBuilder<boolean> = sql`(
  r.status = 'queued' or r.status = 'planned' and r.approved_at is not null
  or r.status = 'applying' and coalesce(r.halt_reason in ('stopped', 'interrupted', 'paused'), true)
  or r.status in ('reading', 'planning') and (r.mode <> 'plan' or r.trigger <> 'command-line'))`;

/** SQL over `runs r`: a plan that nobody has applied. It writes no account, so a pause does not concern it. */
export const isPreview: RawBuilder<boolean> = sql`(
  r.mode = 'plan' and r.approved_at is null and r.status in ('queued', 'reading', 'planning', 'planned'))`;

/**
 * SQL over `runs r` that are to be done: a worker takes it while the sync is paused, too. A run that stopped while it wrote is
 * ended before anything is planned, so until then not even a preview goes on.
 */
export const isRunnableWhilePaused: RawBuilder<boolean> = sql`(
  ${isPreview} and not exists (
    select from runs o where o.organization_id = r.organization_id and o.status = 'applying'))`;

// Updates of a run that are no transitions: its progress, cached counts, requests to cancel it.
import type { ChangeAction } from "../../accounts/tables.ts";
import type { ActionCounts, RunProgress, RunStatus, RunUsage, WhatIf } from "../tables.ts";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { isActive } from "./run-state.ts";
import { issueCounts } from "./run-summary.ts";
import type { FencedRun } from "./lease.ts";

/** Saves the progress of a run and its usage of the source, if this process still holds it. */
export async function saveProgress(
  db: Kysely<Tables>,
  { runId, lease }: FencedRun,
  { progress, usage }: { readonly progress?: RunProgress; readonly usage?: RunUsage | undefined },
): Promise<void> {
  await db
    .updateTable("runs")
    .set({
      ...(progress && { progress: JSON.stringify(progress) }),
      ...(usage && { usage: JSON.stringify(usage) }),
    })
    .where("id", "=", runId)
    .where("fence", "=", lease.fence)
    .execute();
}

/**
 * SQL over `account_changes`: a link to an account that had a link, to a record that was deleted or
 * deactivated.
 */
export const isTakeOver = sql`previous_reason in ('deleted', 'deactivated')`;

/**
 * Caches the counts of a run's changes by action, which pages that poll would count every time; the
 * take-overs among the links are counted once more.
 */
export async function cacheActionCounts(db: Kysely<Tables>, runId: number): Promise<void> {
  const { rows } = await sql<{ action: ChangeAction; count: number; takeOvers: number }>`
    select action, count(*)::int as count, count(*) filter (where ${isTakeOver})::int as "takeOvers"
    from account_changes
    where run_id = ${runId} and outcome is null
    group by action`.execute(db);
  const takeOvers = rows.reduce((sum, row) => sum + row.takeOvers, 0);
  const actions: ActionCounts = {
    ...Object.fromEntries(rows.map(({ action, count }) => [action, count])),
    ...(takeOvers > 0 && { "take-over": takeOvers }),
  };
  await db
    .updateTable("runs")
    .set({ actions: JSON.stringify(actions) })
    .where("id", "=", runId)
    .execute();
}

/** Caches the counts of a run's issues by kind, once it awaits approval or is done. */
export async function cacheIssueCounts(db: Kysely<Tables>, runId: number): Promise<void> {
  const run = await db
    .selectFrom("runs")
    .select(["id", "organization_id as organizationId", "status"])
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  const issues = JSON.stringify(await issueCounts(db, run));
  await db.updateTable("runs").set({ issues }).where("id", "=", runId).execute();
}

/** Caches the counts of a plan under other options. */
export async function cacheWhatIf(
  db: Kysely<Tables>,
  runId: number,
  { key, figures }: { readonly key: string; readonly figures: WhatIf },
): Promise<void> {
  await sql`
    update runs set what_if = what_if || jsonb_build_object(${key}::text, ${JSON.stringify(figures)}::jsonb)
    where id = ${runId}`.execute(db);
}

/** Makes a run claimable now instead of after its retry delay. */
export async function clearRetryDelay(db: Kysely<Tables>, runId: number): Promise<void> {
  await db.updateTable("runs").set({ retry_at: null }).where("id", "=", runId).execute();
}

/**
 * Requests the cancellation of an active run.
 * @returns false if it is not active
 */
export async function requestCancellation(db: Kysely<Tables>, runId: number, by: string): Promise<boolean> {
  const requested = await sql`
    update runs r set cancelled_by = ${by} from run_leases l
    where r.id = ${runId} and l.organization_id = r.organization_id and ${isActive}`.execute(db);
  return requested.numAffectedRows === 1n;
}

const ENDED_STATUSES: readonly RunStatus[] = ["done", "failed", "discarded"];

type FieldName = { readonly from: string; readonly to: string };

/** `settings` with a custom field renamed in the mapped fields at the path. */
export function withFieldRenamed(path: RawBuilder<unknown>, { from, to }: FieldName): RawBuilder<unknown> {
  return sql`jsonb_set(settings, ${path}, (
      select jsonb_agg(
        case when f ->> 'field' = ${from} then f || jsonb_build_object('field', ${to}::text) else f end
        order by n)
      from jsonb_array_elements(settings #> ${path}) with ordinality as each (f, n)))`;
}

/**
 * Renames a custom field in the settings of runs that may still be applied or resumed, since they
 * would create the old field again, and of the run applied last. A plan made before is refused
 * because its mapping changed (rule 15).
 */
export async function renameFieldInRuns(db: Kysely<Tables>, { from, to }: FieldName): Promise<void> {
  await sql`
    update runs set settings = ${withFieldRenamed(sql`'{settings,mapping,fields}'`, { from, to })}
    where settings #> '{settings,mapping,fields}' @> ${JSON.stringify([{ field: from }])}::jsonb
      and (status <> all(${ENDED_STATUSES}::text[]) or id = (select max(id) from runs where status = 'done'))`.execute(
    db,
  );
}

// Whether people were notified of how a run ended: each end once, whichever process does it.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { ApprovalReason } from "../../settings/run-explanations.ts";
import type { RunMode, RunStatus } from "../tables.ts";

/** How a run ended, in one text; the index runs_to_notify has the same words. A plan that is being applied has not ended. */
const END_STATE = sql`status || coalesce(':' || (error ->> 'kind'), '')`;
const IS_UNNOTIFIED = sql`(status in ('done', 'failed', 'planned') or status = 'applying' and halt_reason = 'failed')
  and notified_state is distinct from ${END_STATE} and (status <> 'planned' or approved_at is null)`;

/** Ended runs nobody was notified of yet, oldest first. */
export async function runsToNotify(
  db: Kysely<Tables>,
  { upTo, endedBefore }: { readonly upTo?: number; readonly endedBefore?: Date },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from runs where ${IS_UNNOTIFIED} and id <= ${upTo ?? Number.MAX_SAFE_INTEGER}
      and (${endedBefore ?? null}::timestamptz is null
        or coalesce(finished_at, planned_at, started_at) <= ${endedBefore ?? null})
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/** A run that ended, and nobody was notified of how. */
export type RunToNotify = {
  readonly id: number;
  /** How it ended, as it is claimed. */
  readonly endedAs: string;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  /** Who applied it, or else started it; null for the schedule. */
  readonly byId: number | null;
  readonly approvalReason: ApprovalReason | null;
  readonly error: { readonly kind: string; readonly sentence: string } | null;
};

/** Undefined if somebody else has notified of its end, or it has none. */
export async function runToNotify(db: Kysely<Tables>, id: number): Promise<RunToNotify | undefined> {
  const { rows } = await sql<RunToNotify>`
    select id, ${END_STATE} as "endedAs", organization_id as "organizationId", mode, status,
      case when applied_by is null and applied_by_id is null then started_by_id else applied_by_id end as "byId",
      approval_reason as "approvalReason", error
    from runs
    where id = ${id} and ${IS_UNNOTIFIED}`.execute(db);
  return rows[0];
}

/** @returns false if somebody else has notified of this end, or it is not how the run ended any more */
export async function claimNotification(
  trx: Kysely<Tables>,
  { id, endedAs }: Pick<RunToNotify, "id" | "endedAs">,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update runs set notified_state = ${END_STATE}
    where id = ${id} and ${END_STATE} = ${endedAs} and ${IS_UNNOTIFIED}`.execute(trx);
  return numAffectedRows === 1n;
}

// Tracks which ended runs people were notified of: each end is notified once, by any process.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { ApprovalReason } from "../../settings/run-explanations.ts";
import type { RunMode, RunStatus, StoredError } from "../tables.ts";

/** SQL: how a run ended, as one text. */
const END_STATE = sql`status || coalesce(':' || (error ->> 'kind'), '')`;
/**
 * SQL. The index runs_to_notify has this condition without the last part; an approved plan has not
 * ended.
 */
const IS_UNNOTIFIED = sql`(status in ('done', 'failed', 'planned') or status = 'applying' and halt_reason = 'failed')
  and notified_state is distinct from ${END_STATE} and (status <> 'planned' or approved_at is null)`;

/** Ended runs that nobody was notified of, oldest first. */
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

/** An ended run that nobody was notified of. */
export type RunToNotify = {
  readonly id: number;
  /** How it ended; `claimNotification` compares this. */
  readonly endedAs: string;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  /** The teammate who applied it, or else started it; null for the schedule. */
  readonly byId: number | null;
  readonly approvalReason: ApprovalReason | null;
  readonly error: StoredError | null;
};

/** @returns undefined if its end was notified already, or it has not ended */
export async function runToNotify(db: Kysely<Tables>, id: number): Promise<RunToNotify | undefined> {
  const { rows } = await sql<RunToNotify>`
    select id, ${END_STATE} as "endedAs", organization_id as "organizationId", mode, status,
      case when applied_by is null and applied_by_id is null then started_by_id else applied_by_id end as "byId",
      approval_reason as "approvalReason", error
    from runs
    where id = ${id} and ${IS_UNNOTIFIED}`.execute(db);
  return rows[0];
}

/** @returns false if this end was notified already, or the run has moved on since */
export async function claimNotification(
  trx: Kysely<Tables>,
  { id, endedAs }: Pick<RunToNotify, "id" | "endedAs">,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update runs set notified_state = ${END_STATE}
    where id = ${id} and ${END_STATE} = ${endedAs} and ${IS_UNNOTIFIED}`.execute(trx);
  return numAffectedRows === 1n;
}

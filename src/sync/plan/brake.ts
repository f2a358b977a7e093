// The brake: a plan that would change too much at once waits for an admin to look at it, since the usual cause is not a
// thousand customers but one mistake at the source. Plans that a person looked at and applied do not come here.
import { sql } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";
import type { ApprovalReason } from "../../settings/run-explanations.ts";
import type { BrakeLimits } from "../../settings/brake.ts";

/** So few accounts come and go by themselves; a test with three of them is no accident. */
const NEGLIGIBLE_COUNT = 10;

export type BrakeFacts = {
  /** Accounts that sync now. */
  readonly linked: number;
  /** Of those, how many the plan would leave, blank in part, or change because their row changed. */
  readonly touched: number;
  readonly read: number;
  /** What the run applied last read of the same selection; undefined if there is none. */
  readonly previouslyRead: number | undefined;
};

/** Why the plan waits; undefined if it need not. */
export function brakeReason(facts: BrakeFacts, limits: BrakeLimits): ApprovalReason | undefined {
  const { linked, touched, read, previouslyRead } = facts;
  const { sharePercent, accounts, shareOfFewPercent, shrunkToPercent } = limits;
  if (
    previouslyRead !== undefined &&
    read * 100 <= previouslyRead * shrunkToPercent &&
    previouslyRead - read > NEGLIGIBLE_COUNT
  )
    return "brake-shrunk";
  const isSmallStore = linked * sharePercent < accounts * 100;
  const isOverLimit = isSmallStore
    ? touched * 100 > linked * shareOfFewPercent
    : touched * 100 > linked * sharePercent && touched > accounts;
  return isOverLimit && touched > NEGLIGIBLE_COUNT ? "brake-changes" : undefined;
}

/**
 * What a stored plan comes to. An update of a row whose version did not move is a renamed label, an owner's name or a
 * setting of ours, and counts only if it blanks something.
 */
export async function brakeFacts(
  open: OpenTransaction,
  { runId, organizationId, read }: { runId: number; organizationId: string; read: number },
): Promise<BrakeFacts> {
  const { rows } = await sql<Omit<BrakeFacts, "readBefore" | "read"> & { before: number | null }>`
    select
      (select count(*) from account_links where organization_id = ${organizationId} and stop_reason is null)::int as linked,
      (select count(*) from account_changes c
       left join account_links l on l.organization_id = ${organizationId} and l.record_id = c.record_id
       where c.run_id = ${runId} and (c.action = 'stop' or c.action = 'update' and (
         c.record_version is distinct from l.record_version
         or c.before ? 'description' and c.description is null
         or c.before ? 'domains' and cardinality(c.domains) < jsonb_array_length(c.before -> 'domains')
         or exists (select from jsonb_each(c.before -> 'fields') old where old.value <> 'null' and not c.fields ? old.key))))::int as touched,
      (select (r.counts ->> 'read')::int from runs r, runs this
       where this.id = ${runId} and r.organization_id = ${organizationId} and r.status = 'done' and r.mode <> 'retry'
         and r.settings -> 'settings' -> 'selection' = this.settings -> 'settings' -> 'selection'
       order by r.id desc limit 1) as before`.execute(open.kysely);
  const { linked, touched, before } = rows[0]!;
  return { linked, touched, read, previouslyRead: before ?? undefined };
}

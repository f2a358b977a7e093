// The brake: the plan of a sync that would change too much at once awaits approval, because the
// usual cause is one mistake at the source.
import { sql } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";
import type { ApprovalReason } from "../../settings/run-explanations.ts";
import type { BrakeLimits } from "../../settings/brake.ts";

/**
 * Changes of this many accounts never need approval, so that small test installations just sync.
 */
const NEGLIGIBLE_COUNT = 10;

export type BrakeFacts = {
  /** Accounts that sync now. */
  readonly linked: number;
  /** How many of those the plan would stop, blank in part, or update because their row changed. */
  readonly affected: number;
  readonly read: number;
  /** How many the last run of the same selection read; undefined if there is none. */
  readonly previouslyRead: number | undefined;
};

/** @returns why the plan needs approval; undefined if it does not */
export function brakeReason(facts: BrakeFacts, limits: BrakeLimits): ApprovalReason | undefined {
  const { linked, affected, read, previouslyRead } = facts;
  const { sharePercent, accounts, shareOfFewPercent, shrunkToPercent } = limits;
  if (
    previouslyRead !== undefined &&
    read * 100 <= previouslyRead * shrunkToPercent &&
    previouslyRead - read > NEGLIGIBLE_COUNT
  )
    return "brake-shrunk";
  const isSmallStore = linked * sharePercent < accounts * 100;
  const isOverLimit = isSmallStore
    ? affected * 100 > linked * shareOfFewPercent
    : affected * 100 > linked * sharePercent && affected > accounts;
  return isOverLimit && affected > NEGLIGIBLE_COUNT ? "brake-changes" : undefined;
}

/**
 * Counts what a stored plan affects. An update of a row with an unchanged version comes from a
 * renamed label or owner, or from our settings, and counts only if it blanks something.
 */
export async function brakeFacts(
  open: OpenTransaction,
  { runId, organizationId, read }: { runId: number; organizationId: string; read: number },
): Promise<BrakeFacts> {
  const { rows } = await sql<Pick<BrakeFacts, "linked" | "affected"> & { before: number | null }>`
    select
      (select count(*) from account_links
       where organization_id = ${organizationId} and stop_reason is null)::int as linked,
      (select count(*) from account_changes c
       left join account_links l on l.organization_id = ${organizationId} and l.record_id = c.record_id
       where c.run_id = ${runId} and (c.action = 'stop' or c.action = 'update' and (
         c.record_version is distinct from l.record_version
         or c.before ? 'description' and c.description is null
         or c.before ? 'domains' and cardinality(c.domains) < jsonb_array_length(c.before -> 'domains')
         or exists (
           select from jsonb_each(c.before -> 'fields') old
           where old.value <> 'null' and not c.fields ? old.key))))::int as affected,
      (select (r.counts ->> 'read')::int from runs r, runs this
       where this.id = ${runId}
         and r.organization_id = ${organizationId} and r.status = 'done' and r.mode <> 'retry'
         and r.settings -> 'settings' -> 'selection' = this.settings -> 'settings' -> 'selection'
       order by r.id desc limit 1) as before`.execute(open.kysely);
  const { linked, affected, before } = rows[0]!;
  return { linked, affected, read, previouslyRead: before ?? undefined };
}

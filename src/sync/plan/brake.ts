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

/** A right that was lost makes records look deleted, and their accounts open to others. */
const DELETED_PERCENT = 1;

export type BrakeFacts = {
  /** Accounts that sync now. */
  readonly linked: number;
  /**
   * How many accounts the plan would stop, merge, take over, blank in part, or update because their
   * row changed; after a change of the rules or of the labels' language, how many it would change by
   * whatever cause.
   */
  readonly affected: number;
  /** Records that this run found deleted. */
  readonly deleted: number;
  readonly read: number;
  /** How many the last run of the same selection read; undefined if there is none. */
  readonly previouslyRead: number | undefined;
};

/** @returns why the plan needs approval; undefined if it does not */
export function brakeReason(facts: BrakeFacts, limits: BrakeLimits): ApprovalReason | undefined {
  const { linked, affected, deleted, read, previouslyRead } = facts;
  const { sharePercent, accounts, shareOfFewPercent, shrunkToPercent } = limits;
  if (
    previouslyRead !== undefined &&
    read * 100 <= previouslyRead * shrunkToPercent &&
    previouslyRead - read > NEGLIGIBLE_COUNT
  )
    return "brake-shrunk";
  if (deleted > NEGLIGIBLE_COUNT && deleted * 100 > linked * DELETED_PERCENT) return "brake-deleted";
  const isSmallStore = linked * sharePercent < accounts * 100;
  const isOverLimit = isSmallStore
    ? affected * 100 > linked * shareOfFewPercent
    : affected * 100 > linked * sharePercent && affected > accounts;
  return isOverLimit && affected > NEGLIGIBLE_COUNT ? "brake-changes" : undefined;
}

/**
 * Counts what a stored plan affects. An update of a row with an unchanged version comes from a
 * renamed label or owner, or from our settings, and counts only if it blanks something. An account
 * that stops and is taken over counts once.
 */
export async function brakeFacts(
  open: OpenTransaction,
  { runId, organizationId, read }: { runId: number; organizationId: string; read: number },
): Promise<BrakeFacts> {
  const { rows } = await sql<Omit<BrakeFacts, "read" | "previouslyRead"> & { before: number | null }>`
    with last as (
      select r.settings -> 'rulesVersion' as rules from runs r
      where r.organization_id = ${organizationId} and r.status = 'done' and r.mode <> 'retry'
      order by r.id desc limit 1
    ), last_full as (
      select r.settings -> 'labelLanguage' as language from runs r
      where r.organization_id = ${organizationId} and r.status = 'done' and r.mode in ('sync', 'plan')
      order by r.id desc limit 1
    ), decides_anew as (
      select from runs this left join last on true left join last_full on true
      where this.id = ${runId} and (
        last.rules is distinct from this.settings -> 'rulesVersion' and exists (select from last)
        or last_full.language <> this.settings -> 'labelLanguage'))
    select
      (select count(*) from account_links
       where organization_id = ${organizationId} and stop_reason is null)::int as linked,
      (select count(*) from account_changes c
       left join account_links l on l.organization_id = ${organizationId} and l.record_id = c.record_id
       where c.run_id = ${runId} and (
         c.action = 'merge'
         or c.action = 'stop' and not exists (
           select from account_changes taken
           where taken.run_id = c.run_id and taken.action = 'link' and taken.account_id = c.account_id)
         or c.action = 'link' and c.previous_record_id is not null
         or c.action in ('link', 'update', 'resume') and c.before <> '{}' and exists (select from decides_anew)
         or c.action = 'update' and (
           c.record_version is distinct from l.record_version
           or c.before ? 'description' and c.description is null
           or c.before ? 'domains' and cardinality(c.domains) < jsonb_array_length(c.before -> 'domains')
           or exists (
             select from jsonb_each(c.before -> 'fields') old
             where old.value <> 'null' and not c.fields ? old.key))))::int as affected,
      (select count(*) from account_changes
       where run_id = ${runId} and action = 'stop' and rule = 'deleted')::int as deleted,
      (select (r.counts ->> 'read')::int from runs r, runs this
       where this.id = ${runId}
         and r.organization_id = ${organizationId} and r.status = 'done' and r.mode <> 'retry'
         and r.settings -> 'settings' -> 'selection' = this.settings -> 'settings' -> 'selection'
       order by r.id desc limit 1) as before`.execute(open.kysely);
  const { before, ...facts } = rows[0]!;
  return { ...facts, read, previouslyRead: before ?? undefined };
}

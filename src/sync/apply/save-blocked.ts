// Saves the blocked records of a run with their drafts, and closes the issues of removed records.
import { sql } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";
import { createTemporaryTable } from "../record/temporary-tables.ts";

type Scope = { readonly runId: number; readonly organizationId: string };

/**
 * Clears the fingerprints of the run's links if its drafts were lost, so that the next run stages
 * these records. A crash of the database empties the drafts, since they are in an unlogged table.
 * @returns whether the drafts were lost
 */
export async function clearFingerprintsIfDraftsLost(
  open: OpenTransaction,
  { runId, organizationId }: Scope,
): Promise<boolean> {
  const cleared = await sql`
    update account_links l set fingerprint = null
    from account_changes c
    where c.run_id = ${runId} and c.action not in ('stop', 'merge')
      and l.organization_id = ${organizationId} and l.record_id = c.record_id
      and not exists (select from run_drafts where run_id = ${runId})`.execute(open.kysely);
  return (cleared.numAffectedRows ?? 0n) > 0n;
}

/**
 * Saves which of the decided records are blocked now; the others stay as they are.
 * @param storeUnchanged only runs have written to the store since the run before this one was done
 */
export async function saveBlockedRecords(
  open: OpenTransaction,
  { runId, organizationId }: Scope,
  storeUnchanged: boolean,
): Promise<void> {
  await sql`
    delete from blocked_records b using run_decisions x
    where b.organization_id = ${organizationId} and x.run_id = ${runId} and x.record_id = b.record_id
      and x.action = 'forget'`.execute(open.kysely);
  await sql`
    delete from blocked_records b using run_lookups k
    where b.organization_id = ${organizationId} and k.run_id = ${runId} and k.record_id = b.record_id`.execute(
    open.kysely,
  );
  await createTemporaryTable(
    open,
    "newly_blocked",
    sql`
    select d.*, case x.action when 'skip' then x.rule else 'domain-taken' end as kind
    from run_decisions x join run_drafts d using (run_id, record_id)
    where x.run_id = ${runId}
      and (x.action = 'skip' or cardinality(x.domains) < cardinality(d.domains))`,
  );
  await sql`
    delete from blocked_records b
    where b.organization_id = ${organizationId}
      and exists (select from run_drafts d where d.run_id = ${runId} and d.record_id = b.record_id)
      and not exists (
        select from newly_blocked n
        where n.record_id = b.record_id and n.kind = b.kind
          and n.fingerprint = b.fingerprint and n.record_version = b.record_version)`.execute(open.kysely);
  await sql`
    insert into blocked_records (organization_id, record_id, kind, created_on, record_version, fingerprint,
      name, name_key, description, fields, domains, issues)
    select ${organizationId}, record_id, kind, created_on, record_version, fingerprint,
      name, name_key, description, fields, domains, issues
    from newly_blocked on conflict do nothing`.execute(open.kysely);
  await closeIssuesOfRemoved(open, { runId, organizationId }, storeUnchanged);
}

/**
 * Closes the issues of records that are no longer read. Those of linked records were closed when
 * they stopped, unless the account was deleted here since.
 */
async function closeIssuesOfRemoved(
  open: OpenTransaction,
  { runId, organizationId }: Scope,
  storeUnchanged: boolean,
): Promise<void> {
  // Two statements, because PostgreSQL finds a join for each condition and none for both with "or".
  const isUnblocked = sql`
    s.record_id in (select record_id from run_decisions where run_id = ${runId} and action = 'forget')`;
  const isUnlinked = sql`
    not exists (
      select from account_links l
      where l.organization_id = s.organization_id and l.record_id = s.record_id)`;
  for (const condition of storeUnchanged ? [isUnblocked] : [isUnblocked, isUnlinked]) {
    await sql`
      update sync_issues s set closed_run = ${runId}
      where s.organization_id = ${organizationId} and s.closed_run is null and s.record_id is not null
        and ${condition}
        and not exists (select from run_drafts d where d.run_id = ${runId} and d.record_id = s.record_id)
        and not exists (
          select from blocked_records b
          where b.organization_id = s.organization_id and b.record_id = s.record_id)`.execute(open.kysely);
  }
}

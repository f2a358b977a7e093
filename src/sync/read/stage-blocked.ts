// Waiting records: refused, or synced without a domain that somebody else has. What becomes of them depends on other
// accounts, so their drafts are kept: when anything moved they are decided again, without being read again, and when
// nothing moved a run passes them by like any unchanged row.
import { sql, type RawBuilder } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import { createTemporaryTable } from "../record/temporary-tables.ts";
import { insertDecisionsOfUnread } from "./missing-records.ts";
import type { StagingRun } from "./stage-rows.ts";

export type StoreComparison = {
  /**
   * "unchanged" when the store is as the run applied last left it, under the same settings, so that every waiting record would be
   * decided as before if the source brings nothing new; "edited" when somebody else wrote.
   */
  readonly store: "unchanged" | "edited" | "other-settings";
  /** Of the store at that moment: what is written after it has not been looked at. */
  readonly revision: number;
};

/** How the store stands to the run applied last. */
export async function compareStoreToLastRun(
  database: Database,
  organizationId: string,
  settingsHash: string,
): Promise<StoreComparison> {
  const { rows } = await sql<{ revision: number; same: boolean | null; unchanged: boolean | null }>`
    select s.revision, last.settings_hash = ${settingsHash} as same,
      last.settled_revision = s.revision as unchanged
    from store_revision s left join lateral (
      select settings_hash, settled_revision from runs
      where organization_id = ${organizationId} and status = 'done' order by id desc limit 1) last on true`.execute(
    database.kysely,
  );
  const { revision, same, unchanged } = rows[0]!;
  if (!same) return { store: "other-settings", revision };
  return { store: unchanged ? "unchanged" : "edited", revision };
}

/** Notes the waiting records that the read did not bring; the run's end forgets them. */
export async function stageUnreadBlocked(run: StagingRun, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const reasons = ids.map((id) => [id, "not-read"] as const);
  await run.transaction(({ client }) => insertDecisionsOfUnread(client, run.runId, "forget", reasons));
}

/**
 * Stages waiting records that were read and said nothing new: all, or those woken by what this run moves. What a record waits
 * on are its name and its domains; so whoever shares one with a staged draft, with the account of one, or with a departing
 * account is staged, and then whoever shares one with those. @returns how many, by whether they are synced or refused
 */
export async function stageBlocked(
  run: StagingRun,
  which: "all" | "affected",
): Promise<{ synced: number; refused: number }> {
  const { runId, organizationId } = run;
  const staged = { synced: 0, refused: 0 };
  const stage = async (open: OpenTransaction, condition: RawBuilder<unknown>): Promise<number> => {
    const { rows } = await sql<{ kind: string; count: number }>`
      with staged as (
        insert into run_drafts (run_id, record_id, created_on, record_version, fingerprint, name, name_key, description, fields, domains, issues)
        select ${runId}, w.record_id, w.created_on, coalesce(v.record_version, w.record_version), w.fingerprint, w.name, w.name_key,
          w.description, w.fields, w.domains, w.issues
        from blocked_records w
        left join run_versions v on v.run_id = ${runId} and v.record_id = w.record_id
        where w.organization_id = ${organizationId} and ${condition}
          and not exists (select from run_drafts d where d.run_id = ${runId} and d.record_id = w.record_id)
          and not exists (select from run_decisions x where x.run_id = ${runId} and x.record_id = w.record_id and x.action = 'forget')
        returning record_id)
      select case w.kind when 'domain-taken' then 'synced' else 'refused' end as kind, count(*)::int as count
      from staged join blocked_records w using (record_id) where w.organization_id = ${organizationId} group by 1`.execute(
      open.kysely,
    );
    for (const { kind, count } of rows) staged[kind === "synced" ? "synced" : "refused"] += count;
    return rows.reduce((sum, { count }) => sum + count, 0);
  };
  await run.transaction(async (open) => {
    if (which === "all") await stage(open, sql`true`);
    else {
      await gatherMovedKeys(open, run);
      const woken = sql`w.record_id in (select record_id from blocked_keys join moved_keys using (key))`;
      while ((await stage(open, woken)) > 0) {
        await sql`
          insert into moved_keys select key from blocked_keys join run_drafts d using (record_id)
          where d.run_id = ${runId} on conflict do nothing`.execute(open.kysely);
      }
    }
    if (staged.synced + staged.refused > 0)
      await sql`analyze ${sql.table(`run_drafts_${runId}`)}`.execute(open.kysely);
  });
  return staged;
}

/** Names and domains that this run moves, and that blocked records wait for. */
async function gatherMovedKeys(trx: OpenTransaction, { runId, organizationId }: StagingRun): Promise<void> {
  await createTemporaryTable(
    trx,
    "blocked_keys",
    sql`
    select record_id, 'n' || name_key as key from blocked_records where organization_id = ${organizationId}
    union all
    select record_id, 'd' || unnest(domains) from blocked_records where organization_id = ${organizationId}`,
  );
  await createTemporaryTable(
    trx,
    "affected_accounts",
    sql`
    select l.account_id from account_links l
    where l.organization_id = ${organizationId} and l.record_id in (
      select record_id from run_drafts where run_id = ${runId}
      union all select record_id from run_decisions where run_id = ${runId})`,
  );
  await createTemporaryTable(
    trx,
    "moved_keys",
    sql`
    select 'n' || name_key as key from run_drafts where run_id = ${runId}
    union select 'd' || unnest(domains) from run_drafts where run_id = ${runId}
    union select 'n' || name_key from accounts where id in (select account_id from affected_accounts)
    union select 'd' || domain from account_domains where account_id in (select account_id from affected_accounts)`,
  );
  await sql`alter table moved_keys add primary key (key)`.execute(trx.kysely);
}

// Blocked records: skipped, or synced without a domain, because of other accounts. Their drafts are
// stored, so that they are decided again when one of those accounts changes, without being read
// again. Without such a change they are skipped like any unchanged row.
import { sql, type RawBuilder } from "kysely";
import { copyRows, encodeCopyRow } from "../../db/copy.ts";
import type { Database } from "../../db/pool.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import { createTemporaryTable } from "../record/temporary-tables.ts";
import type { StagingRun } from "./stage-rows.ts";

export type StoreComparison = {
  /**
   * "unchanged" if nothing but runs wrote to the store, under the same settings: then blocked records
   * stay blocked unless the source changes. "edited" if something else wrote.
   */
  readonly store: "unchanged" | "edited" | "other-settings";
  /** The store's revision at the time of the comparison. */
  readonly revision: number;
};

/**
 * Compares the store to its state after the last run that was done and that was no retry. A retry
 * under other settings since then decided some records by those.
 */
export async function compareStoreToLastRun(
  database: Database,
  organizationId: string,
  settingsHash: string,
): Promise<StoreComparison> {
  const { rows } = await sql<{ revision: number; same: boolean | null; unchanged: boolean | null }>`
    select s.revision, last.settled_revision = s.revision as unchanged,
      last.settings_hash = ${settingsHash} and not exists (
        select from runs retry
        where retry.organization_id = ${organizationId} and retry.status = 'done' and retry.id > last.id
          and retry.settings_hash <> ${settingsHash}) as same
    from store_revision s left join lateral (
      select id, settings_hash, settled_revision from runs
      where organization_id = ${organizationId} and status = 'done' and mode <> 'retry'
      order by id desc limit 1) last on true`.execute(database.kysely);
  const { revision, same, unchanged } = rows[0]!;
  if (!same) return { store: "other-settings", revision };
  return { store: unchanged ? "unchanged" : "edited", revision };
}

/** Stores decisions on blocked records that were not read; `saveBlockedRecords` deletes them. */
export async function stageUnreadBlocked(run: StagingRun, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { runId } = run;
  function* rows(): Generator<string> {
    for (const id of ids) yield encodeCopyRow([runId, id, "forget", "not-read"]);
  }
  await run.transaction(({ client }) =>
    copyRows(client, `copy run_decisions_${runId} (run_id, record_id, action, rule) from stdin`, rows()),
  );
}

type StagedBlocked = {
  /** Records that were synced without a domain. */
  readonly synced: number;
  readonly skipped: number;
};

/**
 * Stages blocked records that are unchanged: all, or those that this run may unblock. A record is
 * blocked over its name or domains. So it is staged if it shares one with a staged draft, with the
 * account of one, or with an account that stops; then those that share one with it are staged too.
 * A record that another one was merged into is staged as well.
 */
export async function stageBlocked(run: StagingRun, which: "all" | "affected"): Promise<StagedBlocked> {
  const { runId } = run;
  return run.transaction(async (open) => {
    let staged: StagedBlocked = { synced: 0, skipped: 0 };
    const stage = async (condition: RawBuilder<unknown>): Promise<number> => {
      const { synced, skipped } = await stageBlockedWhere(open, run, condition);
      staged = { synced: staged.synced + synced, skipped: staged.skipped + skipped };
      return synced + skipped;
    };
    if (which === "all") await stage(sql`true`);
    else {
      await gatherMovedKeys(open, run);
      const isAffected = sql`(
        b.record_id in (select record_id from blocked_keys join moved_keys using (key))
        or b.record_id in (select winner_id from run_lookups where run_id = ${runId} and is_changed))`;
      while ((await stage(isAffected)) > 0) {
        await sql`
          insert into moved_keys
          select key from blocked_keys join run_drafts d using (record_id)
          where d.run_id = ${runId}
          on conflict do nothing`.execute(open.kysely);
      }
    }
    if (staged.synced + staged.skipped > 0)
      await sql`analyze ${sql.table(`run_drafts_${runId}`)}`.execute(open.kysely);
    return staged;
  });
}

/** @param condition SQL over `blocked_records b` */
async function stageBlockedWhere(
  { kysely: trx }: OpenTransaction,
  { runId, organizationId }: StagingRun,
  condition: RawBuilder<unknown>,
): Promise<StagedBlocked> {
  const { rows } = await sql<StagedBlocked>`
    with staged as (
      insert into run_drafts (run_id, record_id, created_on, record_version, fingerprint,
        name, name_key, description, fields, domains, issues)
      select ${runId}, b.record_id, b.created_on, coalesce(v.record_version, b.record_version), b.fingerprint,
        b.name, b.name_key, b.description, b.fields, b.domains, b.issues
      from blocked_records b
      left join run_versions v on v.run_id = ${runId} and v.record_id = b.record_id
      where b.organization_id = ${organizationId} and ${condition}
        and not exists (
          select from run_drafts d where d.run_id = ${runId} and d.record_id = b.record_id)
        and not exists (
          select from run_decisions x
          where x.run_id = ${runId} and x.record_id = b.record_id and x.action = 'forget')
      returning record_id)
    select count(*) filter (where b.kind = 'domain-taken')::int as synced,
      count(*) filter (where b.kind <> 'domain-taken')::int as skipped
    from staged join blocked_records b using (record_id)
    where b.organization_id = ${organizationId}`.execute(trx);
  return rows[0]!;
}

/**
 * Fills the names and domains of blocked records, and those that this run may assign or release.
 */
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
      union all select record_id from run_lookups where run_id = ${runId} and is_changed)`,
  );
  await createTemporaryTable(
    trx,
    "moved_keys",
    sql`
    select 'n' || name_key as key from run_drafts where run_id = ${runId}
    union select 'd' || unnest(domains) from run_drafts where run_id = ${runId}
    union select 'n' || name_key from accounts where id in (select account_id from affected_accounts)
    union select 'd' || domain from account_domains
      where account_id in (select account_id from affected_accounts)`,
  );
  await sql`alter table moved_keys add primary key (key)`.execute(trx.kysely);
}

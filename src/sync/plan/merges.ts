// Merges: what becomes of the accounts of records that were merged into others (rule 11), decided
// before any draft claims a name or domain. The decision is pure; it is stored with the lookups of
// the run, and what changes is planned.
import { sql } from "kysely";
import type { StopReason } from "../../accounts/tables.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import type { MatchScope } from "./match-store.ts";

/** A record with a link, which was merged into the winner. */
export type MergedRecord = {
  readonly id: string;
  readonly account: number;
  /** It was merged in an earlier run already. */
  readonly wasMerged: boolean;
  readonly winner: string;
  /** Null if the winner was read. */
  readonly winnerReason: StopReason | null;
  readonly winnerAccount: number | null;
  /** The account that it was merged into in an earlier run. */
  readonly mergedInto: number | null;
  /** The winner has no account, and gets none in this run. */
  readonly isWinnerSkipped: boolean;
};

export type MergeDecision = {
  readonly id: string;
  readonly reason: StopReason;
  /** The account becomes the winner's. */
  readonly isTransferred: boolean;
  readonly mergedInto: number | null;
};

/**
 * The first merged record's account becomes that of a winner without one; all others are merged
 * into the winner's account. Records that were merged already come last, since their accounts have
 * given up their domains; if the account of a winner that was not read was taken over or unlinked
 * since, they stay as they are.
 */
export function decideMerges(records: readonly MergedRecord[]): MergeDecision[] {
  const ordered = records.toSorted(
    (a, b) => Number(a.wasMerged) - Number(b.wasMerged) || a.account - b.account,
  );
  const accounts = new Map<string, number>();
  return ordered.map((record) => {
    const { id, account, winner, winnerReason, winnerAccount, isWinnerSkipped } = record;
    const into = winnerAccount ?? accounts.get(winner);
    if (into !== undefined) return { id, reason: "merged", isTransferred: false, mergedInto: into };
    if (isWinnerSkipped) return { id, reason: "deactivated", isTransferred: false, mergedInto: null };
    if (winnerReason !== null && record.mergedInto !== null)
      return { id, reason: "merged", isTransferred: false, mergedInto: record.mergedInto };
    accounts.set(winner, account);
    return { id, reason: winnerReason ?? "merged", isTransferred: true, mergedInto: null };
  });
}

/** Decides the merges that this run found and stores the decisions with the lookups. */
export async function resolveMerges(open: OpenTransaction, scope: MatchScope): Promise<void> {
  const { runId } = scope;
  const decisions = decideMerges(await loadMerged(open, scope));
  if (decisions.length === 0) return;
  await sql`
    update run_lookups k
    set reason = d.reason, is_transferred = d.transferred, merged_into = d.merged_into
    from unnest(
      ${decisions.map(({ id }) => id)}::uuid[], ${decisions.map(({ reason }) => reason)}::text[],
      ${decisions.map(({ isTransferred }) => isTransferred)}::boolean[],
      ${decisions.map(({ mergedInto }) => mergedInto)}::bigint[]) d (record_id, reason, transferred, merged_into)
    where k.run_id = ${runId} and k.record_id = d.record_id`.execute(open.kysely);
}

async function loadMerged(
  open: OpenTransaction,
  { runId, organizationId, origin }: MatchScope,
): Promise<MergedRecord[]> {
  const { rows } = await sql<MergedRecord>`
    select k.record_id as id, l.account_id as account, k.previous_reason is not distinct from 'merged' as "wasMerged",
      k.winner_id as winner, k.winner_reason as "winnerReason", w.account_id as "winnerAccount",
      case when k.previous_reason = 'merged' then l.merged_into end as "mergedInto",
      w.account_id is null and (
        exists (
          select from excluded_records e
          where e.organization_id = ${organizationId} and e.record_id = k.winner_id)
        or exists (select from accounts a where a.external_id = k.winner_id::text)
        or exists (
          select from accounts a
          where a.external_origin <> ${sql.lit(origin)}
            and lower(btrim(a.external_id, '{}')) = k.winner_id::text)
        or exists (
          select from run_drafts d
          where d.run_id = ${runId} and d.record_id = k.winner_id and d.name_key = '')
        or exists (
          select from blocked_records b
          where b.organization_id = ${organizationId} and b.record_id = k.winner_id and b.kind = 'name-empty'
            and k.winner_reason is null
            and not exists (
              select from run_drafts d where d.run_id = ${runId} and d.record_id = k.winner_id))
      ) as "isWinnerSkipped"
    from run_lookups k
    join account_links l on l.organization_id = ${organizationId} and l.record_id = k.record_id
    left join account_links w on w.organization_id = ${organizationId} and w.record_id = k.winner_id
    where k.run_id = ${runId} and k.reason = 'merged' and not k.keeps_reason`.execute(open.kysely);
  return rows;
}

/**
 * Plans the merges. An account that is merged into another gives up its domains; one that becomes
 * that of a winner which was not read gets its link.
 */
export async function planMerges(
  open: OpenTransaction,
  { runId, organizationId }: MatchScope,
  base: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into account_changes (run_id, seq, action, rule, account_id, account_version, record_id,
      name, name_key, domains, before, winner_id, merged_into)
    select ${runId}, ${base} + row_number() over (order by k.record_id), 'merge', k.reason,
      a.id, a.version, k.record_id, a.name, a.name_key,
      case when k.reason = 'merged' then '{}'::text[] end,
      case
        when k.is_transferred then jsonb_build_object('externalId', a.external_id)
        when held.domains is null then '{}'
        else jsonb_build_object('domains', held.domains)
      end,
      k.winner_id, k.merged_into
    from run_lookups k
    join account_links l on l.organization_id = ${organizationId} and l.record_id = k.record_id
    join accounts a on a.id = l.account_id
    left join lateral (
      select jsonb_agg(domain order by domain) as domains from account_domains where account_id = a.id
    ) held on true
    where k.run_id = ${runId} and (
      k.is_transferred and k.reason <> 'merged'
      or k.merged_into is not null and (
        l.stop_reason is distinct from 'merged' or l.merged_into is distinct from k.merged_into))`.execute(
    open.kysely,
  );
  return Number(numAffectedRows ?? 0);
}

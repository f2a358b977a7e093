// Plan: turns matches into planned changes, only for what differs, each with its rule and before →
// after per field. They are stored before anything is applied, in the transaction that matched.
import { sql } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";
import { createTemporaryTable } from "../record/temporary-tables.ts";
import { gatherPending, matchPending, skipPending, type MatchScope } from "./match-store.ts";
import type { MatchOptions } from "./match.ts";
import { planMerges, resolveMerges } from "./merges.ts";

export type PlanScope = MatchScope & {
  /** The custom fields that are mapped and readable: only these are compared and written. */
  readonly fieldIds: readonly number[];
  readonly descriptionMapped: boolean;
};

/** The distinct records of one attempt, by outcome. */
export type PlanCounts = {
  drafts: number;
  created: number;
  linked: number;
  updated: number;
  unchanged: number;
  skipped: number;
};

/**
 * Stores the issues that drafting found, and those of blank names and exclusions. What is wrong with
 * an excluded record concerns nobody.
 */
async function storeDraftIssues(open: OpenTransaction, { runId, attempt }: MatchScope): Promise<void> {
  await sql`
    insert into run_issues (run_id, record_id, name, kind, field, value)
    select d.run_id, d.record_id, d.name, i ->> 'kind', i ->> 'field', i ->> 'value'
    from run_drafts d cross join lateral jsonb_array_elements(d.issues) i
    where d.run_id = ${runId} and d.attempt = ${attempt} and d.issues is not null
      and not exists (
        select from run_decisions x
        where x.run_id = d.run_id and x.record_id = d.record_id and x.rule = 'excluded')`.execute(
    open.kysely,
  );
  await sql`
    insert into run_issues (run_id, record_id, name, kind)
    select x.run_id, x.record_id, d.name, x.rule
    from run_decisions x join run_drafts d using (run_id, record_id)
    where x.run_id = ${runId} and d.attempt = ${attempt}
      and x.action = 'skip' and x.rule in ('name-empty', 'excluded')`.execute(open.kysely);
}

/** @returns the highest seq so far; the next changes are numbered after it */
async function lastSeq(open: OpenTransaction, runId: number): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    select coalesce(max(seq), 0)::int as seq from account_changes where run_id = ${runId}`.execute(
    open.kysely,
  );
  return rows[0]!.seq;
}

/** Plans what becomes of the accounts whose records were not read. */
export async function planUnread(
  open: OpenTransaction,
  scope: MatchScope,
): Promise<{ stopped: number; merged: number }> {
  await resolveMerges(open, scope);
  const merged = await planMerges(open, scope, await lastSeq(open, scope.runId));
  return { merged, stopped: await planStops(open, scope) };
}

async function planStops(open: OpenTransaction, { runId, organizationId }: MatchScope): Promise<number> {
  const base = await lastSeq(open, runId);
  const { numAffectedRows } = await sql`
    insert into account_changes (run_id, seq, action, rule, account_id, account_version, record_id,
      name, name_key, before)
    select ${runId}, ${base} + row_number() over (order by k.record_id), 'stop', k.reason,
      a.id, a.version, k.record_id, a.name, a.name_key, '{}'
    from run_lookups k
    join account_links l on l.organization_id = ${organizationId} and l.record_id = k.record_id
    join accounts a on a.id = l.account_id
    where k.run_id = ${runId} and not k.keeps_reason and not k.is_transferred
      and k.reason <> 'merged' and k.reason is distinct from l.stop_reason`.execute(open.kysely);
  return Number(numAffectedRows ?? 0);
}

/** Fills `planned_updates`: links, updates and resumes, each with its state before and after. */
async function gatherUpdates(open: OpenTransaction, scope: PlanScope, options: MatchOptions): Promise<void> {
  const { runId } = scope;
  const fieldIds = scope.fieldIds.map(String);
  await createTemporaryTable(
    open,
    "planned_updates",
    sql`
    select d.record_id, d.created_on, d.record_version, a.id as account_id, a.version as account_version,
      case
        when t.action = 'link' or t.merged_record_id is not null then 'link'
        when t.stop_reason is not null then 'resume'
        else 'update'
      end as action,
      case when t.merged_record_id is not null then 'merged' else coalesce(t.rule, 'linked') end as rule,
      case
        when t.merged_record_id is not null then previous.record_id
        when t.action = 'link' then case when k.is_transferred then k.winner_id else previous.record_id end
      end as previous_record_id,
      case
        when t.merged_record_id is not null then 'merged'
        when t.action = 'link' then coalesce(k.reason, previous.stop_reason)
      end as previous_reason,
      d.name, d.name_key,
      case when ${scope.descriptionMapped}::boolean then d.description else a.description end as description,
      (a.fields - ${fieldIds}::text[]) || d.fields as fields,
      case when ${options.domainsMapped}::boolean then own.after end as domains,
      d.fingerprint,
      case when a.name <> d.name
        then jsonb_build_object('name', a.name) else '{}' end
      || case when ${scope.descriptionMapped}::boolean and a.description is distinct from d.description
        then jsonb_build_object('description', a.description) else '{}' end
      || case when ${options.domainsMapped}::boolean and own.before <> own.after
        then jsonb_build_object('domains', to_jsonb(own.before)) else '{}' end
      || case when (a.fields - ${fieldIds}::text[]) || d.fields <> a.fields
        then jsonb_build_object('fields', (
          select jsonb_object_agg(k, a.fields -> k) from unnest(${fieldIds}::text[]) k
          where (a.fields -> k) is distinct from (d.fields -> k))) else '{}' end
      || case when a.external_id is distinct from d.record_id::text
        then jsonb_build_object('externalId', a.external_id) else '{}' end as before
    from (
      select p.record_id, p.stop_reason, p.merged_record_id, x.action, x.rule, x.domains,
        coalesce(x.account_id, p.account_id) as account_id
      from pending_drafts p
      left join run_decisions x on x.run_id = ${runId} and x.record_id = p.record_id
      where (p.account_id is not null or x.account_id is not null)
        and (x.action is null or x.action in ('link', 'update'))
    ) t
    join run_drafts d using (record_id)
    join accounts a on a.id = t.account_id
    left join account_links previous
      on previous.organization_id = ${scope.organizationId} and previous.account_id = a.id
    left join run_lookups k on k.run_id = ${runId} and k.record_id = previous.record_id
    cross join lateral (
      select
        coalesce((
          select array_agg(domain order by domain)
          from account_domains where account_id = a.id), '{}') as before,
        coalesce((
          select array_agg(n order by n collate "C")
          from unnest(coalesce(t.domains, d.domains)) n), '{}') as after
    ) own
    where d.run_id = ${runId} and d.attempt = ${scope.attempt}`,
  );
}

/**
 * Plans links, updates and resumes. A change has the complete state after it, so that apply and
 * undo need not merge, and in `before` only what differs. An update without a difference is not
 * stored.
 */
async function planUpdates(
  open: OpenTransaction,
  scope: PlanScope,
  options: MatchOptions,
): Promise<{ linked: number; updated: number; unchanged: number }> {
  const { runId } = scope;
  await gatherUpdates(open, scope, options);
  const base = await lastSeq(open, runId);
  await sql`
    insert into account_changes (run_id, seq, action, rule, account_id, account_version, record_id,
      name, name_key, description, fields, domains, before, previous_record_id, previous_reason,
      record_version, fingerprint)
    select ${runId}, ${base} + row_number() over (order by created_on, record_id), action, rule,
      account_id, account_version, record_id,
      name, name_key, description, fields, domains, before, previous_record_id, previous_reason,
      record_version, fingerprint
    from planned_updates where action <> 'update' or before <> '{}'`.execute(open.kysely);
  await sql`
    insert into run_versions (run_id, record_id, record_version, fingerprint, drafted)
    select ${runId}, record_id, record_version, fingerprint, true
    from planned_updates where action = 'update' and before = '{}'`.execute(open.kysely);
  const { rows } = await sql<{ linked: number; updated: number; unchanged: number }>`
    select count(*) filter (where action = 'link')::int as linked,
      count(*) filter (where action = 'resume' or action = 'update' and before <> '{}')::int as updated,
      count(*) filter (where action = 'update' and before = '{}')::int as unchanged
    from planned_updates`.execute(open.kysely);
  return rows[0]!;
}

/**
 * Plans creates, numbered in the order of the drafts, so that the ids of new accounts grow with
 * their age at the source. Narrow rows are sorted and joined, because sorting whole drafts spills
 * half a gigabyte (500,000 accounts).
 */
async function planCreates(
  open: OpenTransaction,
  { runId }: MatchScope,
  options: MatchOptions,
): Promise<number> {
  const base = await lastSeq(open, runId);
  await createTemporaryTable(
    open,
    "numbered_creates",
    sql`
    select record_id, domains, (${base} + row_number() over ())::int as seq,
      nextval('accounts_id_seq') as account_id
    from (
      select p.record_id, x.domains
      from pending_drafts p
      left join run_decisions x on x.run_id = ${runId} and x.record_id = p.record_id
      where p.account_id is null and (x.action is null or x.action = 'create')
      order by p.created_on, p.record_id
    ) creates`,
  );
  const { numAffectedRows } = await sql`
    insert into account_changes (run_id, seq, action, rule, account_id, record_id,
      name, name_key, description, fields, domains, record_version, fingerprint)
    select ${runId}, n.seq, 'create', 'create', n.account_id, d.record_id,
      d.name, d.name_key, d.description, d.fields,
      case when ${options.domainsMapped}::boolean then coalesce(n.domains, d.domains) end,
      d.record_version, d.fingerprint
    from run_drafts d join numbered_creates n using (record_id)
    where d.run_id = ${runId}`.execute(open.kysely);
  return Number(numAffectedRows ?? 0);
}

/**
 * Matches and plans the drafts of one attempt. `planUnread` must be called before the first.
 */
export async function planDrafts(
  open: OpenTransaction,
  scope: PlanScope,
  options: MatchOptions,
): Promise<PlanCounts> {
  await gatherPending(open, scope);
  await skipPending(open, scope);
  await matchPending(open, scope, options);
  await storeDraftIssues(open, scope);
  const updates = await planUpdates(open, scope, options);
  const created = await planCreates(open, scope, options);
  const { rows } = await sql<{ drafts: number; skipped: number }>`
    select count(*)::int as drafts, count(*) filter (where x.action = 'skip')::int as skipped
    from run_drafts d
    left join run_decisions x on x.run_id = d.run_id and x.record_id = d.record_id
    where d.run_id = ${scope.runId} and d.attempt = ${scope.attempt}`.execute(open.kysely);
  return { ...rows[0]!, ...updates, created };
}

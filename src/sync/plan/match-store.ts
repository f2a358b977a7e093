// Loads what the matcher needs, set-based (the conflicting drafts and the accounts they conflict
// with), and stores its decisions. `match.ts` decides.
import { sql } from "kysely";
import { copyRows, encodeCopyRow, encodeTextArray } from "../../db/copy.ts";
import type { Origin } from "../../accounts/tables.ts";
import type { OpenTransaction } from "../../db/transaction.ts";
import { createTemporaryTable } from "../record/temporary-tables.ts";
import type { ExistingAccount } from "./projected-store.ts";
import { matchDrafts, type ConflictingDraft, type Match, type MatchOptions } from "./match.ts";

export type MatchScope = {
  readonly runId: number;
  readonly organizationId: string;
  /** The origin of the accounts that the run creates: an id of another origin is not the record's. */
  readonly origin: Origin;
  /** Selects the drafts: 1 for all, more for those planned again. */
  readonly attempt: number;
  /**
   * What links say of records that were not looked up counts, where the next run would look them up.
   */
  readonly trustsLinks?: true;
};

/**
 * Fills `pending_drafts`: the drafts to decide, each with its account, which is that of its link or
 * of a record that was merged into it.
 */
export async function gatherPending(open: OpenTransaction, scope: MatchScope): Promise<void> {
  const { runId, organizationId, attempt } = scope;
  // Sorts and hashes 500,000 rows in memory; the setting ends with the transaction.
  await sql`set local work_mem = '128MB'`.execute(open.kysely);
  await createTemporaryTable(
    open,
    "pending_drafts",
    sql`
    select d.record_id, d.created_on, d.name, d.name_key, d.domains,
      coalesce(l.account_id, merged.account_id) as account_id, l.stop_reason,
      case when l.account_id is null then merged.record_id end as merged_record_id,
      case
        when d.name_key = '' then 'name-empty'
        when e.record_id is not null then 'excluded'
      end as skip_reason
    from run_drafts d
    left join account_links l on l.organization_id = ${organizationId} and l.record_id = d.record_id
    left join excluded_records e on e.organization_id = ${organizationId} and e.record_id = d.record_id
    left join (
      select k.winner_id, k.record_id, x.account_id from run_lookups k
      join account_links x on x.organization_id = ${organizationId} and x.record_id = k.record_id
      where k.run_id = ${runId} and k.is_transferred and k.reason = 'merged'
    ) merged on merged.winner_id = d.record_id
    where d.run_id = ${runId} and d.attempt = ${attempt}`,
  );
}

/** Decides the pending drafts that are skipped without matching. */
export async function skipPending(open: OpenTransaction, { runId }: MatchScope): Promise<void> {
  await sql`
    insert into run_decisions (run_id, record_id, action, rule, account_id)
    select ${runId}, record_id, 'skip', skip_reason, account_id
    from pending_drafts where skip_reason is not null`.execute(open.kysely);
  await sql`delete from pending_drafts where skip_reason is not null`.execute(open.kysely);
}

/** Fills `conflicting_drafts`: the pending drafts that share a name or domain with another. */
async function gatherConflicting(
  open: OpenTransaction,
  { origin }: MatchScope,
  options: MatchOptions,
): Promise<void> {
  const names = !options.allowDuplicateNames;
  const domains = options.domainsMapped;
  await createTemporaryTable(
    open,
    "wanted_domains",
    sql`
    select p.record_id, p.account_id, domain
    from pending_drafts p cross join lateral unnest(p.domains) domain
    where ${domains}::boolean`,
  );
  await createTemporaryTable(
    open,
    "conflicting_drafts",
    sql`
    select * from pending_drafts where record_id in (
      select record_id from pending_drafts
      where ${names}::boolean and account_id is null
        and name_key in (select name_key from pending_drafts group by name_key having count(*) > 1)
      union all
      select p.record_id from pending_drafts p join accounts a using (name_key)
      where ${names}::boolean and p.account_id is null
      union all
      select record_id from wanted_domains
        where domain in (select domain from wanted_domains group by domain having count(*) > 1)
      union all
      select w.record_id from wanted_domains w join account_domains held using (domain)
        where held.account_id is distinct from w.account_id
      union all
      select p.record_id from pending_drafts p join accounts a on a.id = p.account_id
        where ${names}::boolean and a.name_key <> p.name_key
      union all
      select p.record_id from pending_drafts p
        where ${domains}::boolean and p.account_id is not null and (
          exists (
            select from unnest(p.domains) d
            where not exists (
              select from account_domains own where own.account_id = p.account_id and own.domain = d))
          or exists (
            select from account_domains own
            where own.account_id = p.account_id and own.domain <> all(p.domains)))
      union all
      select p.record_id from pending_drafts p join accounts a on a.external_id = p.record_id::text
      where p.account_id is null
      union all
      select p.record_id from pending_drafts p join accounts a
        on a.external_origin <> ${sql.lit(origin)} and lower(btrim(a.external_id, '{}')) = p.record_id::text
        where p.account_id is null)`,
  );
  await sql`drop table wanted_domains`.execute(open.kysely);
}

type NamedDraft = ConflictingDraft & { readonly name: string };

async function loadConflicting(open: OpenTransaction, { origin }: MatchScope): Promise<NamedDraft[]> {
  // The rows are not copied: in a large first sync they take most of the memory.
  const { rows } = await sql<NamedDraft>`
    select c.record_id as id, c.name, c.name_key as "nameKey", c.domains, c.account_id as "linkedTo",
      c.account_id is null and (exists (select from accounts a where a.external_id = c.record_id::text)
        or exists (select from accounts a where a.external_origin <> ${sql.lit(origin)}
                   and lower(btrim(a.external_id, '{}')) = c.record_id::text)) as "heldByOtherSource"
    from conflicting_drafts c order by c.created_on, c.record_id`.execute(open.kysely);
  return rows;
}

/**
 * Loads the accounts. An account with a link is open only if this run found its record deleted or
 * deactivated; a link alone says what an earlier run found.
 */
async function loadConflictingAccounts(open: OpenTransaction, scope: MatchScope): Promise<ExistingAccount[]> {
  const { rows } = await sql<ExistingAccount>`
    select a.id, case when not found.is_merged then a.name_key end as "nameKey",
      (a.external_id is null or a.external_origin = ${scope.origin})
        and (l.account_id is null or coalesce(found.reason in ('deleted', 'deactivated'), false)) as "isOpen",
      case when merge.account_id is null then coalesce((
        select array_agg(domain order by domain) from account_domains where account_id = a.id), '{}')
        else '{}' end as domains
    from accounts a
    left join account_links l on l.account_id = a.id
    left join run_lookups k on k.run_id = ${scope.runId} and k.record_id = l.record_id
      and l.organization_id = ${scope.organizationId}
    left join account_changes merge on merge.run_id = ${scope.runId} and merge.action = 'merge'
      and merge.rule = 'merged' and merge.outcome is null and merge.account_id = a.id
    cross join lateral (
      select exists (
        select from run_drafts d where d.run_id = ${scope.runId} and d.record_id = l.record_id) as is_read
    ) draft
    cross join lateral (
      select
        coalesce(k.reason, case when ${scope.trustsLinks === true}::boolean and not draft.is_read
          then l.stop_reason end) as reason,
        coalesce(k.reason, l.stop_reason) is not distinct from 'merged'
          and not coalesce(k.is_transferred, false) and not draft.is_read as is_merged
    ) found
    where a.id in (
      select account_id from conflicting_drafts where account_id is not null
      union
      select held.account_id from conflicting_drafts c cross join lateral unnest(c.domains) d
        join account_domains held on held.domain = d
      union
      select named.id from conflicting_drafts c join accounts named using (name_key))`.execute(open.kysely);
  return rows;
}

function decisionRow(runId: number, draft: ConflictingDraft, match: Match): string {
  if (match.kind === "skip") return encodeCopyRow([runId, draft.id, "skip", match.reason, null, null]);
  const domains = encodeTextArray(match.domains);
  if (match.kind === "create") return encodeCopyRow([runId, draft.id, "create", "create", null, domains]);
  const action = match.kind === "linked" ? "update" : "link";
  return encodeCopyRow([runId, draft.id, action, match.kind, match.accountId, domains]);
}

function* issueRows(runId: number, { id, name }: NamedDraft, match: Match): Generator<string> {
  if (match.kind === "skip") {
    yield encodeCopyRow([runId, id, name, match.reason, match.value === "" ? null : match.value]);
    return;
  }
  for (const domain of match.unavailableDomains)
    yield encodeCopyRow([runId, id, name, "domain-taken", domain]);
}

/** Loads the conflicting drafts in their order, and the accounts that they conflict with. */
export async function loadConflicts(
  open: OpenTransaction,
  scope: MatchScope,
  options: MatchOptions,
): Promise<{ drafts: NamedDraft[]; accounts: ExistingAccount[] }> {
  await gatherConflicting(open, scope, options);
  return {
    drafts: await loadConflicting(open, scope),
    accounts: await loadConflictingAccounts(open, scope),
  };
}

/** Decides the conflicting drafts in their order, and stores nothing. */
export async function matchConflicting(
  open: OpenTransaction,
  scope: MatchScope,
  options: MatchOptions,
): Promise<{ drafts: NamedDraft[]; matches: Match[] }> {
  const { drafts, accounts } = await loadConflicts(open, scope, options);
  return { drafts, matches: matchDrafts(drafts, accounts, options) };
}

/** Decides the conflicting drafts, and stores the decisions with their issues. */
export async function matchPending(
  open: OpenTransaction,
  scope: MatchScope,
  options: MatchOptions,
): Promise<void> {
  const { drafts, matches } = await matchConflicting(open, scope, options);
  function* decisions(): Generator<string> {
    for (const [index, draft] of drafts.entries()) yield decisionRow(scope.runId, draft, matches[index]!);
  }
  function* issues(): Generator<string> {
    for (const [index, draft] of drafts.entries()) yield* issueRows(scope.runId, draft, matches[index]!);
  }
  await copyRows(
    open.client,
    "copy run_decisions (run_id, record_id, action, rule, account_id, domains) from stdin",
    decisions(),
  );
  await copyRows(open.client, "copy run_issues (run_id, record_id, name, kind, value) from stdin", issues());
  await sql`analyze run_decisions`.execute(open.kysely);
}

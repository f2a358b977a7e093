// The only writer of `account_domains`. The primary key ensures that a domain belongs to at most
// one account, so it has to be removed from one account before another account gets it.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** A range of a run's changes by seq: after `from`, up to and including `to`. */
export type ChangeRange = { readonly runId: number; readonly from: number; readonly to: number };

/**
 * Replaces the domains of an account.
 * @returns the domains that other accounts have, and which were therefore not set
 */
export async function setDomains(
  trx: Kysely<Tables>,
  accountId: number,
  domains: readonly string[],
): Promise<readonly string[]> {
  const requested = [...domains];
  await sql`
    delete from account_domains
    where account_id = ${accountId} and domain <> all(${requested}::text[])`.execute(trx);
  await sql`
    insert into account_domains (domain, account_id)
    select d, ${accountId}
    from unnest(${requested}::text[]) d
    on conflict do nothing`.execute(trx);
  const taken = await sql<{ domain: string }>`
    select domain
    from account_domains
    where domain = any(${requested}::text[]) and account_id <> ${accountId}
    order by domain`.execute(trx);
  return taken.rows.map((row) => row.domain);
}

/**
 * Removes every domain that the plan removes from an account. This happens for the whole plan
 * before any domain is assigned, so that two accounts can swap a domain. Accounts that changed
 * since the plan are skipped.
 */
export async function releaseDomains(trx: Kysely<Tables>, runId: number): Promise<void> {
  await sql`
    delete from account_domains d
    using account_changes c, accounts a
    where c.run_id = ${runId} and c.outcome is null and c.before ? 'domains'
      and a.id = c.account_id and a.version = c.account_version
      and d.account_id = c.account_id and d.domain <> all(c.domains)`.execute(trx);
}

/**
 * Assigns the domains of a range of changes.
 * @throws unique violation if another account has one; `markChangedSincePlan` has excluded that
 */
export async function assignDomains(trx: Kysely<Tables>, range: ChangeRange): Promise<void> {
  await sql`
    insert into account_domains (domain, account_id)
    select d.domain, c.account_id
    from account_changes c
    cross join lateral unnest(c.domains) d (domain)
    where c.run_id = ${range.runId} and c.seq > ${range.from} and c.seq <= ${range.to} and c.outcome is null
      and (
        c.action = 'create'
        or c.before ? 'domains' and not exists (
          select from account_domains own
          where own.domain = d.domain and own.account_id = c.account_id))`.execute(trx);
}

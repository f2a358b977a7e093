// Rebuilds the store from its history alone, from the first change to the last.
import { sql } from "kysely";
import { expect } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import type { ChangedAccountValues, ChangeAction } from "../../src/accounts/tables.ts";

type AccountState = {
  readonly name: string;
  readonly description: string | null;
  readonly domains: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly externalId: string | null;
  /** The record's id, and "active" or the stop reason. */
  readonly link: string | null;
};

const PROPERTIES = ["name", "description", "domains", "fields", "externalId"] as const;

type HistoryEntry = {
  readonly run: number | null;
  readonly at: Date;
  readonly account: number;
  readonly action: ChangeAction | "edit" | "delete";
  readonly rule: string | null;
  readonly record: string | null;
  /** The record that a merged one was merged into. */
  readonly winner: string | null;
  readonly before: ChangedAccountValues;
  readonly after: ChangedAccountValues;
};

/**
 * Replays the history from an empty store; each change must find the values that it says were there
 * before.
 */
export async function replayHistory({ kysely }: Database): Promise<Map<number, AccountState>> {
  const { rows } = await sql<HistoryEntry>`
    select * from (
      select c.run_id as run, r.finished_at as at, c.seq::bigint as position, c.account_id as account,
        c.action, c.rule, c.record_id as record, c.winner_id as winner,
        coalesce(c.before, '{}') as before,
        jsonb_build_object('name', c.name, 'description', c.description,
            'fields', c.fields, 'externalId', c.record_id)
          || case when c.domains is null then '{}'
              else jsonb_build_object('domains', c.domains) end as after
      from account_changes c join runs r on r.id = c.run_id
      where r.status = 'done' and c.outcome is null
      union all
      select null, at, id, account_id, action, null, null, null, before, after
      from account_edits
    ) entries
    order by at, run nulls last, position`.execute(kysely);
  const accounts = new Map<number, AccountState>();
  for (const entry of rows) {
    if (entry.action === "delete") accounts.delete(entry.account);
    else if (entry.action === "create") create(accounts, entry);
    else change(accounts, entry);
  }
  return accounts;
}

function create(accounts: Map<number, AccountState>, { account, after, record }: HistoryEntry): void {
  expect(accounts.has(account), `account ${account} is created once`).toBe(false);
  accounts.set(account, {
    name: after.name ?? "",
    description: after.description ?? null,
    domains: (after.domains ?? []).toSorted(),
    fields: withoutEmpty(after.fields ?? {}),
    externalId: after.externalId ?? null,
    link: record && `${record} active`,
  });
}

/** The account was merged into the winner's, or becomes that of a winner that was not read. */
function merge(known: AccountState, { rule, record, winner }: HistoryEntry): AccountState {
  if (rule === "merged") return { ...known, domains: [], link: `${record} merged` };
  return { ...known, externalId: winner, link: `${winner} ${rule}` };
}

function change(accounts: Map<number, AccountState>, entry: HistoryEntry): void {
  const { run, account, action, rule, record, before, after } = entry;
  const known = accounts.get(account);
  if (!known) throw new Error(`The history changes account ${account}, but does not create it.`);
  if (action === "stop") {
    accounts.set(account, { ...known, link: `${record} ${rule}` });
    return;
  }
  if (action === "merge") {
    accounts.set(account, merge(known, entry));
    return;
  }
  const where = `of account ${account}, ${run === null ? "in an edit" : `in run ${run}`}`;
  expect(valuesNamedIn(known, before), `the values before the change ${where}`).toEqual(
    sortedDomains(before),
  );
  const fields = run === null ? { ...known.fields, ...after.fields } : (after.fields ?? {});
  const now: AccountState = {
    ...known,
    ...sortedDomains(after),
    description: "description" in after ? (after.description ?? null) : known.description,
    externalId: "externalId" in after ? (after.externalId ?? null) : known.externalId,
    fields: withoutEmpty(fields),
    link: record === null ? known.link : `${record} active`,
  };
  // The change of a run has all values of the account: those that `before` does not name stay the
  // same.
  for (const property of PROPERTIES)
    if (!(property in before))
      expect(now[property], `${property}, not changed, ${where}`).toEqual(known[property]);
  accounts.set(account, now);
}

/** Returns the values of the account that `before` names. */
function valuesNamedIn(known: AccountState, before: ChangedAccountValues): Partial<Record<string, unknown>> {
  const touched = PROPERTIES.filter((property) => property in before);
  const fields = Object.keys(before.fields ?? {}).map((id) => [id, known.fields[id] ?? null]);
  return {
    ...Object.fromEntries(touched.map((property) => [property, known[property]])),
    ...("fields" in before ? { fields: Object.fromEntries(fields) } : {}),
  };
}

function sortedDomains<T extends ChangedAccountValues>(values: T): T {
  return values.domains === undefined ? values : { ...values, domains: values.domains.toSorted() };
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Returns the accounts of the store in the form of `replayHistory`. */
export async function storedAccounts({ kysely }: Database): Promise<Map<number, AccountState>> {
  const { rows } = await sql<AccountState & { id: number }>`
    select a.id, name, description, fields, external_id as "externalId",
      coalesce(
        (select array_agg(domain order by domain collate "C") from account_domains where account_id = a.id),
        '{}'
      ) as domains,
      l.record_id || ' ' || coalesce(l.stop_reason, 'active') as link
    from accounts a left join account_links l on l.account_id = a.id`.execute(kysely);
  return new Map(rows.map(({ id, ...account }) => [id, account]));
}

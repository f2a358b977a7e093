// Lists issues, those of a run or the open ones: counted by kind, and in pages. Keyset pagination,
// so that a later page takes no longer than the first.
import { sql, type RawBuilder } from "kysely";
import { nameKey } from "../../accounts/name-key.ts";
import { containsPattern } from "../../db/like-pattern.ts";
import { NIL_UUID } from "../../lib/nil-uuid.ts";
import type { Database } from "../../db/pool.ts";
import type { RunStatus } from "../tables.ts";
import { issueKindInfo, type IssueKind } from "../rules/issue-kinds.ts";
import { explainIssue } from "./explanations.ts";
import { otherAccountStates, type OtherAccountState } from "./other-accounts.ts";
import { runIssuesQuery } from "../record/run-summary.ts";

export type IssueSource = {
  readonly organizationId: string;
  /** If absent, the open issues. */
  readonly run?: { readonly id: number; readonly status: RunStatus } | undefined;
};

export type ListedIssue = {
  readonly kind: IssueKind;
  readonly recordId: string | null;
  readonly name: string | null;
  readonly field: string | null;
  readonly value: string | null;
  readonly sentence: string;
  readonly accountId: number | null;
  readonly otherAccountId: number | null;
  readonly otherAccountName: string | null;
  readonly otherAccountState: OtherAccountState;
  readonly firstRun: number | null;
  readonly firstSeenAt: Date | null;
};

/** The last issue of a page; its kind, record, field and value identify it. */
export type IssueCursor = readonly [kind: string, recordId: string, field: string, value: string];

export type IssueFilter = {
  readonly kinds?: readonly string[] | undefined;
  /** Part of the account's name or of the value. */
  readonly q?: string | undefined;
  readonly after?: IssueCursor | undefined;
  readonly limit: number;
};

export function issuesQuery({ organizationId, run }: IssueSource): RawBuilder<unknown> {
  if (run) return runIssuesQuery({ ...run, organizationId });
  return sql`(
    select kind, record_id, name, field, value, other_account_id, first_run from sync_issues
    where organization_id = ${organizationId} and closed_run is null)`;
}

export type IssueCount = {
  readonly kind: IssueKind;
  readonly count: number;
  readonly accounts: number;
  /** How many of the issues conflict with an account whose record left the view. */
  readonly blockedByLeftView: number;
};

export async function issueCountsByKind(database: Database, source: IssueSource): Promise<IssueCount[]> {
  const { rows } = await sql<IssueCount>`
    select kind, count(*)::int as count, count(distinct i.record_id)::int as accounts,
      count(*) filter (where other.stop_reason = 'left-view')::int as "blockedByLeftView"
    from ${issuesQuery(source)} i
    left join account_links other on other.account_id = i.other_account_id
    group by kind`.execute(database.kysely);
  return rows;
}

export type PersonCount = { readonly person: string; readonly accounts: number };

/** Counts the accounts of issues of one kind by the person whom the value names, most first. */
export async function issueCountsByPerson(
  database: Database,
  source: IssueSource,
  kind: IssueKind,
  limit: number,
): Promise<{ readonly count: number; readonly listed: readonly PersonCount[] }> {
  const { rows } = await sql<PersonCount & { readonly people: number }>`
    select value as person, count(distinct record_id)::int as accounts, (count(*) over ())::int as people
    from ${issuesQuery(source)} i
    where kind = ${kind} and value is not null
    group by value
    order by accounts desc, value collate "C"
    limit ${limit}`.execute(database.kysely);
  return {
    count: rows[0]?.people ?? 0,
    listed: rows.map(({ person, accounts }) => ({ person, accounts })),
  };
}

type IssueRow = {
  kind: IssueKind;
  record_id: string | null;
  name: string | null;
  field: string | null;
  value: string | null;
  account_id: number | null;
  other_account_id: number | null;
  other_name: string | null;
  first_run: number | null;
  first_seen_at: Date | null;
};

/**
 * The order of the index sync_issues_in_order; kinds by bytes, whatever the database's collation.
 */
const ORDER = sql`i.kind collate "C", coalesce(i.record_id, ${sql.lit(NIL_UUID)}::uuid),
  coalesce(i.field, '') collate "C", coalesce(i.value, '') collate "C"`;

function cursorAfter({ kind, record_id, field, value }: IssueRow): IssueCursor {
  return [kind, record_id ?? NIL_UUID, field ?? "", value ?? ""];
}

function conditions(filter: IssueFilter): RawBuilder<unknown> {
  const { kinds, q, after } = filter;
  const all = [sql`true`];
  if (kinds?.length === 1) all.push(sql`i.kind collate "C" = ${kinds[0]}`);
  else if (kinds) all.push(sql`i.kind = any(${[...kinds]}::text[])`);
  if (q) all.push(sql`(i.name ilike ${containsPattern(q)} or i.value ilike ${containsPattern(q)})`);
  if (after) all.push(sql`(${ORDER}) > (${after[0]}, ${after[1]}::uuid, ${after[2]}, ${after[3]})`);
  return sql.join(all, sql` and `);
}

async function issueRows(database: Database, source: IssueSource, filter: IssueFilter): Promise<IssueRow[]> {
  const { organizationId } = source;
  const { rows } = await sql<IssueRow>`
    select i.kind, i.record_id, coalesce(i.name, a.name) as name, i.field, i.value, l.account_id,
      other.id as other_account_id, other.name as other_name, r.id as first_run, r.started_at as first_seen_at
    from (select i.* from ${issuesQuery(source)} i where ${conditions(filter)}
          order by ${ORDER} limit ${filter.limit}) i
    left join account_links l on l.organization_id = ${organizationId} and l.record_id = i.record_id
    left join accounts a on a.id = l.account_id
    left join lateral (
      select min(s.first_run) as first_run from sync_issues s
      where i.first_run is null and s.organization_id = ${organizationId} and s.closed_run is null
        and s.record_id = i.record_id and s.kind = i.kind
        and s.field is not distinct from i.field and s.value is not distinct from i.value) s on true
    left join runs r on r.id = coalesce(i.first_run, s.first_run)
    left join accounts other on other.id = i.other_account_id
    order by ${ORDER}`.execute(database.kysely);
  return rows;
}

function conflictOver(kind: IssueKind): "domain" | "name" | undefined {
  return issueKindInfo(kind).conflictOver;
}

/** Adds the accounts that the issues of a plan conflict with; they are stored only at its end. */
async function withDomainAndNameHolders(database: Database, rows: readonly IssueRow[]): Promise<IssueRow[]> {
  const open = rows.filter((row) => row.other_account_id === null);
  const domains = open.flatMap(({ kind, value }) => (conflictOver(kind) === "domain" ? (value ?? []) : []));
  const names = open.flatMap(({ kind, name }) =>
    conflictOver(kind) === "name" && name !== null ? nameKey(name) : [],
  );
  if (domains.length + names.length === 0) return [...rows];
  const found = await sql<{ key: string; id: number; name: string }>`
    select 'domain ' || d.domain as key, a.id, a.name from account_domains d join accounts a on a.id = d.account_id
    where d.domain = any(${domains}::text[])
    union all
    select distinct on (name_key) 'name ' || name_key, id, name from (
      select a.* from accounts a
      left join account_links l on l.account_id = a.id
      where name_key = any(${names}::text[]) and l.stop_reason is distinct from 'merged'
      order by name_key, id) named`.execute(database.kysely);
  const holders = new Map(found.rows.map((row) => [row.key, row]));
  return rows.map((row) => {
    const key = conflictOver(row.kind) === "name" ? `name ${nameKey(row.name ?? "")}` : `domain ${row.value}`;
    const holder = row.other_account_id === null ? holders.get(key) : undefined;
    return holder ? Object.assign(row, { other_account_id: holder.id, other_name: holder.name }) : row;
  });
}

/**
 * Finds the accounts that issues of a first sync conflict with: the same plan assigns the domains.
 */
async function plannedHolders(
  database: Database,
  runId: number,
  rows: readonly IssueRow[],
): Promise<ReadonlyMap<string, string>> {
  const domains = rows
    .filter((row) => row.other_name === null && conflictOver(row.kind) === "domain" && row.value !== null)
    .map((row) => row.value!);
  if (domains.length === 0) return new Map();
  const found = await sql<{ name: string; domains: string[] }>`
    select name, domains from account_changes
    where run_id = ${runId} and outcome is null and domains && ${domains}::text[]`.execute(database.kysely);
  return new Map(found.rows.flatMap((row) => row.domains.map((domain) => [domain, row.name] as const)));
}

export type IssuePage = { readonly issues: readonly ListedIssue[]; readonly next: IssueCursor | undefined };

/** Loads a page of issues, ordered by kind and record. */
export async function issuePage(
  database: Database,
  source: IssueSource,
  filter: IssueFilter,
): Promise<IssuePage> {
  const found = await issueRows(database, source, filter);
  const planRunId = source.run && source.run.status !== "done" ? source.run.id : undefined;
  const rows = planRunId === undefined ? found : await withDomainAndNameHolders(database, found);
  const planned =
    planRunId === undefined ? new Map<string, string>() : await plannedHolders(database, planRunId, rows);
  const otherIds = rows.flatMap((row) => row.other_account_id ?? []);
  const states = await otherAccountStates(database, otherIds, planRunId);
  const last = rows.at(-1);
  return {
    issues: rows.map((row) => {
      const otherName = row.other_name ?? planned.get(row.value ?? "") ?? null;
      const otherState = states.get(row.other_account_id ?? 0) ?? null;
      return {
        kind: row.kind,
        recordId: row.record_id,
        name: row.name,
        field: row.field,
        value: row.value,
        sentence: explainIssue({ ...row, otherName, otherState }),
        accountId: row.account_id,
        otherAccountId: row.other_account_id,
        otherAccountName: otherName,
        otherAccountState: otherState,
        firstRun: row.first_run,
        firstSeenAt: row.first_seen_at,
      };
    }),
    next: last && rows.length === filter.limit ? cursorAfter(last) : undefined,
  };
}

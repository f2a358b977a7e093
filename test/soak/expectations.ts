// What must hold after a run: the store looks like the model, the run's accounting adds up, it wrote no more than it may, and
// issues name who is in the way.
import { sql } from "kysely";
import { expect } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import { exportAccounts, type ExportedAccount } from "../../src/accounts/list/export-all.ts";
import type { ChangedAccountValues, ChangeAction } from "../../src/accounts/tables.ts";
import { countsBalance, issuesOf, type RunSummary } from "../../src/sync/record/run-summary.ts";
import type { RunResult } from "../reference/model.ts";
import { storeFingerprints } from "../sync/real-sync.ts";
import { issueText, type ExpectedState } from "./expected-state.ts";

type Change = {
  readonly action: ChangeAction;
  readonly rule: string;
  readonly account: number;
  readonly record: string;
  readonly name: string;
  readonly description: string | null;
  readonly fields: Readonly<Record<string, unknown>> | null;
  readonly domains: readonly string[] | null;
  readonly before: ChangedAccountValues | null;
};

async function changesOf({ kysely }: Database, runId: number): Promise<Change[]> {
  const { rows } = await sql<Change>`
    select action, rule, account_id as account, record_id as record, name, description, fields, domains, before
    from account_changes where run_id = ${runId} and outcome is null order by seq`.execute(kysely);
  return rows;
}

/** The counts add up, each record was changed once, and the changes kept are those counted. */
export async function expectCountsMatchChanges(database: Database, run: RunSummary): Promise<void> {
  expect(countsBalance(run), `run ${run.id} adds up`).toBe(true);
  const changes = await changesOf(database, run.id);
  const records = changes.map(({ record }) => record);
  expect(new Set(records).size, `run ${run.id} changed each record once`).toBe(records.length);
  const count = (...actions: readonly ChangeAction[]) =>
    changes.filter(({ action }) => actions.includes(action)).length;
  const { created, linked, updated, stopped } = run;
  expect({
    created: count("create"),
    linked: count("link"),
    updated: count("update", "resume"),
    stopped: count("stop"),
  }).toEqual({ created, linked, updated, stopped });
}

/** Of each change of a run, what it is and which properties and fields it altered. */
async function alteredProperties(database: Database, runId: number): Promise<Set<string>> {
  const fields = await database.kysely.selectFrom("custom_fields").select(["id", "name"]).execute();
  const nameOf = new Map(fields.map(({ id, name }) => [String(id), name]));
  const found = new Set<string>();
  for (const { action, before } of await changesOf(database, runId)) {
    if (action !== "update") found.add(action);
    for (const key of Object.keys(before ?? {})) if (key !== "fields") found.add(key);
    for (const id of Object.keys(before?.fields ?? {})) found.add(nameOf.get(id) ?? id);
  }
  return found;
}

/** Open issues that name another account than the one in the way now. */
async function wrongBlockers({ kysely }: Database): Promise<string[]> {
  const { rows } = await sql<{ told: string }>`
    select concat_ws(' ', s.record_id, s.kind, s.value, 'names', s.other_account_id, 'and is', held.account_id, named.id) as told
    from sync_issues s
    left join account_domains held on s.kind in ('domain-taken', 'domain-linked-elsewhere') and held.domain = s.value
    left join blocked_records w on s.kind = 'name-in-use' and w.organization_id = s.organization_id and w.record_id = s.record_id
    left join accounts named on named.id = s.other_account_id and named.name_key = w.name_key
    where s.closed_run is null and s.kind in ('domain-taken', 'domain-linked-elsewhere', 'name-in-use')
      and s.other_account_id is distinct from coalesce(held.account_id, named.id)`.execute(kysely);
  return rows.map(({ told }) => told);
}

/** Accounts, domains, fields, their order and links, and open issues. */
export async function expectStore(database: Database, run: number, expected: ExpectedState): Promise<void> {
  const accounts: ExportedAccount[] = [];
  await exportAccounts(database, (some) => void accounts.push(...some));
  expect(accounts, `accounts after run ${run}`).toEqual(expected.store.export());
  const byAge = await database.kysely.selectFrom("accounts").select("name").orderBy("id").execute();
  expect(byAge.map(({ name }) => name)).toEqual(expected.accounts().map(({ name }) => name));
  const links = await database.pool.query<{ told: string }>(
    "select concat_ws(' ', record_id, name, coalesce(stop_reason, 'syncs')) as told from account_links l join accounts a on a.id = l.account_id",
  );
  expect(links.rows.map(({ told }) => told).toSorted(), `links after run ${run}`).toEqual(
    expected.linkStates(),
  );
  const issues = await issuesOf(database.kysely, run);
  const told = issues.map((issue) => issueText(issue.recordId, issue));
  expect(told.toSorted(), `issues after run ${run}`).toEqual(expected.issues);
  expect(await wrongBlockers(database), `accounts in the way after run ${run}`).toEqual([]);
}

export function expectCounts(run: RunSummary, { outcomes, stopped }: RunResult): void {
  const counts = { created: 0, linked: 0, updated: 0, unchanged: 0, skipped: 0 };
  for (const { outcome } of outcomes.values()) counts[outcome] += 1;
  const expected = { ...counts, read: outcomes.size, failed: 0, stopped: stopped.length };
  expect(run, `counts of run ${run.id}`).toMatchObject(expected);
}

export function expectRun(run: RunSummary, like: object): void {
  expect(run).toMatchObject(like);
}

/** @param allowed names of fields */
export async function expectWroteOnly(
  database: Database,
  run: number,
  allowed: ReadonlySet<string>,
): Promise<void> {
  const others = [...(await alteredProperties(database, run))].filter((what) => !allowed.has(what));
  expect(others, `what run ${run} wrote, and the changes-only run before should have`).toEqual([]);
}

/** @param before what `traces` said */
export async function expectWroteNothing(database: Database, before: readonly string[]): Promise<void> {
  expect(await storeFingerprints(database)).toEqual(before);
}

/** What a run works with is gone with it, and nothing went wrong that a run does not tell of. */
export async function expectNoLeftovers({ kysely }: Database, logged: readonly string[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relname ~ '^run_(drafts|versions|decisions|issues)_[0-9]+$'`.execute(
    kysely,
  );
  expect(rows, "working tables of runs that are over").toEqual([]);
  const messages = logged.flatMap((line) => {
    const { level, message }: { level: string; message: string } = JSON.parse(line);
    return level === "error" && !/^Run \d+ /u.test(message) ? message : [];
  });
  expect(messages, "errors in the log").toEqual([]);
}

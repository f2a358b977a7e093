// What must hold after a run: the store equals the model, the counts balance, the run wrote only
// what it may, and issues name the account that blocks the record.
import { sql } from "kysely";
import { expect } from "vitest";
import type { Database } from "../../src/db/pool.ts";
import { exportAccounts, type ExportedAccount } from "../../src/accounts/list/export-all.ts";
import type { ChangedAccountValues, ChangeAction } from "../../src/accounts/tables.ts";
import { countsBalance, loadRunIssues, type RunSummary } from "../../src/sync/record/run-summary.ts";
import { exportedAccounts } from "../reference/exported-accounts.ts";
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

/**
 * The counts balance, each record was changed once, and the stored changes are those that were
 * counted.
 */
export async function expectCountsMatchChanges(database: Database, run: RunSummary): Promise<void> {
  expect(countsBalance(run), `the counts of run ${run.id} balance`).toBe(true);
  const changes = await changesOf(database, run.id);
  const records = changes.map(({ record }) => record);
  expect(new Set(records).size, `run ${run.id} changed each record once`).toBe(records.length);
  const count = (...actions: readonly ChangeAction[]) =>
    changes.filter(({ action }) => actions.includes(action)).length;
  const { created, linked, updated, stopped, merged } = run;
  expect({
    created: count("create"),
    linked: count("link"),
    updated: count("update", "resume"),
    stopped: count("stop"),
    merged: count("merge"),
  }).toEqual({ created, linked, updated, stopped, merged });
}

/**
 * Returns the actions of a run's changes, and the names of the properties and fields that they
 * changed.
 */
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

/** Returns open issues that name another account than the one that blocks the record now. */
async function wrongBlockers({ kysely }: Database): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select concat_ws(' ', s.record_id, s.kind, s.value,
        'names', s.other_account_id, 'instead of', held.account_id, named.id) as text
    from sync_issues s
    left join account_domains held
      on s.kind in ('domain-taken', 'domain-linked-elsewhere') and held.domain = s.value
    left join blocked_records b
      on s.kind = 'name-in-use' and b.organization_id = s.organization_id and b.record_id = s.record_id
    left join accounts named
      on named.id = s.other_account_id and named.name_key = b.name_key
    where s.closed_run is null
      and s.kind in ('domain-taken', 'domain-linked-elsewhere', 'name-in-use')
      and s.other_account_id is distinct from coalesce(held.account_id, named.id)`.execute(kysely);
  return rows.map(({ text }) => text);
}

/** Compares accounts, their order and links, and open issues with the model. */
export async function expectStore(database: Database, run: number, expected: ExpectedState): Promise<void> {
  const accounts: ExportedAccount[] = [];
  await exportAccounts(database, (some) => void accounts.push(...some));
  expect(accounts, `accounts after run ${run}`).toEqual(exportedAccounts(expected.store));
  const byAge = await database.kysely.selectFrom("accounts").select("name").orderBy("id").execute();
  expect(byAge.map(({ name }) => name)).toEqual(expected.accounts().map(({ name }) => name));
  const links = await database.pool.query<{ text: string }>(
    `select concat_ws(' ', record_id, name, coalesce(stop_reason, 'active')) as text
     from account_links l join accounts a on a.id = l.account_id`,
  );
  expect(links.rows.map(({ text }) => text).toSorted(), `links after run ${run}`).toEqual(
    expected.linkStates(),
  );
  const issues = await loadRunIssues(database.kysely, run);
  const texts = issues.map((issue) => issueText(issue.recordId, issue));
  expect(texts.toSorted(), `issues after run ${run}`).toEqual(expected.issues);
  expect(await wrongBlockers(database), `accounts that block records after run ${run}`).toEqual([]);
}

export function expectCounts(run: RunSummary, { outcomes, stopped, merged }: RunResult): void {
  const counts = { created: 0, linked: 0, updated: 0, unchanged: 0, skipped: 0 };
  for (const { outcome } of outcomes.values()) counts[outcome] += 1;
  const beside = { stopped: stopped.length, merged: merged.length };
  const expected = { ...counts, ...beside, read: outcomes.size, failed: 0 };
  expect(run, `counts of run ${run.id}`).toMatchObject(expected);
}

export function expectRun(run: RunSummary, like: object): void {
  expect(run).toMatchObject(like);
}

/** @param allowed names of custom fields */
export async function expectWroteOnly(
  database: Database,
  run: number,
  allowed: ReadonlySet<string>,
): Promise<void> {
  const others = [...(await alteredProperties(database, run))].filter((what) => !allowed.has(what));
  expect(others, `changes of run ${run} that the changes-only run before should have made`).toEqual([]);
}

/** @param before an earlier result of `storeFingerprints` */
export async function expectWroteNothing(database: Database, before: readonly string[]): Promise<void> {
  expect(await storeFingerprints(database)).toEqual(before);
}

/** No run left its working tables, and all logged errors are those of runs. */
export async function expectNoLeftovers({ kysely }: Database, logged: readonly string[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relname ~ '^run_(drafts|versions|decisions|issues)_[0-9]+$'`.execute(kysely);
  expect(rows, "working tables of runs that are over").toEqual([]);
  const messages = logged.flatMap((line) => {
    const { level, message }: { level: string; message: string } = JSON.parse(line);
    return level === "error" && !/^Run \d+ /u.test(message) ? message : [];
  });
  expect(messages, "errors in the log").toEqual([]);
}

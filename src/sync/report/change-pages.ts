// Pages of a run's changes and, after them, of the accounts it skipped. Keyset pagination, so that
// a later page takes no longer than the first.
import { sql } from "kysely";
import { nameKey } from "../../accounts/name-key.ts";
import { containsPattern } from "../../db/like-pattern.ts";
import type { Database } from "../../db/pool.ts";
import type { ChangeAction } from "../../accounts/tables.ts";
import { storedRun, type StoredRun } from "../record/run-record.ts";
import { isTakeOver } from "../record/run-updates.ts";
import { explainChange } from "./explanations.ts";
import { issueKinds } from "../rules/issue-kinds.ts";
import { issuePage, type IssueCursor } from "./issue-pages.ts";
import { changeNames, changeOf, changeRows, valuesOf, type PlannedChange } from "./planned-changes.ts";

export type ListedChange = Pick<PlannedChange, "name" | "recordId" | "accountId" | "mergedInto"> & {
  /** Its position in the list, always growing. */
  readonly seq: number;
  readonly action: ChangeAction | "skip";
  readonly explanation: string;
  readonly outcome: "changed" | null;
  readonly values: PlannedChange["values"][number][];
};

/** The last entry of a page: a change, or an account skipped. */
export type ChangeCursor = { readonly seq: number } | { readonly seq: number; readonly skip: IssueCursor };

export type ChangeFilter = {
  /** "take-over" are the links that take over the account of another record. */
  readonly action?: ChangeAction | "take-over" | "skip" | undefined;
  /** Part of the account's name. */
  readonly q?: string | undefined;
  readonly after?: ChangeCursor | undefined;
  readonly limit: number;
};

export type ChangePage = {
  readonly changes: ListedChange[];
  readonly next: ChangeCursor | undefined;
};

const SKIP_KINDS = Object.entries(issueKinds)
  .filter(([, { effect }]) => effect === "skips-account")
  .map(([kind]) => kind);

async function changesAfter(
  database: Database,
  run: StoredRun,
  { action, q, limit }: ChangeFilter,
  after: number,
): Promise<ListedChange[]> {
  const names = await changeNames(database);
  const conditions = [sql`seq > ${after}`];
  if (action === "take-over") conditions.push(isTakeOver);
  else if (action !== undefined) conditions.push(sql`action = ${action}`);
  if (q !== undefined) conditions.push(sql`name_key like ${containsPattern(nameKey(q))}`);
  const rows = await changeRows(database, run.id, sql.join(conditions, sql` and `), limit);
  return rows.map((row) => {
    const { name, recordId, accountId, mergedInto } = changeOf(row);
    return {
      seq: row.seq,
      action: row.action,
      explanation: explainChange(row, run.settings.settings),
      name,
      recordId,
      accountId,
      mergedInto,
      outcome: row.outcome,
      values: [...valuesOf(row, names)],
    };
  });
}

/** Loads skipped accounts, each by the one issue that skips it. A run without effect has none. */
async function skipsAfter(
  database: Database,
  run: StoredRun,
  { q, limit }: ChangeFilter,
  after: { readonly seq: number; readonly skip?: IssueCursor },
): Promise<ChangePage> {
  if (run.status !== "planned" && run.status !== "applying" && run.status !== "done")
    return { changes: [], next: undefined };
  const page = await issuePage(
    database,
    { organizationId: run.organizationId, run },
    { kinds: SKIP_KINDS, q, after: after.skip, limit },
  );
  const changes = page.issues.map((issue, index): ListedChange => ({
    seq: after.seq + index + 1,
    action: "skip",
    explanation: issue.sentence.replace(/\.$/, ""),
    name: issue.name ?? "",
    recordId: issue.recordId ?? "",
    accountId: issue.accountId,
    mergedInto: null,
    outcome: null,
    values: [],
  }));
  return { changes, next: page.next && { seq: after.seq + changes.length, skip: page.next } };
}

/**
 * Loads a page of changes: merges and stops, then links, updates and resumes, then creates, then
 * skips.
 * @throws RunError when there is no such run
 */
export async function changePage(
  database: Database,
  runId: number,
  filter: ChangeFilter,
): Promise<ChangePage> {
  const run = await storedRun(database.kysely, runId);
  const { action, after = { seq: 0 }, limit } = filter;
  if (action === "skip" || "skip" in after) return skipsAfter(database, run, filter, after);
  const changes = await changesAfter(database, run, filter, after.seq);
  const last = changes.at(-1)?.seq ?? after.seq;
  if (changes.length === limit) return { changes, next: { seq: last } };
  if (action !== undefined) return { changes, next: undefined };
  const skips = await skipsAfter(database, run, { ...filter, limit: limit - changes.length }, { seq: last });
  return { changes: [...changes, ...skips.changes], next: skips.next };
}

// Loads what a notice says about a run that has ended, from its row and its issues.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Attention } from "../connections/tables.ts";
import { STALE_PLAN_KINDS, type ApprovalReason } from "../settings/run-explanations.ts";
import type { Tables } from "../db/tables.ts";
import type { RunToNotify } from "../sync/record/notification-state.ts";
import type { ExplainedIssue } from "../sync/report/explanations.ts";
import type { IssueKind, IssueKindInfo } from "../sync/rules/issue-kinds.ts";
import { adminAddress } from "./recipients.ts";
import type { EndedRun, ErrorSummary, ErrorKindSummary, SentNotice } from "./decide-notices.ts";

type Db = Kysely<Tables>;

/** Explanations that other rooms provide. */
export type Explanations = {
  readonly issueKinds: Readonly<Record<IssueKind, IssueKindInfo>>;
  readonly explainIssue: (issue: ExplainedIssue) => string;
  /** What an admin does about a plan that needs approval for this reason. */
  readonly explainApproval: (run: {
    readonly id: number;
    readonly approvalReason: ApprovalReason;
  }) => Attention | null;
};

/**
 * SQL over `run_notices n` and `runs r`: a scheduled sync failed. A resumed run counts as well, by
 * its notice.
 */
const IS_SYNC_FAILURE = sql`(r.mode in ('sync', 'changes') and (r.status = 'failed' or n.topic like 'failed:%'))`;

/** Somebody stopped the run, so they know. */
const STOPPED_KINDS = new Set(["cancelled", "paused", "stopped"]);

/**
 * Null if nobody is to be notified: a preview that was requested, or a run that somebody stopped.
 */
export async function loadEndedRun(
  db: Db,
  row: RunToNotify,
  explanations: Explanations,
): Promise<EndedRun | null> {
  const { id, mode, status, error } = row;
  const by = await adminAddress(db, row.byId);
  if (status === "done")
    return { id, mode, by, end: "done", errors: await loadErrorSummary(db, row, explanations) };
  if (error !== null) {
    if (STOPPED_KINDS.has(error.kind)) return null;
    const attention = await loadAttention(db, id);
    return attention
      ? { id, mode, by, end: "needs-admin", attention }
      : { id, mode, by, end: "failed", error, isInterrupted: status === "applying" };
  }
  if (status !== "planned" || row.approvalReason === null || mode === "plan") return null;
  const attention = explanations.explainApproval({ id, approvalReason: row.approvalReason });
  return (
    attention && { id, mode, by, end: "needs-admin", attention: { ...attention, kind: row.approvalReason } }
  );
}

async function loadAttention(db: Db, run: number): Promise<Attention | null> {
  const row = await db.selectFrom("connection").select("attention").executeTakeFirstOrThrow();
  return row.attention?.run === run ? row.attention : null;
}

/**
 * Notices since the last sync that was applied, including those of this run, which may have been
 * resumed. Discarding a plan also resolves its notices, unless it went stale and was made again.
 */
export async function loadSentNotices(db: Db, { id, organizationId }: RunToNotify): Promise<SentNotice[]> {
  const last = (condition: RawBuilder<unknown>) => sql`(
    select coalesce(max(id), 0) from runs
    where organization_id = ${organizationId} and id < ${id} and ${condition})`;
  const done = last(sql`status = 'done' and mode <> 'retry'`);
  const discarded = last(
    sql`status = 'discarded' and mode in ('sync', 'changes')
      and coalesce(error ->> 'kind' <> all(${STALE_PLAN_KINDS}::text[]), true)`,
  );
  const { rows } = await sql<SentNotice>`
    select n.recipient as to, n.topic, ${IS_SYNC_FAILURE} as "isSyncFailure"
    from run_notices n join runs r on r.id = n.run_id
    where r.organization_id = ${organizationId} and r.id <= ${id} and r.id > ${done}
      and (r.status = 'failed' or r.id = ${id} or r.id > ${discarded})
    order by n.run_id, n.recipient, n.topic`.execute(db);
  return rows;
}

const MAX_EXAMPLES = 3;

/** Kinds that are not chosen, and whose effect is more than keeping the old value. */
function errorKinds({ issueKinds }: Explanations): string[] {
  return Object.entries(issueKinds)
    .filter(([, { effect, isChosen }]) => effect !== "keeps-value" && isChosen === undefined)
    .map(([kind]) => kind);
}

/**
 * A subquery: errors open at the end of the run (of a retry, those of its accounts), and whether
 * each is new.
 */
function errorsAtEnd(
  { id, organizationId, mode }: RunToNotify,
  explanations: Explanations,
): RawBuilder<unknown> {
  const inScope =
    mode === "retry"
      ? sql`k.record_id in (select record_id from retried_records where run_id = ${id})`
      : sql`true`;
  return sql`(
    with known as (
      select kind, record_id, name, field, value, other_account_id, first_run, closed_run from sync_issues
      where organization_id = ${organizationId} and first_run <= ${id} and (closed_run is null or closed_run >= ${id})
        and kind = any(${errorKinds(explanations)}::text[])),
    kinds_before as (select distinct kind from known where first_run < ${id}),
    records_before as (select distinct record_id from known where first_run < ${id} and record_id is not null)
    select k.*, b.kind is null as kind_is_new, k.record_id is not null and r.record_id is null as account_is_new
    from known k left join kinds_before b on b.kind = k.kind
    left join records_before r on r.record_id = k.record_id
    where (k.closed_run is null or k.closed_run > ${id}) and ${inScope})`;
}

type ErrorCounts = Pick<ErrorKindSummary, "accounts" | "newAccounts" | "isNew"> & {
  /** Null: all kinds together. */
  readonly kind: string | null;
};

async function loadErrorCounts(db: Db, errors: RawBuilder<unknown>): Promise<ErrorCounts[]> {
  const { rows } = await sql<ErrorCounts>`
    select kind, count(distinct record_id)::int as accounts, coalesce(bool_or(kind_is_new), false) as "isNew",
      count(distinct record_id) filter (where account_is_new)::int as "newAccounts"
    from ${errors} e group by grouping sets ((kind), ())`.execute(db);
  return rows;
}

async function loadExamples(
  db: Db,
  { organizationId }: RunToNotify,
  errors: RawBuilder<unknown>,
): Promise<ExplainedIssue[]> {
  const { rows } = await sql<ExplainedIssue>`
    select e.kind, coalesce(e.name, a.name) as name, e.field, e.value, other.name as "otherName",
      case when ol.stop_reason in ('left-view', 'merged') then ol.stop_reason end as "otherState"
    from (select *, row_number() over (partition by kind
            order by account_is_new desc, first_run desc, name collate "C", record_id, field, value) as place
          from ${errors} e) e
    left join account_links l on l.organization_id = ${organizationId} and l.record_id = e.record_id
    left join accounts a on a.id = l.account_id
    left join accounts other on other.id = e.other_account_id
    left join account_links ol on ol.account_id = other.id
    where place <= ${MAX_EXAMPLES} order by place`.execute(db);
  return rows;
}

/** Counts the accounts of the people whom the values of these kinds name, most first. */
async function loadPeople(
  db: Db,
  errors: RawBuilder<unknown>,
  kinds: readonly string[],
): Promise<{ kind: string; person: string; accounts: number }[]> {
  const { rows } = await sql<{ kind: string; person: string; accounts: number }>`
    select kind, person, accounts
    from (select kind, value as person, count(distinct record_id)::int as accounts,
            row_number() over (partition by kind order by count(distinct record_id) desc, value) as place
          from ${errors} e
          where kind = any(${kinds}::text[]) and value is not null
          group by kind, value) counted
    where place <= ${MAX_EXAMPLES}
    order by place`.execute(db);
  return rows;
}

async function loadErrorSummary(db: Db, run: RunToNotify, explanations: Explanations): Promise<ErrorSummary> {
  const errors = errorsAtEnd(run, explanations);
  const counted = new Map((await loadErrorCounts(db, errors)).map((row) => [row.kind, row]));
  const examples = counted.size > 1 ? await loadExamples(db, run, errors) : [];
  const personKinds = Object.entries(explanations.issueKinds)
    .filter(([kind, { explainPerson }]) => explainPerson && counted.has(kind))
    .map(([kind]) => kind);
  const people = personKinds.length > 0 ? await loadPeople(db, errors, personKinds) : [];
  const { accounts = 0, newAccounts = 0 } = counted.get(null) ?? {};
  // In the order in which kinds are declared, the most severe first.
  const kinds = Object.entries(explanations.issueKinds).flatMap(
    ([kind, { title, howToResolve, explainPerson }]) => {
      const tally = counted.get(kind);
      if (!tally) return [];
      const some = explainPerson
        ? people.filter((one) => one.kind === kind).map((one) => explainPerson(one.person, one.accounts))
        : examples.filter((one) => one.kind === kind).map((one) => explanations.explainIssue(one));
      return [{ ...tally, kind, title, howToResolve, examples: some }];
    },
  );
  return { accounts, newAccounts, kinds };
}

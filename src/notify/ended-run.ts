// Loads what a notice says about a run that has ended, from its row and its issues.
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Attention } from "../connections/tables.ts";
import { STALE_PLAN_KINDS, type ApprovalReason } from "../settings/run-explanations.ts";
import type { Tables } from "../db/tables.ts";
import type { RunToNotify } from "../sync/record/notification-state.ts";
import type { ExplainedIssue } from "../sync/report/explanations.ts";
import type { IssueKind, IssueKindInfo } from "../sync/rules/issue-kinds.ts";
import type { Severity } from "../sync/rules/severity.ts";
import { adminAddress } from "./recipients.ts";
import type {
  EndedRun,
  ErrorKindSummary,
  IssueSummary,
  NoteKindSummary,
  SentNotice,
} from "./decide-notices.ts";

type Db = Kysely<Tables>;

/** Explanations that other rooms provide. */
export type Explanations = {
  readonly issueKinds: Readonly<Record<IssueKind, IssueKindInfo>>;
  readonly severityOf: (kind: IssueKind) => Severity;
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
    return { id, mode, by, end: "done", issues: await loadIssueSummary(db, row, explanations) };
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

type Kinds = { readonly errors: readonly IssueKind[]; readonly notes: readonly IssueKind[] };

/** The kinds in the order in which they are declared, without what a person chose. */
function kindsToReport({ issueKinds, severityOf }: Explanations): Kinds {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a record of kinds
  const kinds = (Object.keys(issueKinds) as IssueKind[]).filter((kind) => !issueKinds[kind].isChosen);
  return {
    errors: kinds.filter((kind) => severityOf(kind) !== "note"),
    notes: kinds.filter((kind) => severityOf(kind) === "note"),
  };
}

/**
 * A subquery: issues open at the end of the run (of a retry, those of its accounts), and whether
 * each was not open before.
 */
function issuesAtEnd(
  { id, organizationId, mode }: RunToNotify,
  kinds: readonly IssueKind[],
): RawBuilder<unknown> {
  const inScope =
    mode === "retry"
      ? sql`record_id in (select record_id from retried_records where run_id = ${id})`
      : sql`true`;
  return sql`(
    select *, first_run = ${id} as is_new from sync_issues
    where organization_id = ${organizationId} and first_run <= ${id} and (closed_run is null or closed_run > ${id})
      and kind = any(${[...kinds]}::text[]) and ${inScope})`;
}

type ErrorCounts = Pick<ErrorKindSummary, "accounts" | "newAccounts" | "isNew"> & {
  /** Null: all kinds together. */
  readonly kind: string | null;
};

async function countErrors(
  db: Db,
  errors: RawBuilder<unknown>,
): Promise<ReadonlyMap<string | null, ErrorCounts>> {
  const { rows } = await sql<ErrorCounts>`
    select kind, count(distinct record_id)::int as accounts, coalesce(bool_or(is_new), false) as "isNew",
      count(distinct record_id) filter (where is_new)::int as "newAccounts"
    from ${errors} e
    group by grouping sets ((kind), ())`.execute(db);
  return new Map(rows.map((row) => [row.kind, row]));
}

async function loadNotes(
  db: Db,
  run: RunToNotify,
  { issueKinds }: Explanations,
  kinds: readonly IssueKind[],
): Promise<NoteKindSummary[]> {
  const { rows } = await sql<Omit<NoteKindSummary, "title"> & { kind: IssueKind }>`
    select kind, count(*)::int as count, count(*) filter (where is_new)::int as "newCount"
    from ${issuesAtEnd(run, kinds)} i
    group by kind`.execute(db);
  return rows
    .toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))
    .map(({ kind, count, newCount }) => ({ title: issueKinds[kind].title, count, newCount }));
}

async function loadExamples(
  db: Db,
  { organizationId }: RunToNotify,
  issues: RawBuilder<unknown>,
): Promise<ExplainedIssue[]> {
  const { rows } = await sql<ExplainedIssue>`
    select e.kind, coalesce(e.name, a.name) as name, e.field, e.value, other.name as "otherName",
      case when ol.stop_reason in ('left-view', 'merged') then ol.stop_reason end as "otherState"
    from (select *, row_number() over (partition by kind
            order by first_run desc, name collate "C", record_id, field, value) as place
          from ${issues} i) e
    left join account_links l on l.organization_id = ${organizationId} and l.record_id = e.record_id
    left join accounts a on a.id = l.account_id
    left join accounts other on other.id = e.other_account_id
    left join account_links ol on ol.account_id = other.id
    where place <= ${MAX_EXAMPLES} order by place`.execute(db);
  return rows;
}

async function loadIssueSummary(db: Db, run: RunToNotify, explanations: Explanations): Promise<IssueSummary> {
  const { issueKinds, explainIssue } = explanations;
  const { errors: errorKinds, notes: noteKinds } = kindsToReport(explanations);
  const errors = issuesAtEnd(run, errorKinds);
  const counted = await countErrors(db, errors);
  const examples = counted.size > 1 ? await loadExamples(db, run, errors) : [];
  const kinds = errorKinds.flatMap((kind) => {
    const counts = counted.get(kind);
    if (!counts) return [];
    const { title, howToResolve } = issueKinds[kind];
    const some = examples.filter((one) => one.kind === kind).map((one) => explainIssue(one));
    return [{ ...counts, kind, title, howToResolve, examples: some }];
  });
  return {
    errors: { kinds, newAccounts: counted.get(null)?.newAccounts ?? 0 },
    notes: await loadNotes(db, run, explanations, noteKinds),
  };
}

// Finish: checks the counts of a run, updates versions, blocked records and issues, and completes
// the run, in one transaction. Only differences are written, so a run on an unchanged source writes
// nothing but itself.
import { sql } from "kysely";
import type { OpenTransaction } from "../../db/transaction.ts";
import { NIL_UUID } from "../../lib/nil-uuid.ts";
import type { RunCounts } from "../tables.ts";
import { discardPlans } from "../record/end-run.ts";
import type { ActiveRun } from "../record/run-context.ts";
import { StalePlan, RunError, serializeError } from "../record/run-errors.ts";
import { countsBalance, NO_COUNTS } from "../record/run-summary.ts";
import { cacheActionCounts, cacheIssueCounts } from "../record/run-updates.ts";
import { createTemporaryTable } from "../record/temporary-tables.ts";
import { transition } from "../record/transitions.ts";
import { dropWorkingTables } from "../record/working-tables.ts";
import { kindsOfConflict } from "../rules/issue-kinds.ts";
import { clearFingerprintsIfDraftsLost, saveBlockedRecords } from "./save-blocked.ts";

/** Replaces a null record id, which concerns the whole connection, where ids are compared. */
const NO_RECORD = sql.lit(NIL_UUID);

type FinishScope = Pick<ActiveRun, "runId" | "organizationId">;

type Concurrency = {
  /** Only this run has written to the store since its plan. */
  readonly noConcurrentEdits: boolean;
  readonly plannedRevision: number | null;
  readonly storeUnchanged: boolean;
  readonly noChanges: boolean;
};

/** Locks the store's revision: edits wait until the run is done. */
async function loadConcurrency(trx: OpenTransaction, { runId }: FinishScope): Promise<Concurrency> {
  const { rows } = await sql<Concurrency>`
    select coalesce(r.no_concurrent_edits and r.planned_revision = s.revision, false) as "noConcurrentEdits",
      r.planned_revision as "plannedRevision", r.store_unchanged as "storeUnchanged", r.no_changes as "noChanges"
    from runs r, store_revision s where r.id = ${runId}
    for share of s`.execute(trx.kysely);
  return rows[0]!;
}

/**
 * Updates versions and fingerprints of unchanged linked records, and versions of blocked ones. A
 * link without a fingerprint may belong to an account that was edited since the plan; it stays
 * without, and the next run reverts the edit.
 */
async function updateVersions(
  open: OpenTransaction,
  scope: FinishScope,
  noConcurrentEdits: boolean,
): Promise<void> {
  const { runId, organizationId } = scope;
  const drafted = sql`(v.drafted and (${noConcurrentEdits}::boolean or l.fingerprint is not null))`;
  await sql`
    update account_links l set record_version = v.record_version,
      fingerprint = case when ${drafted} then v.fingerprint else l.fingerprint end
    from run_versions v
    where v.run_id = ${runId} and l.organization_id = ${organizationId} and l.record_id = v.record_id
      and (l.record_version is distinct from v.record_version
        or ${drafted} and l.fingerprint is distinct from v.fingerprint)`.execute(open.kysely);
  await sql`
    update blocked_records b set record_version = v.record_version
    from run_versions v
    where v.run_id = ${runId} and b.organization_id = ${organizationId} and b.record_id = v.record_id
      and b.record_version <> v.record_version`.execute(open.kysely);
}

/** Sets the account that blocks a record, which is known only after the plan is applied. */
async function setBlockingAccounts(open: OpenTransaction, { runId }: FinishScope): Promise<void> {
  await sql`
    update run_issues i set other_account_id = held.account_id from account_domains held
    where i.run_id = ${runId} and i.kind = any(${kindsOfConflict("domain")}::text[]) and held.domain = i.value`.execute(
    open.kysely,
  );
  const names = kindsOfConflict("name");
  await sql`
    update run_issues i set other_account_id = named.id
    from (
      select d.record_id, min(a.id) as id
      from run_issues refused
      join run_drafts d on d.run_id = refused.run_id and d.record_id = refused.record_id
      join accounts a using (name_key)
      where refused.run_id = ${runId} and refused.kind = any(${names}::text[])
        and not exists (
          select from account_links merged where merged.account_id = a.id and merged.stop_reason = 'merged')
      group by d.record_id
    ) named
    where i.run_id = ${runId} and i.kind = any(${names}::text[]) and i.record_id = named.record_id`.execute(
    open.kysely,
  );
}

/**
 * Fills `open_issues`: the open issues that this run would have found again, which are those of its
 * records, of those whose account it linked to another record, and of the whole connection.
 * Comparing the others too was the largest cost of a changes-only run (0.8 s of 4.7 s at 125,000
 * open issues).
 */
async function gatherOpenIssues(
  open: OpenTransaction,
  { runId, organizationId }: FinishScope,
): Promise<void> {
  const openIssues = sql`
    select id, kind, coalesce(record_id, ${NO_RECORD}) as record_id,
      coalesce(field, '') as field, coalesce(value, '') as value, name, other_account_id
    from sync_issues where organization_id = ${organizationId} and closed_run is null`;
  // PostgreSQL joins a single list of ids; with "or" it would search each list for each issue
  // (161 s at 27,000 issues and 5,000 changes).
  await createTemporaryTable(
    open,
    "open_issues",
    sql`
    ${openIssues} and record_id is null
    union all
    ${openIssues} and record_id in (
      select record_id from run_drafts where run_id = ${runId}
      union all select record_id from account_changes where run_id = ${runId}
      union all select previous_record_id from account_changes
        where run_id = ${runId} and previous_record_id is not null)`,
  );
}

/** Plain equality can be hashed: "is not distinct from" took 29 s at 13,000 issues. */
const SAME_ISSUE = sql`
  s.kind = i.kind and s.record_id = coalesce(i.record_id, ${NO_RECORD})
  and s.field = coalesce(i.field, '') and s.value = coalesce(i.value, '')`;

/** Closes open issues that were not found again, updates those that were, and opens new ones. */
async function reconcileIssues(open: OpenTransaction, scope: FinishScope): Promise<void> {
  const { runId, organizationId } = scope;
  await gatherOpenIssues(open, scope);
  await sql`
    update sync_issues set closed_run = ${runId}
    where id in (
      select id from open_issues s
      where not exists (
        select from run_issues i where i.run_id = ${runId} and ${SAME_ISSUE}))`.execute(open.kysely);
  await sql`
    update sync_issues stays set name = i.name, other_account_id = i.other_account_id
    from open_issues s join run_issues i on i.run_id = ${runId} and ${SAME_ISSUE}
    where stays.id = s.id
      and (s.name is distinct from i.name
        or s.other_account_id is distinct from i.other_account_id)`.execute(open.kysely);
  await sql`
    insert into sync_issues (organization_id, kind, record_id, name, field, value,
      other_account_id, first_run)
    select ${organizationId}::uuid, i.kind, i.record_id, i.name, i.field, i.value,
      i.other_account_id, ${runId}::bigint
    from run_issues i
    where i.run_id = ${runId} and not exists (select from open_issues s where ${SAME_ISSUE})`.execute(
    open.kysely,
  );
}

/**
 * Completes a run, discards plans that were made before it, and drops its working tables.
 * @throws RunError when the counts do not balance, so that a record was lost or counted twice; then
 * the run is not completed
 */
export async function finishRun(run: ActiveRun): Promise<void> {
  const { context, runId, mode, reportProgress } = run;
  reportProgress({ stage: "finish" });
  await run.transaction(async (trx) => {
    await context.onDone?.(trx.kysely, { id: runId, mode });
    await complete(trx, run, await finalCounts(trx, runId));
    await cacheActionCounts(trx.kysely, runId);
    await cacheIssueCounts(trx.kysely, runId);
  });
  await discardSupersededPlans(run);
  await dropWorkingTables(context.database.kysely, runId);
}

async function complete(trx: OpenTransaction, run: ActiveRun, counts: RunCounts): Promise<void> {
  if (!countsBalance(counts)) {
    throw new RunError(
      `The counts of the run do not balance: ${JSON.stringify(counts)}. It is not marked as done; please report this with the log of the run.`,
    );
  }
  const { kysely } = trx;
  // Without statistics of the new tables PostgreSQL plans nested loops.
  await sql`analyze run_issues`.execute(kysely);
  await sql`analyze run_decisions`.execute(kysely);
  const { noConcurrentEdits, plannedRevision, storeUnchanged, noChanges } = await loadConcurrency(trx, run);
  await updateVersions(trx, run, noConcurrentEdits);
  const areDraftsLost = await clearFingerprintsIfDraftsLost(trx, run);
  // A run without changes decided nothing, so only issues of the whole connection can differ.
  if (!noChanges) {
    await setBlockingAccounts(trx, run);
    // These joins compare all blocked records. PostgreSQL has no statistics of a table that was just
    // filled and would plan nested loops: 48 s at 46,000 issues.
    await sql`set local enable_nestloop = off`.execute(kysely);
    await saveBlockedRecords(trx, run, storeUnchanged && noConcurrentEdits);
    await sql`set local enable_nestloop = on`.execute(kysely);
  }
  await reconcileIssues(trx, run);
  await transition(kysely, run, "applying", {
    type: "complete",
    counts,
    settledRevision: run.mode !== "retry" && !areDraftsLost && noConcurrentEdits ? plannedRevision : null,
    now: run.context.clock.now(),
  });
}

/** Counts the applied changes, and stores an issue for each failed one. */
async function finalCounts({ kysely }: OpenTransaction, runId: number): Promise<RunCounts> {
  const { rows } = await sql<
    Pick<RunCounts, "created" | "linked" | "updated" | "failed" | "stopped" | "merged">
  >`
    select count(*) filter (where outcome is null and action = 'create')::int as created,
      count(*) filter (where outcome is null and action = 'link')::int as linked,
      count(*) filter (where outcome is null and action in ('update', 'resume'))::int as updated,
      count(*) filter (where outcome = 'changed' and action not in ('stop', 'merge'))::int as failed,
      count(*) filter (where outcome is null and action = 'stop')::int as stopped,
      count(*) filter (where outcome is null and action = 'merge')::int as merged
    from account_changes where run_id = ${runId}`.execute(kysely);
  await sql`
    insert into run_issues (run_id, record_id, kind, name)
    select run_id, record_id, 'changed-since-plan', name from account_changes
    where run_id = ${runId} and outcome = 'changed' and action not in ('stop', 'merge')`.execute(kysely);
  const run = await kysely
    .selectFrom("runs")
    .select("counts")
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  return { ...NO_COUNTS, ...run.counts, ...rows[0]! };
}

/**
 * Discards the plans of any source that were made before this run was done, since they are no
 * longer valid.
 */
async function discardSupersededPlans({ context, runId }: ActiveRun): Promise<void> {
  const plans = await context.database.kysely
    .selectFrom("runs")
    .select(["id", "fence"])
    .where("status", "=", "planned")
    .execute();
  await discardPlans(
    context,
    plans.map(({ id, fence }) => ({ runId: id, lease: { fence } })),
    serializeError(StalePlan.superseded(runId)),
  );
}

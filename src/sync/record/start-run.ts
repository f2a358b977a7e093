// Starts runs: stores the run and acquires the lease before the source is contacted, so that the
// caller has the id of the run at once. `end-run.ts` ends runs.
import { sql, type Kysely } from "kysely";
import type { Origin } from "../../accounts/tables.ts";
import type { Tables } from "../../db/tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { RunMode, RunStatus, RunTrigger } from "../tables.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import type { StoredSettings } from "../rules/settings.ts";
import { rollbackCreatedFields } from "./created-fields.ts";
import { cancelUnclaimed } from "./end-run.ts";
import { acquireLease, type FencedRun, type Lease } from "./lease.ts";
import type { LeasedRun } from "./run-context.ts";
import { RunError } from "./run-errors.ts";
import type { RunStore } from "./run-record.ts";
import { tryTransition } from "./transitions.ts";

/** Selects the open issues to retry, by both conditions if both are given. */
export type RetriedIssues = {
  readonly kind?: string | undefined;
  readonly recordIds?: readonly string[] | undefined;
};

/** A teammate, with the name at that time; the id tells namesakes apart. */
export type RunStarter = { readonly id: number; readonly name: string };

export type NewRun = {
  readonly organizationId: string;
  readonly origin: Origin;
  readonly settings: SyncSettings;
  readonly trigger: RunTrigger;
  /** The person who started it in the app. */
  readonly startedBy?: RunStarter | undefined;
} & (
  | { readonly mode: "sync" | "changes" | "plan" }
  | { readonly mode: "retry"; readonly issues: RetriedIssues }
);

async function insertRun(
  trx: Kysely<Tables>,
  run: NewRun,
  start: { status: "queued" | "reading"; fence: number; now: Date },
): Promise<number> {
  const { organizationId, mode } = run;
  const settings: StoredSettings = {
    settings: run.settings,
    fieldIds: [],
    descriptionMapped: false,
    newFieldIds: [],
    labelLanguage: null,
    baseLanguage: null,
    labelFieldIds: [],
  };
  const { id } = await trx
    .insertInto("runs")
    .values({
      organization_id: organizationId,
      origin: run.origin,
      mode,
      status: start.status,
      trigger: run.trigger,
      started_by: run.startedBy?.name ?? null,
      started_by_id: run.startedBy?.id ?? null,
      settings: JSON.stringify(settings),
      settings_hash: "",
      fence: start.fence,
      counts: "{}",
      usage: "{}",
      started_at: start.now,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  if (run.mode === "retry") await insertRetriedRecords(trx, { id, organizationId }, run.issues);
  return id;
}

/** @throws RunError when there are no such issues */
async function insertRetriedRecords(
  trx: Kysely<Tables>,
  { id, organizationId }: { readonly id: number; readonly organizationId: string },
  { kind, recordIds }: RetriedIssues,
): Promise<void> {
  const inserted = await sql`
    insert into retried_records (run_id, record_id)
    select distinct ${id}::bigint, record_id from sync_issues
    where organization_id = ${organizationId} and closed_run is null and record_id is not null
      and (${kind ?? null}::text is null or kind = ${kind ?? null})
      and (${recordIds ?? null}::uuid[] is null or record_id = any(${recordIds ?? null}::uuid[]))`.execute(
    trx,
  );
  if (inserted.numAffectedRows === 0n)
    throw new RunError("There are no open issues of these accounts; there is nothing to retry.");
}

/**
 * Queues a run for a worker to claim.
 * @throws RunError when there is nothing to retry
 */
export function queueRun(trx: Kysely<Tables>, run: NewRun, now: Date): Promise<number> {
  return insertRun(trx, run, { status: "queued", fence: 0, now });
}

/**
 * Acquires the lease for `start`, and releases it if that fails.
 * @throws LeaseError when a run is active
 */
async function withLease<T>(
  { database }: RunStore,
  organizationId: string,
  start: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(database, organizationId);
  try {
    return await start(lease);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/**
 * Starts a run in this process.
 * @throws LeaseError when a run is active
 */
export async function startRun(store: RunStore, run: NewRun): Promise<LeasedRun> {
  const { organizationId, mode } = run;
  return withLease(store, organizationId, async (lease) => {
    const start = { status: "reading" as const, fence: lease.fence, now: store.clock.now() };
    const runId = await inTransaction(store.database, ({ kysely: trx }) => insertRun(trx, run, start));
    return { runId, organizationId, mode, lease };
  });
}

/**
 * Claims a stored plan to apply it. `startApply` checks later whether it is valid; a run in another
 * status is not changed.
 * @throws LeaseError when a run is active
 */
export async function claimPlan(
  store: RunStore,
  { organizationId, runId }: { organizationId: string; runId: number },
): Promise<LeasedRun> {
  return withLease(store, organizationId, async (lease) => {
    await inTransaction(store.database, async ({ kysely: trx }) => {
      const { rows } = await sql<{ fence: number }>`
        select fence from runs
        where id = ${runId} and organization_id = ${organizationId} and status = 'planned'
        for update`.execute(trx);
      if (rows[0])
        await tryTransition(trx, { runId, lease: rows[0] }, "planned", {
          type: "claimPlan",
          fence: lease.fence,
        });
    });
    return { runId, organizationId, mode: "plan", lease };
  });
}

/** A run that a worker may claim. */
export type QueuedRun = {
  readonly id: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  /** The fence of its last holder; 0 before the first claim. */
  readonly fence: number;
  /** How often it was claimed since its last progress. */
  readonly attempts: number;
};

/**
 * Claims a run by compare-and-set: an apply resumes at its checkpoint, any other run starts over. A
 * run whose holder died before it noticed a cancellation is cancelled here.
 * @returns undefined if another process claimed the run, or it was cancelled
 * @throws LeaseError when a run is active
 */
export async function claimRun(store: RunStore, run: QueuedRun): Promise<LeasedRun | undefined> {
  const { id: runId, organizationId, mode } = run;
  return withLease(store, organizationId, async (lease) => {
    const isClaimed = await inTransaction(store.database, ({ kysely: trx }) =>
      claim(trx, run, { fence: lease.fence, now: store.clock.now() }),
    );
    if (isClaimed) return { runId, organizationId, mode, lease, requeues: true };
    await lease.release();
    return undefined;
  });
}

async function claim(
  trx: Kysely<Tables>,
  { id: runId, status, fence: fenceBefore }: QueuedRun,
  { fence, now }: { readonly fence: number; readonly now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ cancelledBy: string | null; isApproved: boolean }>`
    select cancelled_by as "cancelledBy", approved_at is not null as "isApproved" from runs
    where id = ${runId} and status = ${status} and fence = ${fenceBefore}
    for update`.execute(trx);
  const [found] = rows;
  if (!found) return false;
  if (found.cancelledBy !== null) {
    await cancelUnclaimed(trx, { runId, by: found.cancelledBy, now });
    return false;
  }
  const before: FencedRun = { runId, lease: { fence: fenceBefore } };
  if (status === "planned")
    return found.isApproved && tryTransition(trx, before, status, { type: "claimApprovedPlan", fence });
  if (status === "applying") return tryTransition(trx, before, status, { type: "takeOverApply", fence });
  if (status !== "queued" && status !== "reading" && status !== "planning") return false;
  if (!(await tryTransition(trx, before, status, { type: "claim", fence, now }))) return false;
  await rollbackCreatedFields(trx, runId);
  return true;
}

// How a run starts: its row, and the lease of whoever executes it, both before anything is asked of the source. So whoever asked
// for the run has its number at once. end-run.ts has the other end.
import { sql, type Kysely } from "kysely";
import type { Origin } from "../../accounts/tables.ts";
import type { Tables } from "../../db/tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { RunMode, RunStatus, RunTrigger } from "../tables.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import type { StoredSettings } from "../rules/settings.ts";
import { rollbackCreatedFields } from "./created-fields.ts";
import { cancelUnclaimed } from "./end-run.ts";
import { acquireLease, type Lease } from "./lease.ts";
import type { LeasedRun } from "./run-context.ts";
import { RunError } from "./run-errors.ts";
import type { RunStore } from "./run-record.ts";
import { tryTransition, type FencedRun } from "./transitions.ts";

/** Which open issues a retry is about; both given, those that fit both. */
export type RetriedIssues = {
  readonly kind?: string | undefined;
  readonly recordIds?: readonly string[] | undefined;
};

/** A teammate: as people called them then, and who it was, for two may have one name. */
export type RunStarter = { readonly id: number; readonly name: string };

export type NewRun = {
  readonly organizationId: string;
  readonly origin: Origin;
  readonly settings: SyncSettings;
  readonly trigger: RunTrigger;
  /** Who asked for it, where a person did in the application. */
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

/** @throws RunError when there are none */
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
    throw new RunError("There are no open issues of these accounts; there is nothing to look at again.");
}

/** For a worker to claim. @throws RunError when there is nothing to retry. */
export function queueRun(trx: Kysely<Tables>, run: NewRun, now: Date): Promise<number> {
  return insertRun(trx, run, { status: "queued", fence: 0, now });
}

/** Releases the lease if what is to be done under it cannot start. @throws LeaseError when a run is active already. */
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

/** Starts at once, in this process. @throws LeaseError when a run is active already. */
export async function startRun(store: RunStore, run: NewRun): Promise<LeasedRun> {
  const { organizationId, mode } = run;
  return withLease(store, organizationId, async (lease) => {
    const start = { status: "reading" as const, fence: lease.fence, now: store.clock.now() };
    const runId = await inTransaction(store.database, ({ kysely: trx }) => insertRun(trx, run, start));
    return { runId, organizationId, mode, lease };
  });
}

/**
 * Takes the lease to apply a stored plan. Whether it may still be applied is asked later; a run that is no plan stays as it is.
 * @throws LeaseError when a run is active already.
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
  /** Of whoever had it last; 0 if nobody had. */
  readonly fence: number;
  /** How often it was claimed since it last got further. */
  readonly attempts: number;
};

/**
 * Claims a run, by compare-and-set: an apply goes on from its checkpoint, anything else starts over. One that somebody
 * wanted to stop, and whose holder was gone before it did, stops here.
 * @returns undefined if somebody was faster, or it is not wanted any more. @throws LeaseError when a run is active.
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

// How a run's record begins: the row, and the lease of whoever carries it out, both before anything is asked of Dynamics. So
// whoever asked for the run has its number at once. end.ts has the other end.
import { sql, type Kysely } from "kysely";
import type { Database } from "../../db/pool.ts";
import type { Tables } from "../../db/tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Clock } from "../../lib/clock.ts";
import { callOff } from "./end-run.ts";
import { acquireLease, takenOver, type Lease } from "./lease.ts";
import { takeBackFields } from "./created-fields.ts";
import type { Prepared } from "../read/prepare.ts";
import { dropWorkingTables, makeWorkingTables } from "../read/stage-rows.ts";
import { RunError } from "./run-record.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import { settingsOfRun, type StoredSettings } from "../rules/settings.ts";
import type { RunCounts, RunMode, RunStatus } from "../tables.ts";

export type RunStore = { readonly database: Database; readonly clock: Clock };

/** A run that has its row and the lease. Whoever holds this carries it out, or releases the lease. */
export type BegunRun = {
  readonly runId: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly lease: Lease;
  /** Taken by a worker: if it breaks off for no fault of its own, a worker takes it again. */
  readonly again?: boolean;
  /** Given how the run failed or stopped, writes it, with what to do about it before, for whoever sees its end. */
  readonly onFailure?: (reason: unknown, write: () => Promise<void>) => Promise<void>;
};

export type StoredRun = {
  readonly id: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly counts: Partial<RunCounts>;
  readonly settings: StoredSettings;
};

/** @throws RunError when there is no such run, StoredJsonError when its settings cannot be read */
export async function storedRun({ kysely }: Pick<Database, "kysely">, runId: number): Promise<StoredRun> {
  const { rows } = await sql<Omit<StoredRun, "settings"> & { readonly settings: unknown }>`
    select id, organization_id as "organizationId", mode, status, counts, settings from runs where id = ${runId}`.execute(
    kysely,
  );
  if (!rows[0]) throw new RunError(`There is no run ${runId}. "sluice runs" lists them.`);
  return { ...rows[0], settings: settingsOfRun(runId, rows[0].settings) };
}

/** Which open issues a retry is about; both given, those that fit both. */
export type RetriedIssues = {
  readonly kind?: string | undefined;
  readonly dynamicsIds?: readonly string[] | undefined;
};

/** A teammate: as people called them then, and who it was, for two may have one name. */
export type Starter = { readonly id: number; readonly name: string };

export type NewRun = {
  readonly organizationId: string;
  readonly settings: SyncSettings;
  readonly startedBy?: Starter | undefined;
} & (
  | { readonly mode: "sync" | "changes" | "plan" }
  | { readonly mode: "retry"; readonly issues: RetriedIssues }
);

async function insertRun(
  trx: Kysely<Tables>,
  run: NewRun,
  begins: { status: "queued" | "reading"; fence: number; now: Date },
): Promise<number> {
  const { organizationId, mode } = run;
  const stored: StoredSettings = {
    settings: run.settings,
    fieldIds: [],
    descriptionMapped: false,
    newFieldIds: [],
  };
  const { id } = await trx
    .insertInto("runs")
    .values({
      organization_id: organizationId,
      mode,
      status: begins.status,
      started_by: run.startedBy?.name ?? null,
      started_by_id: run.startedBy?.id ?? null,
      settings: JSON.stringify(stored),
      settings_hash: "",
      fence: begins.fence,
      counts: "{}",
      usage: "{}",
      started_at: begins.now,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  if (run.mode === "retry") {
    const { kind, dynamicsIds } = run.issues;
    const found = await sql`
      insert into retried_records (run_id, dynamics_id)
      select distinct ${id}::bigint, dynamics_id from sync_issues
      where organization_id = ${organizationId} and closed_run is null and dynamics_id is not null
        and (${kind ?? null}::text is null or kind = ${kind ?? null})
        and (${dynamicsIds ?? null}::uuid[] is null or dynamics_id = any(${dynamicsIds ?? null}::uuid[]))`.execute(
      trx,
    );
    if (found.numAffectedRows === 0n)
      throw new RunError("There are no open issues of these accounts; there is nothing to look at again.");
  }
  return id;
}

/** For a worker to take. @throws RunError when there is nothing to retry. */
export function queueRun(trx: Kysely<Tables>, run: NewRun, now: Date): Promise<number> {
  return insertRun(trx, run, { status: "queued", fence: 0, now });
}

/** The lease is given back if what is to be done under it cannot begin. @throws LeaseError when a run is under way already. */
async function withLease<T>(
  { database }: RunStore,
  organizationId: string,
  begin: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(database, organizationId);
  try {
    return await begin(lease);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** Begins at once, in this process. @throws LeaseError when a run is under way already. */
export async function beginRun(store: RunStore, run: NewRun): Promise<BegunRun> {
  const { organizationId, mode } = run;
  return withLease(store, organizationId, async (lease) => {
    const begins = { status: "reading" as const, fence: lease.fence, now: store.clock.now() };
    const runId = await inTransaction(store.database, ({ kysely: trx }) => insertRun(trx, run, begins));
    return { runId, organizationId, mode, lease };
  });
}

/**
 * Takes the lease to apply a stored plan. Whether it may still be applied is asked later; a run that is no plan stays as it is.
 * @throws LeaseError when a run is under way already.
 */
export async function beginApply(
  store: RunStore,
  { organizationId, runId }: { organizationId: string; runId: number },
): Promise<BegunRun> {
  return withLease(store, organizationId, async (lease) => {
    await store.database.kysely
      .updateTable("runs")
      .set({
        applied_by: null,
        applied_by_id: null,
        fence: lease.fence,
        error: null,
        cancelled_by: null,
        progress: null,
      })
      .where("id", "=", runId)
      .where("organization_id", "=", organizationId)
      .where("status", "=", "planned")
      .execute();
    return { runId, organizationId, mode: "plan", lease };
  });
}

/** A run that waits to be carried out. */
export type WaitingRun = {
  readonly id: number;
  readonly organizationId: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  /** Of whoever had it last; 0 if nobody had. */
  readonly fence: number;
  /** How often it was taken since it last got further. */
  readonly tries: number;
};

/**
 * Takes a run that waits, by compare-and-set: an apply goes on from its checkpoint, anything else starts over. One that somebody
 * wanted to stop, and whose holder was gone before it did, stops here.
 * @returns undefined if somebody was faster, or it is not wanted any more. @throws LeaseError when a run is under way.
 */
export async function takeRun(store: RunStore, run: WaitingRun): Promise<BegunRun | undefined> {
  const { id: runId, organizationId, mode, status } = run;
  const isWritten = status === "planned" || status === "applying";
  return withLease(store, organizationId, async (lease) => {
    const isTaken = await inTransaction(store.database, async ({ kysely: trx }) => {
      const taken = await sql<{ cancelledBy: string | null }>`
        update runs set fence = ${lease.fence} where id = ${runId} and status = ${status} and fence = ${run.fence}
          and (status <> 'planned' or applied_by is not null)
        returning cancelled_by as "cancelledBy"`.execute(trx);
      if (!taken.rows[0]) return false;
      const { cancelledBy: by } = taken.rows[0];
      if (by !== null) {
        await callOff(trx, { runId, by, now: store.clock.now() });
        return false;
      }
      await sql`
        update runs set tries = tries + 1, try_after = null, progress = null, error = null,
          status = ${isWritten ? status : "reading"}, started_at = case when ${isWritten}::boolean then started_at else ${store.clock.now()} end,
          waits_because = case when status = 'planned' then waits_because end
        where id = ${runId}`.execute(trx);
      if (!isWritten) await takeBackFields(trx, runId);
      return true;
    });
    if (isTaken) return { runId, organizationId, mode, lease, again: true };
    await lease.release();
    return undefined;
  });
}

/** Takes over a run that was cut off while applying; whoever has lost the lease since takes nothing, for fences only grow. */
export async function takeUp({ database }: RunStore, lease: Lease, runId: number): Promise<void> {
  await sql`
    update runs set fence = ${lease.fence}, tries = tries + 1, try_after = null, waits_because = null, cancelled_by = null, progress = null, error = null
    where id = ${runId} and status = 'applying' and fence < ${lease.fence}`.execute(database.kysely);
}

/** From here on it is known what the run reads and writes; its working tables are there, and empty. */
export async function rememberPrepared(
  { database }: RunStore,
  { runId, lease }: BegunRun,
  { settings, prepared }: { settings: SyncSettings; prepared: Prepared },
): Promise<void> {
  const { description } = settings.mapping;
  const stored: StoredSettings = {
    settings,
    fieldIds: mappedFieldIds(prepared),
    descriptionMapped: description !== undefined && prepared.rules.columns.has(description),
    newFieldIds: prepared.newFieldIds,
  };
  await inTransaction(database, async (open) => {
    const kept = await open.kysely
      .updateTable("runs")
      .set({
        status: "reading",
        settings: JSON.stringify(stored),
        settings_hash: prepared.settingsHash,
      })
      .where("id", "=", runId)
      .where("fence", "=", lease.fence)
      .where("status", "in", ["reading", "planning"])
      .executeTakeFirst();
    if (kept.numUpdatedRows !== 1n) throw takenOver(runId);
    // Those of a holder that died are still there.
    await dropWorkingTables(open.kysely, runId);
    await makeWorkingTables(open.kysely, runId);
  });
}

/** Fields whose column is there and readable: only these are compared and written (rule 13). */
export function mappedFieldIds({ rules }: Prepared): number[] {
  return rules.mapping.fields.flatMap(({ column, field }) =>
    rules.columns.has(column) ? rules.fieldIds.get(field)! : [],
  );
}

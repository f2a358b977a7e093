// How a run's record ends, or comes to rest until somebody goes on with it. Whoever lost the run to another process writes
// nothing here: each write compares the lease's fence first.
import { sql, type Kysely, type RawBuilder } from "kysely";
import { isDatabaseAway, isDiskFull } from "../../db/away.ts";
import type { Tables } from "../../db/tables.ts";
import type { RunStatus } from "../tables.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { BegunRun, RunStore } from "./start-run.ts";
import { LeaseError } from "./lease.ts";
import { takeBackFields } from "./created-fields.ts";
import { dropWorkingTables, runsWithWorkingTables } from "../read/stage-rows.ts";
import { isToBeDone, RunError, RunStopped } from "./run-record.ts";

/** So often a run may break off in a row, or lose its process, before it is left to a person. */
export const MOST_TRIES = 5;
/** After the first time it waits this long, then twice as long each time: some minutes in all. */
const FIRST_WAIT_MS = 5_000;

type Held = Pick<BegunRun, "runId" | "lease">;

/** How an error is kept with a run: its kind, where it has one, and its sentence. */
function toldError(error: unknown): string {
  if (isDiskFull(error))
    return JSON.stringify({
      kind: "disk-full",
      sentence:
        "The disk of the database is full, so nothing more could be written. What was written before stays. Make space there, then sync again.",
    });
  if (isDatabaseAway(error))
    return JSON.stringify({
      kind: "database-away",
      sentence: "The connection to the database broke. Check the database server, then sync again.",
    });
  if (!(error instanceof Error)) return JSON.stringify({ kind: "unexpected", sentence: String(error) });
  const kind = "kind" in error && typeof error.kind === "string" ? error.kind : error.name;
  return JSON.stringify({ kind, sentence: error.message });
}

function waitAfter(now: Date): RawBuilder<Date> {
  return sql<Date>`${now}::timestamptz + ${FIRST_WAIT_MS / 1000} * interval '1 second' * 2 ^ greatest(tries - 1, 0)`;
}

/** Nothing of it is left but its row. */
async function clearUp(db: Kysely<Tables>, runId: number): Promise<void> {
  await dropWorkingTables(db, runId);
  await takeBackFields(db, runId);
}

/** Of runs that have ended: somebody was reading them when they should have gone, as a backup does. */
export async function dropLeftTables(db: Kysely<Tables>): Promise<void> {
  const left = await runsWithWorkingTables(db);
  const needed = await db
    .selectFrom("runs")
    .select("id")
    .where("id", "in", [0, ...left])
    .where("status", "in", ["queued", "reading", "planning", "planned", "applying"])
    .execute();
  const ended = left.filter((run) => !needed.some(({ id }) => id === run));
  // All or none: under a backup one wait says that the others would wait as well.
  if (ended.length > 0) await dropWorkingTables(db, ...ended);
}

/** Reading starts over in the same run. */
export async function startOver({ database }: RunStore, { runId, lease }: Held): Promise<void> {
  await inTransaction(database, async ({ kysely: trx }) => {
    const held =
      await sql`select from runs where id = ${runId} and fence = ${lease.fence} for update`.execute(trx);
    if (held.rows.length > 0) await clearUp(trx, runId);
  });
}

/** What was written is never ended as if it were nothing. */
const KEPT = ["applying", "done"];

type Ending = {
  readonly error?: unknown;
  /** Of the lease under which it is ended, if there is one. */
  readonly fence?: number;
  /** Left alone in these. */
  readonly unless?: readonly RunStatus[];
};
type Ended = Extract<RunStatus, "failed" | "interrupted" | "discarded">;

/** Ends a run that wrote nothing, and clears up after it. */
export async function closeRun(
  { database, clock }: RunStore,
  runId: number,
  status: Ended,
  ending: Ending = {},
): Promise<void> {
  await inTransaction(database, ({ kysely: trx }) =>
    closeRunIn(trx, runId, status, { ...ending, now: clock.now() }),
  );
}

export async function closeRunIn(
  trx: Kysely<Tables>,
  runId: number,
  status: Ended,
  { error, fence, unless = [], now }: Ending & { readonly now: Date },
): Promise<void> {
  const closed = await sql`
    update runs r set status = ${status}, finished_at = ${now}, progress = null, waits_because = null, try_after = null,
      error = coalesce(${error === undefined ? null : toldError(error)}::jsonb, error)
    where id = ${runId} and status <> all(${[...KEPT, ...unless]}::text[]) and (${fence ?? null}::bigint is null
      or exists (select from run_leases l where l.organization_id = r.organization_id and l.fence = ${fence ?? null}))`.execute(
    trx,
  );
  if (closed.numAffectedRows === 1n) await clearUp(trx, runId);
}

/** A run that nobody has in hand at the moment is not taken any more. @returns whether it was one */
export async function callOff(
  trx: Kysely<Tables>,
  { runId, by, now }: { readonly runId: number; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ status: RunStatus }>`
    update runs r set cancelled_by = ${by},
      applied_by = case when status = 'planned' then null else applied_by end,
      applied_by_id = case when status = 'planned' then null else applied_by_id end,
      waits_because = case when status = 'applying' then 'cancelled' else waits_because end
    where id = ${runId} and ${isToBeDone} returning status`.execute(trx);
  const status = rows[0]?.status;
  if (status === undefined) return false;
  const error = new RunStopped("cancelled", `Cancelled by ${by}.`);
  if (status !== "planned") await closeRunIn(trx, runId, "interrupted", { error, now });
  return true;
}

/** With the database away not even how a run ended can be written; then whoever takes it over finds it as it was. */
export async function toldOrLost(
  { onFailure }: BegunRun,
  reason: unknown,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await (onFailure ? onFailure(reason, write) : write());
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
  }
}

/**
 * Ends a run that read or planned, or, if it broke off for no fault of its own, puts it back for a worker to take: it was
 * paused, its process is being stopped, the database went away or did not answer.
 */
export async function endOrPutBack(
  store: RunStore,
  { runId, lease, again }: BegunRun,
  { reason, stopped }: { readonly reason: unknown; readonly stopped: boolean },
): Promise<void> {
  const { database, clock } = store;
  const { fence } = lease;
  const isPutBack =
    isDatabaseAway(reason) ||
    reason instanceof LeaseError ||
    (reason instanceof RunStopped && reason.kind !== "cancelled");
  if (again && isPutBack) {
    const put = await sql`
      update runs set status = 'queued', progress = null,
        ${reason instanceof RunStopped ? sql`tries = 0` : sql`try_after = ${waitAfter(clock.now())}`}
      where id = ${runId} and fence = ${fence} and status in ('reading', 'planning')
        and (tries < ${MOST_TRIES} or ${reason instanceof RunStopped}::boolean)`.execute(database.kysely);
    if (put.numAffectedRows === 1n) return;
  }
  await closeRun(store, runId, stopped ? "interrupted" : "failed", { error: reason, fence });
}

/** A plan that could not be applied just now stays a plan, and says why, which is told to who applied it; one that was paused, or whose process is being stopped, stays approved. */
export async function keepPlanned(
  { database }: RunStore,
  { runId, lease, again }: Held & Pick<BegunRun, "again">,
  error: unknown,
): Promise<void> {
  const staysApproved =
    again && (isDatabaseAway(error) || (error instanceof RunStopped && error.kind !== "cancelled"));
  await database.kysely
    .updateTable("runs")
    .set(
      staysApproved
        ? { progress: null, ...(error instanceof RunStopped && { tries: 0 }) }
        : { applied_by: null, progress: null, tries: 0, error: toldError(error) },
    )
    .where("id", "=", runId)
    .where("fence", "=", lease.fence)
    .where("status", "=", "planned")
    .execute();
}

/** A run that stopped while applying says why; what is left of it goes on with the next run. */
export async function noteStopped(
  { database }: RunStore,
  { runId, lease }: Held,
  reason: unknown,
): Promise<void> {
  await database.kysely
    .updateTable("runs")
    .set({
      waits_because: reason instanceof RunStopped ? reason.kind : "interrupted",
      progress: null,
      tries: 0,
    })
    .where("id", "=", runId)
    .where("fence", "=", lease.fence)
    .where("status", "=", "applying")
    .execute();
}

/**
 * A run that broke off while applying is taken up again a little later, from its checkpoint. After some tries that got no
 * further it is left to a person: it says why and how much of it is written, and the next run goes on with it.
 */
export async function noteBrokenOff(
  { database, clock }: RunStore,
  { runId, lease }: Held,
  error: unknown,
): Promise<void> {
  await sql`
    with written as (
      select count(*) filter (where seq <= r.checkpoint) as done, count(*) as whole from runs r
      join account_changes c on c.run_id = r.id where r.id = ${runId})
    update runs r set progress = null, try_after = ${waitAfter(clock.now())}, tries = greatest(tries, 1),
      waits_because = case when tries >= ${MOST_TRIES} then 'failed' else 'interrupted' end,
      error = jsonb_set(broke.off, '{sentence}', to_jsonb(format('%s (%s of %s changes are written.)', broke.off ->> 'sentence', written.done, written.whole)))
    from written, (select ${toldError(error)}::jsonb as off) broke
    where id = ${runId} and fence = ${lease.fence} and status = 'applying'`.execute(database.kysely);
}

/** A run that lost its process again and again is left to a person, since the next process would fare no better. */
export async function giveUp(store: RunStore, { runId, lease }: Held): Promise<void> {
  const error = new RunError(
    `Run ${runId} lost its process ${MOST_TRIES} times without getting further. Look into the log and the memory of the workers, then sync again.`,
  );
  await store.database.kysely
    .updateTable("runs")
    .set({ waits_because: "failed", error: toldError(error) })
    .where("id", "=", runId)
    .where("fence", "=", lease.fence)
    .where("status", "=", "applying")
    .execute();
  await keepPlanned(store, { runId, lease }, error);
  await closeRun(store, runId, "failed", { error, fence: lease.fence, unless: ["planned"] });
}

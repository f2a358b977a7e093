// The lease of an organisation: one run at a time writes for it, across all processes. The fencing
// token grows with every holder and each transaction of a run compares it, so a process that was
// presumed dead and wakes up commits nothing.
import { hostname } from "node:os";
import { sql, type RawBuilder } from "kysely";
import type { PoolClient } from "pg";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import { UserError, type UserErrorOptions } from "../../lib/user-error.ts";

const HEARTBEAT_INTERVAL_MS = 10_000;
/**
 * A holder without a heartbeat for this long is presumed dead; one without a database session is
 * dead at once. Measured by the database's clock, the only one that all processes share.
 */
const STALE_AFTER_MS = 45_000;
const STALE = `now() - interval '${STALE_AFTER_MS} milliseconds'`;
const HAS_SESSION =
  "exists (select from pg_stat_activity a where a.pid = l.backend_pid and a.backend_start = l.backend_start)";
const IS_LEASED = `(l.holder is not null and l.heartbeat_at >= ${STALE} and ${HAS_SESSION})`;
/** SQL over `run_leases l`: the holder sends heartbeats and has its database session. */
export const isLeased: RawBuilder<boolean> = sql.raw(IS_LEASED);

export class LeaseError extends UserError {
  override readonly name = "LeaseError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("lease", sentence, options);
  }
}

/** Makes the error of a write that compared its fence and found that of another process. */
export function fenceLostError(runId: number): LeaseError {
  return new LeaseError(`Run ${runId} has been taken over by another process; this one stops.`);
}

export type Lease = {
  readonly fence: number;
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
};

/** A run and the fence of its last claim. */
export type FencedRun = { readonly runId: number; readonly lease: Pick<Lease, "fence"> };

/**
 * Runs a transaction that commits only while the lease is held. The lease is locked from the
 * comparison of the fence to the commit, so a takeover happens either before or after both.
 * @throws LeaseError when another process has taken the run over
 */
export async function withFencedTransaction<T>(
  database: Pick<Database, "pool">,
  { runId, organizationId, lease }: FencedRun & { readonly organizationId: string },
  work: (open: OpenTransaction) => Promise<T>,
): Promise<T> {
  return inTransaction(database, async (open) => {
    const result = await work(open);
    const current = await sql`
      select from run_leases where organization_id = ${organizationId} and fence = ${lease.fence} for share`.execute(
      open.kysely,
    );
    if (current.rows.length === 0) throw fenceLostError(runId);
    return result;
  });
}

/**
 * Acquires the lease of an organisation. A holder is dead when its database session has ended, as
 * it does with its process, or when its heartbeats have stopped (a machine that vanished without
 * closing its connections, a process that hangs).
 * @throws LeaseError that names the process which holds the lease
 */
export async function acquireLease(database: Database, organizationId: string): Promise<Lease> {
  const client = await database.pool.connect();
  const holder = `${hostname()} process ${process.pid}`;
  try {
    const dead = await findDeadHolder(client, organizationId);
    // The sessions may have locked the lease, so they end before it is acquired.
    if (dead) await endSessions(client, dead);
    const acquired = await client.query<{ fence: number }>(
      `insert into run_leases as l
         (organization_id, fence, holder, backend_pid, backend_start, session_name, heartbeat_at)
       select $1, 1, $2, pid, backend_start, application_name, clock_timestamp()
       from pg_stat_activity where pid = pg_backend_pid()
       on conflict (organization_id) do update set fence = l.fence + 1, holder = excluded.holder,
         backend_pid = excluded.backend_pid, backend_start = excluded.backend_start,
         session_name = excluded.session_name, heartbeat_at = excluded.heartbeat_at
       where not ${IS_LEASED}
       returning fence`,
      [organizationId, holder],
    );
    const fence = acquired.rows[0]?.fence;
    if (fence === undefined) {
      const other = await client.query<{ holder: string }>(
        "select holder from run_leases where organization_id = $1",
        [organizationId],
      );
      throw new LeaseError(
        `A run of this organisation is active already (${other.rows[0]?.holder ?? "it has just ended"}). Wait for it to end, then try again.`,
      );
    }
    return maintainLease(database, client, { organizationId, fence });
  } catch (error) {
    client.release();
    throw error;
  }
}

type DeadHolder = {
  /** Names all database sessions of its process (src/db/pool.ts gives each process a name). */
  readonly sessionName: string;
  /** Its heartbeats have stopped although its session is there. */
  readonly isHung: boolean;
};

async function findDeadHolder(client: PoolClient, organizationId: string): Promise<DeadHolder | undefined> {
  const { rows } = await client.query<DeadHolder>(
    `select l.session_name as "sessionName", ${HAS_SESSION} as "isHung"
     from run_leases l
     where l.organization_id = $1 and l.holder is not null and not ${IS_LEASED}
       and l.session_name <> current_setting('application_name')`,
    [organizationId],
  );
  return rows[0];
}

/**
 * Ends the sessions of a dead holder, whose open transactions would keep their locks: those of a
 * process that hangs for as long as it does, those of a killed one until their query ends, since
 * PostgreSQL notices only then that its client is gone. Idle ones end only if the process hangs.
 */
async function endSessions(client: PoolClient, { sessionName, isHung }: DeadHolder): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = $1 and (xact_start is not null or $2)`,
    [sessionName, isHung],
  );
}

const LEASE_LOST = new LeaseError("Another process has taken this run over.");

/**
 * Sends heartbeats until the lease is released or lost. They use the session that proves the holder
 * alive, because firewalls end connections that are idle for hours, and because a heartbeat must
 * not wait for a free connection of the pool.
 */
function maintainLease(
  database: Database,
  session: PoolClient,
  { organizationId, fence }: { readonly organizationId: string; readonly fence: number },
): Lease {
  const lost = new AbortController();
  let lastHeartbeat = performance.now();
  let isHeartbeatPending = false;
  const lose = (reason: Error) => lost.abort(reason);
  // Without its session all other processes presume the holder dead, so it stops.
  session.once("error", lose);
  const sendHeartbeat = async (): Promise<void> => {
    // After a pause this long (the machine slept, the database hung) others presume it dead.
    if (performance.now() - lastHeartbeat > STALE_AFTER_MS) lose(LEASE_LOST);
    if (isHeartbeatPending || lost.signal.aborted) return;
    isHeartbeatPending = true;
    try {
      const renewed = await session.query(
        "update run_leases set heartbeat_at = clock_timestamp() where organization_id = $1 and fence = $2",
        [organizationId, fence],
      );
      if (renewed.rowCount === 0) lose(LEASE_LOST);
      lastHeartbeat = performance.now();
    } finally {
      isHeartbeatPending = false;
    }
  };
  // A failed heartbeat does not lose the lease: the next may succeed, and the fence guards writes.
  const timer = setInterval(() => void sendHeartbeat().catch(() => undefined), HEARTBEAT_INTERVAL_MS);
  timer.unref();
  return {
    fence,
    signal: lost.signal,
    async release() {
      clearInterval(timer);
      try {
        await sql`
          update run_leases set holder = null where organization_id = ${organizationId} and fence = ${fence}`.execute(
          database.kysely,
        );
      } finally {
        session.off("error", lose);
        // A session that broke, or still waits for an answer, does not go back into the pool.
        session.release(isHeartbeatPending || lost.signal.aborted);
      }
    },
  };
}

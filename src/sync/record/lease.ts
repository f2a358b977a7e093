// The run lease: one run writes for an organisation at a time, whatever is clicked and however many processes there are.
// A fencing number grows with every holder, and each write of a run compares it first, so a process that was
// thought dead and wakes up writes nothing.
import { hostname } from "node:os";
import { sql, type RawBuilder } from "kysely";
import type { PoolClient } from "pg";
import type { Database } from "../../db/pool.ts";
import { inTransaction, type OpenTransaction } from "../../db/transaction.ts";
import { UserError, type UserErrorOptions } from "../../lib/user-error.ts";

const HEARTBEAT_INTERVAL_MS = 10_000;
/**
 * A holder whose last beat is older than this is dead, as one without a database session is at once. By the database's clock,
 * the one clock that all processes share.
 */
const STALE_AFTER_MS = 45_000;
const STALE = `now() - interval '${STALE_AFTER_MS} milliseconds'`;
const HAS_SESSION =
  "exists (select from pg_stat_activity a where a.pid = l.backend_pid and a.backend_start = l.backend_start)";
const IS_LEASED = `(l.holder is not null and l.heartbeat_at >= ${STALE} and ${HAS_SESSION})`;
/** SQL over `run_leases l`: its holder beats, and has its database session. */
export const isLeased: RawBuilder<boolean> = sql.raw(IS_LEASED);

export class LeaseError extends UserError {
  override readonly name = "LeaseError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("lease", sentence, options);
  }
}

/** For a write that found its run in other hands. */
export function fenceLostError(runId: number): LeaseError {
  return new LeaseError(`Run ${runId} has been taken over by another process; this one stops.`);
}

export type Lease = {
  readonly fence: number;
  /** Aborts when the lease was lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
};

/** The lease under which a transaction is made, and whose run it is about. */
export type Fence = {
  readonly runId: number;
  readonly organizationId: string;
  readonly lease: Pick<Lease, "fence">;
};

/**
 * A transaction of whoever has the lease: after a takeover it writes nothing, however late it notices. The lease is locked from
 * the look at it to the commit, so a takeover comes before, or clears away what it finds.
 * @throws LeaseError
 */
export async function withFencedTransaction<T>(
  database: Pick<Database, "pool">,
  { runId, organizationId, lease }: Fence,
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
 * Takes the lease of an organisation. A dead holder is known by its database session, which ends with its process, or by a
 * heartbeat that stopped (a machine that vanished without closing its connections, a process that hangs).
 * @throws LeaseError when somebody else is running; the sentence names them.
 */
export async function acquireLease(database: Database, organizationId: string): Promise<Lease> {
  const client = await database.pool.connect();
  const holder = `${hostname()} process ${process.pid}`;
  try {
    const dead = await findDeadHolder(client, organizationId);
    // Before the lease is taken, since they may have locked it.
    if (dead) await endSessions(client, dead);
    const acquired = await client.query<{ fence: number }>(
      `insert into run_leases as l (organization_id, fence, holder, backend_pid, backend_start, session_name, heartbeat_at)
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
        `A run for this organisation is going on already (${other.rows[0]?.holder ?? "it has just ended"}). Wait for it to end, then try again.`,
      );
    }
    return maintainLease(database, client, { organizationId, fence });
  } catch (error) {
    client.release();
    throw error;
  }
}

type DeadHolder = {
  /** The name of all database sessions of its process (src/db/pool.ts gives each process its own). */
  readonly sessionName: string;
  /** It stopped beating, though the session that stands for it is there. */
  readonly hangs: boolean;
};

async function findDeadHolder(client: PoolClient, organizationId: string): Promise<DeadHolder | undefined> {
  const { rows } = await client.query<DeadHolder>(
    `select l.session_name as "sessionName", ${HAS_SESSION} as hangs from run_leases l
     where l.organization_id = $1 and l.holder is not null and not ${IS_LEASED}
       and l.session_name <> current_setting('application_name')`,
    [organizationId],
  );
  return rows[0];
}

/**
 * A transaction that is half done keeps its locks, and everybody waiting: that of a process that hangs for as long as it does,
 * and that of one that was killed for as long as its query waits or works, since PostgreSQL looks for its client only then.
 * One that lost no more than its lease keeps what it does not use at the moment.
 */
async function endSessions(client: PoolClient, { sessionName, hangs }: DeadHolder): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = $1 and (xact_start is not null or $2)`,
    [sessionName, hangs],
  );
}

const LEASE_LOST = new LeaseError("Another process has taken this run over.");

/**
 * The beat goes over the session that stands for the holder: one that is silent for hours is ended by what lies between here and
 * the database, and a pool whose connections are all in use would make the beat wait.
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
  // Without its session the holder is dead to all others, so it need not go on.
  session.once("error", lose);
  const sendHeartbeat = async (): Promise<void> => {
    // Asleep, or without an answer, for longer than others wait, it need not ask whether somebody has taken its run.
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
  // A beat that fails is not a lost lease: the next one may be answered, and the fence guards every write.
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
        // Nobody else is given a session that broke, or that may still wait for an answer.
        session.release(isHeartbeatPending || lost.signal.aborted);
      }
    },
  };
}

// The stages of a run as a test sees them in the database, and gates before them: a run that comes to a closed gate waits
// there, in a query or a request that has begun, as long as the test likes.
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { RunningSimulator } from "../../simulator/main.ts";
import { exportAccounts } from "../../src/accounts/list/export-all.ts";
import type { Database } from "../../src/db/pool.ts";

export const STAGES = ["read", "plan", "apply", "finish"] as const;
export type Stage = (typeof STAGES)[number];

/** A run that was cut off while applying is ended first, when the next one's row is already there: then its stage counts. */
export async function stageOf({ pool }: Database): Promise<Stage | undefined> {
  const { rows } = await pool.query<{ status: string; all: boolean }>(`
    select status, checkpoint >= (select max(seq) from account_changes where run_id = r.id) as all
    from runs r order by status = 'applying' desc, id desc limit 1`);
  const run = rows[0];
  if (run?.status === "reading") return "read";
  if (run?.status === "planning" || run?.status === "planned") return "plan";
  if (run?.status === "applying") return run.all ? "finish" : "apply";
  return undefined;
}

export type Gate = {
  /** Resolves when the run stands before it; `meanwhile` may throw when it never will. */
  reached(check?: () => Promise<void>): Promise<void>;
  open(): Promise<void>;
};

/** A lock that the stage cannot do without, and that neither a stage before it takes nor what a process does besides. */
const LOCKS: Readonly<Record<Exclude<Stage, "read">, string>> = {
  // Blocks nextval until it is committed (PostgreSQL's page on ALTER SEQUENCE): numbers of new accounts are drawn in planning alone.
  plan: "alter sequence accounts_id_seq cache 1",
  apply: "select revision from store_revision for update",
  finish: "lock table blocked_records in share mode",
};

export async function closeGate(
  stage: Stage,
  { database, simulator }: { readonly database: Database; readonly simulator: RunningSimulator },
): Promise<Gate> {
  return stage === "read" ? closeGateByRequest(simulator) : closeGateByLock(database, LOCKS[stage]);
}

/**
 * A gate in the first chunk that a run writes, which has locked nothing by then. Between two transactions of a run the lock of
 * `apply` is free for a moment, and whoever waits for that moment may come too late.
 */
export async function closeGateAtFirstChunk({ database }: { readonly database: Database }): Promise<Gate> {
  await database.pool.query(`
    create function wait_in_first_chunk() returns trigger language plpgsql as $$ begin
      if exists (select from runs where status = 'applying' and checkpoint = 0) then
        perform pg_advisory_xact_lock(1);
      end if;
      return null;
    end $$;
    create trigger wait_in_first_chunk before update on store_revision
      for each statement execute function wait_in_first_chunk()`);
  return closeGateByLock(database, "select pg_advisory_xact_lock(1)");
}

async function closeGateByLock(database: Database, lock: string): Promise<Gate> {
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query(lock);
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  let isOpen = false;
  async function open(): Promise<void> {
    if (isOpen) return;
    isOpen = true;
    // The test may have taken the database away meanwhile.
    const isBroken = await client.query("commit").then(
      () => false,
      () => true,
    );
    client.release(isBroken);
  }
  onTestFinished(open);
  return {
    open,
    reached: (check) =>
      until(async () => {
        await check?.();
        // A session of the process that has the run now: one of a process that was killed waits on until it is let.
        const waiting = await database.pool.query(
          `select from run_leases l
           join pg_stat_activity own on own.pid = l.backend_pid and own.backend_start = l.backend_start
           join pg_stat_activity a on a.application_name = own.application_name and a.datname = current_database()
           where $1 = any(pg_blocking_pids(a.pid))`,
          [rows[0]?.pid],
        );
        return waiting.rows.length > 0;
      }),
  };
}

function closeGateByRequest({ faults }: RunningSimulator): Gate {
  const rule = faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  return {
    reached: (check) =>
      until(async () => {
        await check?.();
        return faults.list().some(({ id, applied }) => id === rule && applied > 0);
      }),
    async open() {
      faults.remove(rule);
    },
  };
}

/** Looks again and again until it is so. The test's own timeout is the end of it. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

/** Every account as the export shows it, a line each. */
export async function exportedAccounts(database: Database): Promise<string> {
  const lines: string[] = [];
  await exportAccounts(
    database,
    (accounts) => void lines.push(...accounts.map((account) => JSON.stringify(account))),
  );
  return lines.join("\n");
}

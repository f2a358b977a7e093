// The stages of a run as the database shows them, and gates that hold a run before a stage: at a
// closed gate the run waits inside a query or a request until the test opens it.
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { RunningSimulator } from "../../simulator/main.ts";
import { exportAccounts } from "../../src/accounts/list/export-all.ts";
import type { Database } from "../../src/db/pool.ts";

export const STAGES = ["read", "plan", "apply", "finish"] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Returns the stage of the run that is applying, else of the newest: an interrupted apply is
 * finished first.
 */
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
  /** Resolves when the run waits at the gate. `check` is called again and again, and may throw. */
  reached(check?: () => Promise<void>): Promise<void>;
  open(): Promise<void>;
};

/**
 * For each stage a lock that blocks it, and neither an earlier stage nor other work of a process.
 */
const LOCKS: Readonly<Record<Exclude<Stage, "read">, string>> = {
  // Blocks nextval until the commit (PostgreSQL, ALTER SEQUENCE); only planning takes the numbers of
  // new accounts.
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
 * Closes a gate inside the first chunk that a run writes, before that chunk has locked anything.
 * The lock of the gate before `apply` is not enough here: it is free for a moment between two
 * transactions of a run, and a test that waits for that moment may miss it.
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
    // The test may have stopped the database meanwhile.
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
        // Only sessions of the process that has the run now count: PostgreSQL lets a query of a
        // killed process wait on.
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

/** Polls until the condition holds. Only the timeout of the test ends it otherwise. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

/** Returns all accounts as the export shows them, one JSON line each. */
export async function exportedAccounts(database: Database): Promise<string> {
  const lines: string[] = [];
  await exportAccounts(
    database,
    (accounts) => void lines.push(...accounts.map((account) => JSON.stringify(account))),
  );
  return lines.join("\n");
}

/** Resolves when so many sessions of the database, or more, wait for a lock. */
export async function untilBlocked({ pool }: Pick<Database, "pool">, count = 1): Promise<void> {
  await until(async () => {
    const { rows } = await pool.query<{ blocked: number }>(
      `select count(*)::int as blocked from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]!.blocked >= count;
  });
}

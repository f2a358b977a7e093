// Four workers and the pages, each a process, on one database: if a worker is killed during a run,
// another one continues it, and the result is the same as without a kill.
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { RunView } from "../../src/api/contract/runs.ts";
import { Random } from "../../simulator/load/random.ts";
import type { RunningSimulator } from "../../simulator/main.ts";
import { fewOrAll, SEED } from "../harness/counts.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";
import { closeGate, exportedAccounts, STAGES, stageOf, type Gate, type Stage } from "../harness/stages.ts";
import { startMultiProcessSite, ExitedEarly, type MultiProcessSite } from "../harness/multi-process-site.ts";
import type { Browser } from "../harness/web.ts";

const WORKERS = 4;
const CLICKS = 50;
const ACCOUNTS = 300;
const KILLS = fewOrAll(16, 100);

/** Changes records as people do between two runs. */
function changeSource({ org }: RunningSimulator, round: number): void {
  const ids = [...org.accounts.rows()].map((row) => String(row["accountid"]));
  for (const [place, id] of ids.entries()) {
    if (place % 9 === round % 9)
      org.updateAccount(id, { description: `Round ${round}`, websiteurl: `${id}.example.com` });
    else if (place % 97 === round) org.deleteAccount(id);
  }
  for (let made = 0; made < 5; made++) org.createAccount({ name: `Made ${round}-${made}` });
}

it("executes every run once however often its workers are killed, in every stage", async () => {
  const random = new Random(`scale-out ${SEED}`, 0);
  const site = await startMultiProcessSite({ accounts: ACCOUNTS });
  const { database, simulator } = site;
  const undisturbed = await testDatabase();
  const [{ admin }] = await Promise.all([
    site.startPages(),
    ...Array.from({ length: WORKERS }, () => site.startWorker()),
  ]);
  const kills: Record<Stage, number> = { read: 0, plan: 0, apply: 0, finish: 0 };
  const starting: Promise<unknown>[] = [];
  const runs: number[] = [];

  const total = () => Object.values(kills).reduce((sum, count) => sum + count, 0);

  for (let round = 0; total() < KILLS || Math.min(...Object.values(kills)) < 3; round++) {
    if (round > 0) changeSource(simulator, round);
    const clicks = round % 5 === 0 ? CLICKS : 2;
    runs.push(
      await killedInEveryStage(site, { admin, clicks, random }, (stage) => {
        kills[stage] += 1;
        starting.push(replaceWorker(site));
      }),
    );
    await site.syncUninterrupted(undisturbed);
  }

  await Promise.all(starting);
  console.log(`kill -9 of a worker: ${total()} times; by stage ${JSON.stringify(kills)}`);
  await everyRunIsDoneOnce(database, runs);
  await everyChangeIsInTheHistoryOnce(database, undisturbed);
  expect(await exportedAccounts(database)).toBe(await exportedAccounts(undisturbed));
  expect(await accountsHere(database)).toEqual(accountsThere(simulator));
}, 900_000);

/**
 * Starts a worker again, as a supervisor does, if it ends by itself, for example because the
 * database has no free connection. A worker that claims the run at once may be killed before it
 * printed that it is ready.
 */
async function replaceWorker(site: MultiProcessSite): Promise<void> {
  await site.startWorker().catch((error: unknown) => {
    if (!(error instanceof ExitedEarly)) throw error;
    if (error.bySignal) return undefined;
    console.log(`A worker did not start and is started again. ${error.message}`);
    return replaceWorker(site);
  });
}

/**
 * Starts a run by concurrent clicks; then, stage after stage, kills and replaces the worker that
 * executes it.
 * @returns the run
 */
async function killedInEveryStage(
  site: MultiProcessSite,
  {
    admin,
    clicks: times,
    random,
  }: { readonly admin: Browser; readonly clicks: number; readonly random: Random },
  onKill: (stage: Stage) => void,
): Promise<number> {
  const gates: Gate[] = [];
  for (const stage of STAGES) gates.push(await closeGate(stage, site));
  const clicks = await Promise.all(
    Array.from({ length: times }, () => admin.post("/runs", { mode: "sync" })),
  );
  const runIds = new Set(clicks.map(({ body }) => Number(body.run.id)));
  expect(runIds.size).toBe(1);
  const [run = 0] = runIds;
  const following = admin.get(`/runs/${run}/events`);
  for (const gate of gates) {
    await gate.reached(() => assertStillRunning(site.database, run));
    const victim = await site.leaseHolder();
    // Sometimes it continues a little first, so that it is killed anywhere in the stage.
    const isLet = random.chance(30);
    if (isLet) {
      await gate.open();
      await delay(random.below(10));
    }
    const stage = await stageOf(site.database);
    if (stage && victim?.child.kill("SIGKILL")) {
      await victim.ended;
      onKill(stage);
    }
    if (!isLet) await gate.open();
  }
  const events = (await following).text.split("\n\n").filter((event) => event.includes("data: "));
  const last: RunView = JSON.parse(events.at(-1)!.replace(/^[^]*data: /, ""));
  expect(last).toMatchObject({ id: run, status: "done" });
  return run;
}

/** A run that has failed reaches no further gate. */
async function assertStillRunning({ pool }: TestDatabase, run: number): Promise<void> {
  const { rows } = await pool.query<{ status: string; error: unknown; given_up: boolean }>(
    "select status, error, coalesce(halt_reason = 'failed', false) as given_up from runs where id = $1",
    [run],
  );
  const { status, error, given_up } = rows[0]!;
  if (given_up || !["queued", "reading", "planning", "planned", "applying"].includes(status))
    throw new Error(`Run ${run} is ${status} too early: ${JSON.stringify(error)}`);
}

async function everyRunIsDoneOnce({ pool }: TestDatabase, runs: readonly number[]): Promise<void> {
  const { rows } = await pool.query<{ id: number; status: string; overlaps: boolean }>(`
    select id, status, started_at < lag(finished_at) over (order by id) as overlaps from runs order by id`);
  expect(rows).toEqual(
    runs.map((id, place) => ({ id, status: "done", overlaps: place === 0 ? null : false })),
  );
}

/** Compares versions as well: each write increments an account's version. */
async function everyChangeIsInTheHistoryOnce(killed: TestDatabase, undisturbed: TestDatabase): Promise<void> {
  const history = `
    select run_id as run, action, array_agg(record_id order by record_id) as records
    from account_changes where outcome is null group by 1, 2 order by 1, 2`;
  expect((await killed.pool.query(history)).rows).toEqual((await undisturbed.pool.query(history)).rows);
  const writtenTwice = await killed.pool.query(`
    select a.id from accounts a join account_changes c on c.account_id = a.id and c.outcome is null
    where c.action <> 'stop' group by a.id having a.version <> count(*)`);
  expect(writtenTwice.rows).toEqual([]);
}

/** Ids of the records that are synced, or have an open issue. */
async function accountsHere({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(`
    select record_id as id from account_links where stop_reason is null
    union select record_id from sync_issues where closed_run is null and record_id is not null order by 1`);
  return rows.map(({ id }) => id);
}

function accountsThere({ org }: RunningSimulator): string[] {
  const active = [...org.accounts.rows()].filter((row) => row["statecode"] === 0);
  return active.map((row) => String(row["accountid"])).toSorted();
}

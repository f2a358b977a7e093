// SIGTERM, as at every update and every restart of a machine: the process exits soon and without an
// error, and the next process continues the run.
import { expect, it } from "vitest";
import type { TestDatabase } from "../harness/database.ts";
import { closeGate, STAGES, type Gate, type Stage } from "../harness/stages.ts";
import { startMultiProcessSite, expectSameAsUninterrupted } from "../harness/multi-process-site.ts";

it("a process exits with 0 in every stage, and the next one continues the run", async () => {
  const site = await startMultiProcessSite({ accounts: 300 });
  const { database } = site;
  let worker = await site.startWorker();
  const gates = new Map<Stage, Gate>();
  for (const stage of STAGES) gates.set(stage, await closeGate(stage, site));
  const run = await site.requestSync();

  for (const [index, stage] of STAGES.entries()) {
    await gates.get(stage)!.reached();
    worker.child.kill("SIGTERM");
    // A request is aborted; a transaction is finished.
    if (stage !== "read") await gates.get(stage)!.open();
    // A signal may come so late that the process waits at the next gate already; the next process has
    // to pass that gate again.
    const next = STAGES[index + 1];
    const isLate = next && (await Promise.race([worker.ended.then(() => false), isReached(gates.get(next))]));
    if (isLate) await gates.get(next)!.open();
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    if (isLate) gates.set(next, await closeGate(next, site));
    await gates.get(stage)!.open();
    expect(await halfApplied(database)).toBe(0);
    worker = await site.startWorker();
  }
  await site.untilDone(run);
  await expectSameAsUninterrupted(site, run);
}, 300_000);

async function isReached(gate: Gate | undefined): Promise<boolean> {
  await gate?.reached();
  return true;
}

/**
 * Counts accounts that exist before the run's checkpoint has reached them, or do not although it
 * has.
 */
async function halfApplied({ pool }: TestDatabase): Promise<number> {
  const { rows } = await pool.query<{ wrong: number }>(`
    select count(*)::int as wrong from account_changes c join runs r on r.id = c.run_id
    where c.action = 'create' and c.outcome is null
      and (c.seq <= r.checkpoint) <> exists (select from accounts a where a.id = c.account_id)`);
  return rows[0]!.wrong;
}

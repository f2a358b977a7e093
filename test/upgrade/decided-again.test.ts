// Rule 16: the rules changed since version 0.1.0, so the first run after the upgrade decides every
// account again, and needs approval if it would change more than the limits allow.
import { expect, test } from "vitest";
import type { RunView } from "../../src/api/contract/runs.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { loadDatabase, readRecordings } from "./fixture.ts";
import { serveOrganisation, startInstallation } from "./installation.ts";
import { syncedOrganisation } from "./organisation.ts";

/** Version 0.1.0 stored dates in another form, which alone changes half of the accounts. */
const LIMITS = { sharePercent: 20, accounts: 500, shareOfFewPercent: 75, shrunkToPercent: 50 };

/**
 * An installation that was synced by version 0.1.0, on whose source nothing changed since.
 * @param others the number of accounts of which the old rules had made something else
 */
async function upgraded(others: number) {
  const { now, token } = (await readRecordings())["idle"]!;
  const clock = createSettableClock(now);
  const simulator = await serveOrganisation(syncedOrganisation(() => clock.now()));
  const database = await loadDatabase("idle", new URL(simulator.origin).host);
  await migrate(database.pool);
  await database.pool.query(
    `update accounts set description = 'of the old rules' where id in (
       select account_id from account_links where stop_reason is null order by account_id limit $1)`,
    [others],
  );
  const { runner, browser } = await startInstallation(database, simulator, clock);
  const dana = browser(token);
  const limits = await dana.put("/connection/brake", LIMITS);
  if (limits.status !== 200) throw new Error(limits.text);
  const ended = async (id: number): Promise<RunView> => {
    await runner.waitUntilIdle();
    return (await dana.get(`/runs/${id}`)).body.run;
  };
  const post = async (path: string, body?: unknown) => {
    const answer = await dana.post(path, body);
    if (answer.status !== 200) throw new Error(answer.text);
    return ended(answer.body.run.id);
  };
  return {
    post,
    run: async (mode: "sync" | "changes") => ended(await runner.startScheduled(mode)),
    oldDescriptions: async () => {
      const { rowCount } = await database.pool.query(
        "select from accounts where description = 'of the old rules'",
      );
      return rowCount;
    },
  };
}

test.for(["sync", "changes"] as const)(
  "the first run after the upgrade (%s) decides all accounts again and waits, since it would change most of them",
  async (mode) => {
    const { run, post, oldDescriptions } = await upgraded(1_000);

    const first = await run(mode);
    const before = await oldDescriptions();
    const applied = await post(`/runs/${first.id}/apply`);

    expect(first).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
    expect(before).toBeGreaterThan(20);
    expect(applied).toMatchObject({ status: "done", counts: { failed: 0 } });
    expect(await oldDescriptions()).toBe(0);
  },
);

test.for(["sync", "changes"] as const)(
  "the first run after the upgrade (%s) is applied at once where it changes little, and the next is an ordinary one",
  async (mode) => {
    const { run, oldDescriptions } = await upgraded(3);

    const first = await run(mode);
    const second = await run("changes");

    expect(first).toMatchObject({ status: "done", approvalReason: null });
    expect(first.counts.updated).toBeGreaterThanOrEqual(3);
    expect(await oldDescriptions()).toBe(0);
    expect(second).toMatchObject({
      status: "done",
      counts: { created: 0, linked: 0, updated: 0, stopped: 0, merged: 0 },
    });
  },
);

test("a retry decides only its accounts again, and the run after it is the first of the new rules", async () => {
  const { run, post, oldDescriptions } = await upgraded(1_000);
  const before = await oldDescriptions();

  const retry = await post("/issues/retry", { kind: "domain-common" });
  const after = await oldDescriptions();
  const first = await run("changes");

  expect(retry).toMatchObject({ status: "done", counts: { updated: 1 } });
  expect(after).toBe(before! - 1);
  expect(first).toMatchObject({ status: "planned", approvalReason: "brake-changes" });
});

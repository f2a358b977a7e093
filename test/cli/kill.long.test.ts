// kill -9 at any time, then `sluice sync`: the accounts are the same as without a kill.
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { Random } from "../../simulator/load/random.ts";
import { runSimulator } from "../../simulator/main.ts";
import { command, connectionYaml } from "../harness/command.ts";
import { fewOrAll, SEED } from "../harness/counts.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";
import { exportedAccounts, STAGES, stageOf, type Stage } from "../harness/stages.ts";

/** Enough for two chunks of changes, and few enough for so many runs. */
const ACCOUNTS = 12_000;
const KILLS = fewOrAll(8, 30);
const KILLS_OF_A_STAGE = fewOrAll(1, 3);
/** A quarter suffices if every kill hits its stage. */
const MAX_ROUNDS = 32;

it("ends in the same accounts however often it is killed, in every stage", async () => {
  const random = new Random(`kill ${SEED}`, 0);
  const simulator = await runSimulator({ accounts: ACCOUNTS });
  try {
    const sluice = await command({
      SLUICE_SIMULATOR: simulator.origin,
      DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
    });
    await sluice.write("sluice.yaml", connectionYaml(simulator));

    /**
     * Starts a sync and kills it at a random time after it reached the stage.
     * @returns the stage in which it was killed, if it was still running
     */
    const killIn = async (database: TestDatabase, stage: Stage): Promise<Stage | undefined> => {
      const { process: child, ended } = sluice.start(["sync", "--json"], { DATABASE_URL: database.url });
      const gone = ended.then(() => true);
      while ((await stageOf(database)) !== stage) {
        if (await Promise.race([gone, delay(1, false)])) return undefined;
      }
      // The finish is one short transaction; the other stages take about a second.
      await delay(random.below(stage === "finish" ? 20 : 400));
      const hit = await stageOf(database);
      child.kill("SIGKILL");
      return (await ended).signal === "SIGKILL" ? hit : undefined;
    };

    const undisturbed = await testDatabase();
    expect((await sluice.run(["sync", "--json"], { DATABASE_URL: undisturbed.url })).code).toBe(0);
    const expected = await exportedAccounts(undisturbed);

    const kills: Record<Stage, number> = { read: 0, plan: 0, apply: 0, finish: 0 };
    const total = () => Object.values(kills).reduce((sum, count) => sum + count, 0);
    const isEnough = () => total() >= KILLS && Math.min(...Object.values(kills)) >= KILLS_OF_A_STAGE;
    // A stage that ended before it was seen or before its kill does not count; another round follows.
    for (let round = 0; !isEnough() && round < MAX_ROUNDS; round++) {
      const database = await testDatabase();
      for (const stage of STAGES) {
        const hit = await killIn(database, stage);
        if (hit) kills[hit] += 1;
      }
      const last = await sluice.run(["sync", "--json"], { DATABASE_URL: database.url });
      expect(last.stderr).not.toMatch(/unexpected/);
      expect(last.code).toBe(0);
      expect(await exportedAccounts(database)).toBe(expected);
      const applied = await database.pool.query(
        "select run_id, seq from account_changes where outcome is null group by 1, 2 having count(*) > 1",
      );
      expect(applied.rows).toEqual([]);
    }
    console.log(`kill -9: ${total()} times; by stage ${JSON.stringify(kills)}`);
    expect(total()).toBeGreaterThanOrEqual(KILLS);
    for (const stage of STAGES) expect(kills[stage]).toBeGreaterThanOrEqual(KILLS_OF_A_STAGE);
  } finally {
    await simulator.close();
  }
}, 1_200_000);

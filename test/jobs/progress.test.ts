import { expect, test } from "vitest";
import { createProgressWriter, toRunProgress } from "../../src/jobs/progress.ts";
import { testDatabase } from "../harness/database.ts";

test("the rate of the last seconds gives the time left", () => {
  const samples = [
    { at: 0, done: 0 },
    { at: 20_000, done: 1_000 },
    { at: 25_000, done: 6_000 },
  ];
  expect(toRunProgress({ stage: "apply", done: 6_000, total: 16_000 }, samples)).toEqual({
    stage: "apply",
    done: 6_000,
    total: 16_000,
    rate: 1_000,
    secondsLeft: 10,
  });
});

test("a total that was exceeded or is unknown is left out", () => {
  const now = [{ at: 0, done: 7 }];
  const passed = toRunProgress({ stage: "read", done: 7, expected: 5 }, now);
  const unknown = toRunProgress({ stage: "read", done: 7, expected: undefined }, now);
  expect(passed).toEqual({ stage: "read", done: 7, total: null, rate: null, secondsLeft: null });
  expect(unknown).toEqual(passed);
});

test("a stage that starts during a write is written after it", async () => {
  const database = await testDatabase();
  const { rows } = await database.pool.query<{ id: number }>(
    `insert into runs (organization_id, origin, mode, status, trigger, settings, settings_hash, fence,
       started_at)
     values ('11111111-1111-1111-1111-111111111111', 'dynamics', 'sync', 'applying', 'schedule', '{}', '', 1, now())
     returning id`,
  );
  const { id } = rows[0]!;
  const writer = createProgressWriter({ database }, 1, () => undefined);
  const busy = await database.pool.connect();
  await busy.query("begin");
  await busy.query("select from runs for update");

  writer.update({ stage: "apply", done: 1, total: 1 }, id);
  writer.update({ stage: "finish" }, id);
  await busy.query("commit");
  busy.release();

  const stage = async () =>
    (await database.pool.query("select progress ->> 'stage' as stage from runs")).rows;
  while ((await stage())[0]?.stage !== "finish");
  await writer.close();
  expect(await stage()).toEqual([{ stage: "finish" }]);
});

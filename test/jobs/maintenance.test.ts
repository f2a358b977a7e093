// Daily maintenance by one of several processes, each with a pool of its own.
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { createMaintenance } from "../../src/jobs/maintenance.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { testDatabase } from "../harness/database.ts";
import { until } from "../harness/stages.ts";

const HOUR_MS = 3_600_000;

async function installation() {
  const { url } = await testDatabase();
  const clock = createSettableClock("2026-03-02T09:00:00Z");
  const done: string[] = [];
  function process(name: string, tasks = async () => void done.push(name)) {
    const database = openDatabase(url);
    const maintenance = createMaintenance({ database, clock, tasks });
    let closed: Promise<void> | undefined;
    const stop = () => {
      maintenance.close();
      return (closed ??= database.close());
    };
    onTestFinished(stop);
    return { poll: () => maintenance.runIfDue(), stop };
  }
  return { clock, done, process };
}

test("of several processes one runs the tasks, once a day", async () => {
  const { clock, done, process } = await installation();
  const all = [process("a"), process("b"), process("c")];

  await Promise.all(all.map(({ poll }) => poll()));
  const first = [...done];
  for (let hour = 0; hour < 24; hour++) {
    clock.advance(HOUR_MS);
    for (const { poll } of all) await poll();
  }

  expect(first).toHaveLength(1);
  expect(done).toEqual([...first, ...first]);
});

test("no other process runs them at the same time", async () => {
  const { done, process } = await installation();
  const other = process("other");
  const first = process("first", async () => {
    expect(await other.poll()).toBe(false);
  });

  expect(await first.poll()).toBe(true);

  expect(done).toEqual([]);
});

test("another process takes over when the one that ran them has ended", async () => {
  const { done, process } = await installation();
  const first = process("first");
  const second = process("second");
  await first.poll();
  await second.poll();

  await first.stop();
  await until(() => second.poll());

  expect(done).toEqual(["first", "second"]);
});

test("failed tasks are tried again at the next call, and not a day later", async () => {
  const { process } = await installation();
  let tries = 0;
  const only = process("only", async () => {
    tries += 1;
    if (tries === 1) throw new Error("The database is away.");
  });

  await expect(only.poll()).rejects.toThrow("away");

  expect([await only.poll(), await only.poll(), tries]).toEqual([true, false, 2]);
});

import { expect, test } from "vitest";
import { runInOrder } from "../../src/lib/run-in-order.ts";

test("results come in order, with limited concurrency", async () => {
  let running = 0;
  let most = 0;
  const tasks = [3, 1, 2, 0].map((turns) => async () => {
    most = Math.max(most, (running += 1));
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    running -= 1;
    return turns;
  });
  const results: number[] = [];
  for await (const result of runInOrder(tasks, 2)) results.push(result);
  expect(results).toEqual([3, 1, 2, 0]);
  expect(most).toBe(2);
});

test("the first failure is thrown and ends it", async () => {
  const tasks = [async () => 1, () => Promise.reject(new Error("second")), async () => 3];
  const results: number[] = [];
  const reading = (async () => {
    for await (const result of runInOrder(tasks, 3)) results.push(result);
  })();
  await expect(reading).rejects.toThrow("second");
  expect(results).toEqual([1]);
});

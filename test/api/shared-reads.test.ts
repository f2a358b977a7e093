import { expect, it } from "vitest";
import { sharedReads } from "../../src/api/app/shared-reads.ts";

it("five followers of a run share one read at a time, and another run has its own", async () => {
  const reads: number[] = [];
  const readLater = sharedReads(async (id) => reads.push(id));
  const follow = async (id: number, waitMs: number) => {
    for (let times = 0; times < 3; times++) await readLater(id, waitMs);
  };

  await Promise.all([...[1, 2, 3, 4, 5].map((waitMs) => follow(7, waitMs)), follow(8, 1)]);

  expect(reads.toSorted()).toEqual([7, 7, 7, 8, 8, 8]);
});

it("a failed read rejects for all who share it, and the next one is made", async () => {
  let isBroken = true;
  const lookLater = sharedReads(async () => {
    if (isBroken) throw new Error("The database is away.");
    return "there";
  });

  const outcomes = await Promise.allSettled([lookLater(1, 1), lookLater(1, 1)]);
  isBroken = false;

  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await lookLater(1, 1)).toBe("there");
});

import { expect, it } from "vitest";
import { countAttempt, deleteExpiredAttempts, LIMITS } from "../../src/access/attempts.ts";
import { testDatabase } from "../harness/database.ts";

const NOW = new Date("2026-03-02T09:00:00Z");
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

it("counts concurrent attempts exactly, for each limit and each subject", async () => {
  const { kysely: db } = await testDatabase();
  const tries = await Promise.all(
    Array.from({ length: 8 }, () => countAttempt(db, LIMITS.resetFor, "dana@ourcompany.example", NOW)),
  );
  expect(tries.filter(Boolean)).toHaveLength(LIMITS.resetFor.max);
  expect(await countAttempt(db, LIMITS.resetFor, "eve@ourcompany.example", NOW)).toBe(true);
  expect(await countAttempt(db, LIMITS.signInAs, "dana@ourcompany.example", NOW)).toBe(true);
  expect(await countAttempt(db, LIMITS.resetFor, "dana@ourcompany.example", later(59))).toBe(false);
  expect(await countAttempt(db, LIMITS.resetFor, "dana@ourcompany.example", later(60))).toBe(true);
});

it("deletes windows that have ended under every limit", async () => {
  const { kysely: db } = await testDatabase();
  await countAttempt(db, LIMITS.resetFor, "dana@ourcompany.example", NOW);
  await countAttempt(db, LIMITS.resetFor, "eve@ourcompany.example", later(30));
  await deleteExpiredAttempts(db, later(61));
  expect(await db.selectFrom("attempts").select("key").execute()).toEqual([
    { key: "reset for eve@ourcompany.example" },
  ]);
});

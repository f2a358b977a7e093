// The run lease as its holder sees it.
import { once } from "node:events";
import { expect, test } from "vitest";
import { isDatabaseAway } from "../../src/db/away.ts";
import { acquireLease } from "../../src/sync/lease.ts";
import { testDatabase } from "../harness/database.ts";

test("a holder whose database session ends knows at once that it is dead to all others", async () => {
  const database = await testDatabase();
  const organization = "11111111-1111-1111-1111-111111111111";
  const lease = await acquireLease(database, organization);

  const lost = once(lease.signal, "abort");
  await database.pool.query("select pg_terminate_backend(backend_pid) from run_leases");
  await lost;

  expect(isDatabaseAway(lease.signal.reason)).toBe(true);
  const next = await acquireLease(database, organization);
  await lease.release();
  const { rows } = await database.pool.query("select fence, holder is not null as held from run_leases");
  expect(rows).toEqual([{ fence: next.fence, held: true }]);
  await next.release();
});

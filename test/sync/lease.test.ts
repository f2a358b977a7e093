// The run lease as its holder sees it.
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { isDatabaseUnavailable } from "../../src/db/errors.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { acquireLease } from "../../src/sync/record/lease.ts";
import { testDatabase } from "../harness/database.ts";

const organization = "11111111-1111-1111-1111-111111111111";

test("a holder whose database session ends notices at once that it has lost the lease", async () => {
  const database = await testDatabase();
  const lease = await acquireLease(database, organization);

  const lost = once(lease.signal, "abort");
  // With a timeout it answers when the session is gone, which is after its client was told.
  await database.pool.query("select pg_terminate_backend(backend_pid, 60000) from run_leases");
  await lost;

  expect(isDatabaseUnavailable(lease.signal.reason)).toBe(true);
  const next = await acquireLease(database, organization);
  await lease.release();
  const { rows } = await database.pool.query("select fence, holder is not null as held from run_leases");
  expect(rows).toEqual([{ fence: next.fence, held: true }]);
  await next.release();
});

test("a holder that hangs with the lease locked, as right before a commit, delays no takeover", async () => {
  const database = await testDatabase();
  const other = openDatabase(database.url);
  onTestFinished(() => other.close());
  const lease = await acquireLease(other, organization);
  await database.pool.query("update run_leases set heartbeat_at = heartbeat_at - interval '1 minute'");
  const hanging = await other.pool.connect();
  await hanging.query("begin");
  await hanging.query("select from run_leases for share");

  const next = await acquireLease(database, organization);

  expect(next.fence).toBe(lease.fence + 1);
  await next.release();
  hanging.release(true);
  await lease.release();
});

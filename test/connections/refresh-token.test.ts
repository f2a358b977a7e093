// The refresh token of the stored sign-in: exchanged once for all who need it, by one process at a
// time, and never lost.
import { expect, test } from "vitest";
import type { RunningSimulator } from "../../simulator/main.ts";
import { until } from "../harness/stages.ts";
import {
  anotherProcess,
  startSimulator,
  connectedDeps,
  storedRefreshToken,
  whoAmI,
} from "./stored-connection.ts";

/** Blocks the first request to the token endpoint. */
function blockFirstExchange({ faults }: RunningSimulator) {
  const id = faults.add({ path: "/token$", fault: { kind: "hold" } });
  return {
    reached: () => until(async () => faults.list().some((rule) => rule.id === id && rule.matched > 0)),
    unblock: () => faults.remove(id),
  };
}

/** Refuses a token that was used, unlike Entra ID, so that a second exchange of it would fail. */
function refuseUsedTokens(simulator: RunningSimulator): void {
  Object.assign(simulator.entra.options, { oldRefreshTokens: "refused" });
}

const minutes = (count: number) => count * 60_000;

test("no database session is busy while Microsoft does not respond", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  const { pool } = deps.database;
  const first = blockFirstExchange(simulator);

  const clicks = Array.from({ length: 12 }, () => whoAmI(deps));
  await first.reached();
  const busySessions = async () => {
    const { rows } = await pool.query<{ open: number }>(
      `select count(*)::int as open from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
    );
    return rows;
  };

  // Those who wait for the claim ask for it with a short statement now and then; none is kept.
  await expect.poll(busySessions, { timeout: 5_000 }).toEqual([{ open: 0 }]);
  first.unblock();
  expect(new Set(await Promise.all(clicks))).toEqual(new Set([simulator.org.adminId]));
});

test("a process exchanges the token once for all its clients, until the access token expires", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);

  await Promise.all(Array.from({ length: 5 }, () => whoAmI(deps)));
  deps.clock.advance(minutes(50));
  await whoAmI(deps);
  expect(simulator.entra.usedRefreshTokens.size).toBe(1);
  deps.clock.advance(minutes(10));
  await whoAmI(deps);

  expect(simulator.entra.usedRefreshTokens.size).toBe(2);
});

test("several processes exchange the token one at a time, each the newest", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  refuseUsedTokens(simulator);

  const users = await Promise.all(Array.from({ length: 5 }, () => whoAmI(anotherProcess(deps))));

  expect(new Set(users)).toEqual(new Set([simulator.org.adminId]));
  expect(simulator.entra.usedRefreshTokens.size).toBe(5);
});

test("the claim of a process that died expires after a minute", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  const claim = (lasts: string) =>
    deps.database.pool.query(
      `update connection set refresh_claim = gen_random_uuid(), refresh_claimed_until = now() + $1::interval`,
      [lasts],
    );
  await claim("1 minute");

  const opened = whoAmI(deps);
  const before = await Promise.race([opened, deps.database.pool.query("select pg_sleep(0.5)")]);
  await claim("-1 second");

  expect(before).toHaveProperty("rows");
  expect(await opened).toBe(simulator.org.adminId);
});

test("a process that lost its claim exchanges the token that the other one stored", async () => {
  const simulator = await startSimulator();
  const sleeper = await connectedDeps(simulator);
  const other = anotherProcess(sleeper);
  const first = blockFirstExchange(simulator);
  const asleep = whoAmI(sleeper);
  await first.reached();

  await sleeper.database.pool.query("update connection set refresh_claimed_until = now()");
  const awake = await whoAmI(other);
  const newer = await storedRefreshToken(sleeper);
  first.unblock();

  expect([awake, await asleep]).toEqual([simulator.org.adminId, simulator.org.adminId]);
  expect(simulator.entra.usedRefreshTokens.size).toBe(2);
  expect(await storedRefreshToken(sleeper)).not.toBe(newer);
});

test("a token that could not be stored is not lost, and is exchanged next", async () => {
  const simulator = await startSimulator();
  const deps = await connectedDeps(simulator);
  refuseUsedTokens(simulator);
  const { pool } = deps.database;
  const before = await storedRefreshToken(deps);
  await pool.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'no space'; end $$;
    create trigger refuse before update of sealed_refresh_token on connection
      for each row execute function refuse()`);

  await expect(whoAmI(deps)).rejects.toThrow("no space");
  await pool.query("drop trigger refuse on connection");

  expect(await storedRefreshToken(deps)).toBe(before);
  expect(await whoAmI(deps)).toBe(simulator.org.adminId);
});

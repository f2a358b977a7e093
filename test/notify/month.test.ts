// A month of scheduled syncs, people and failures, and every mail of it: to whom, about what, on
// which day. Too many mails get ignored; a missing one hides an error.
import { expect, onTestFinished, test } from "vitest";
import { startWorker } from "../../src/jobs/worker.ts";
import { MAX_ATTEMPTS } from "../../src/sync/record/end-run.ts";
import { createLog } from "../../src/lib/log.ts";
import { notifyMissed } from "../../src/notify/notify.ts";
import { notifySecretExpiry } from "../../src/notify/secret-expiry.ts";
import { CAROL, DESK, notifiedWorkspace, WENDY } from "./notifications.ts";

const HOUR = 3_600_000;
const FIRMS = 12;
const BROKEN = { path: String.raw`/accounts\?`, times: 0, fault: { kind: "answer", status: 400 } } as const;

/** March 2026: the worker polls at nine every morning, and mails are delivered every hour. */
async function march() {
  const notified = await notifiedWorkspace();
  const { web, org, server, delivery, carol } = notified;
  const { clock, runner } = web;
  const log = createLog({ level: "silent" });
  const periodicTasks = [() => notifyMissed(notified.deps), () => notifySecretExpiry(notified.deps)];
  const worker = startWorker({ ...web, log, periodicTasks }, 24 * HOUR);
  onTestFinished(() => worker.close());
  const firms = Array.from({ length: FIRMS }, (_, place) =>
    org.createAccount({ name: `Firm ${place}`, websiteurl: `firm${place}.com` }),
  );
  const diary: Record<number, string[]> = {};
  const ends: Record<number, string> = {};
  let read = 0;

  async function deliver(): Promise<void> {
    await delivery.deliverDue();
    const newMails = server.received.slice(read).map(({ to, subject }) => `${to}: ${subject}`);
    read = server.received.length;
    const day = clock.now().getUTCDate();
    if (newMails.length > 0) diary[day] = [...(diary[day] ?? []), ...newMails.toSorted()];
  }

  /** Advances to nine o'clock of that day, runs `first`, and then the worker. */
  async function on(day: number, first: () => unknown = () => undefined): Promise<void> {
    const morning = Date.UTC(2026, 2, day, 9);
    while (clock.now().getTime() < morning) {
      clock.advance(HOUR);
      await deliver();
    }
    // The admin's session is used every day, so that it does not expire.
    await carol.get("/session");
    await first();
    const started = await worker.poll();
    if (started !== undefined) await runner.waitUntilIdle();
    const { rows } = await web.database.pool.query<{ run: string }>(
      "select mode || ' ' || status as run from runs where started_at = $1 order by id",
      [clock.now()],
    );
    ends[day] = rows.map(({ run }) => run).join(", ");
    await deliver();
  }

  async function connect(secretExpiresAt: string): Promise<void> {
    const { origin: address, clientId, clientSecret } = web.simulator;
    const request = { address, clientId, clientSecret, secretExpiresAt };
    expect(await carol.post("/connection/app-only", request)).toMatchObject({ status: 200 });
  }

  /** Repeats what every worker does within minutes, until a failing apply needs a person. */
  async function retryUntilHalted(): Promise<void> {
    for (let tries = 1; tries < MAX_ATTEMPTS; tries++) {
      clock.advance(HOUR / 10);
      await runner.waitUntilIdle();
    }
  }
  return { ...notified, firms, diary, ends, on, connect, retryUntilHalted };
}

const REFUSED = `
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room here'; end $$;
  create trigger refuse before insert on accounts execute function refuse()`;

const both = (subject: string) => [`${CAROL}: Support: ${subject}`, `${DESK}: Support: ${subject}`];
const THE_SYNC = "the sync from Dynamics 365";

test("a month has exactly these mails", { timeout: 300_000 }, async () => {
  const { web, org, server, carol, firms, diary, ends, on, plan, apply, startedBy, ...more } = await march();
  const namesake = (name: string) => org.createAccount({ name });
  const state = (statecode: number) => {
    for (const firm of firms.slice(1)) org.updateAccount(firm, { statecode });
  };
  const mend = (id: string) => org.updateAccount(id, { name: id });
  let bolt = "";
  let cog = "";

  await on(2, async () => {
    await more.connect("2026-04-06T00:00:00Z");
    await apply((await plan()).id);
  });
  await on(3, async () => {
    org.createAccount({ name: "Welcome", websiteurl: "welcome.com" });
    await web.database.pool.query(REFUSED);
  });
  await more.retryUntilHalted();
  await on(4);
  await on(5, () => web.database.pool.query("drop trigger refuse on accounts"));
  await on(6, () => (bolt = namesake("Firm 1")));
  await on(7);
  await on(8, () => (cog = namesake("Firm 2")));
  await on(9);
  await on(10, () => void web.simulator.faults.add(BROKEN));
  await on(11);
  await on(12, () => web.simulator.faults.remove());
  await on(13, () => org.createAccount({ name: "Noted", websiteurl: "gmail.com" }));
  await on(14, () => {
    org.createAccount({ name: "Noted too", websiteurl: "gmail.com" });
    return startedBy("workspace-admin");
  });
  await on(15, () => [bolt, cog].forEach(mend));
  await on(16, () => startedBy("workspace-admin"));
  await on(17, async () => {
    namesake("Firm 3");
    await carol.post("/connection/pause");
  });
  await on(18);
  await on(19);
  await on(20, () => carol.post("/connection/resume"));
  await on(21, () => state(1));
  await on(22);
  await on(23);
  await on(24, async () => {
    state(0);
    const { rows } = await web.database.pool.query<{ id: number }>(
      "select max(id) as id from runs where status = 'planned'",
    );
    await carol.post(`/runs/${rows[0]!.id}/discard`);
  });
  await on(25);
  await on(26, () => {
    server.isDown = true;
    org.createAccount({ name: "Firm 0" });
  });
  await on(27);
  await on(28, () => (server.isDown = false));
  await on(29);
  await on(30);
  await on(31, () => more.connect("2026-04-20T00:00:00Z"));

  expect(diary).toEqual({
    // Its apply failed until it needed a person; the next day's sync cannot resume it either, which is
    // not reported again.
    3: both(`${THE_SYNC} failed`),
    5: both(`${THE_SYNC} works again`),
    6: both(`${THE_SYNC} has new errors in 1 account`),
    7: both("the client secret for Dynamics 365 ends on April 6, 2026"),
    8: both(`${THE_SYNC} has new errors in 1 account`),
    10: both(`${THE_SYNC} failed`),
    12: both(`${THE_SYNC} works again`),
    14: [`${WENDY}: Support: your sync from Dynamics 365 has 1 new note`],
    20: both(`${THE_SYNC} has new errors in 1 account`),
    21: both("the sync needs you: A plan needs your approval"),
    // Queued on the 26th; retries get rarer, so the server gets it the morning after it is up again.
    29: both(`${THE_SYNC} has new errors in 1 account`),
    30: both("the client secret for Dynamics 365 ends on April 6, 2026"),
    31: both("the client secret for Dynamics 365 ends on April 20, 2026"),
  });
  expect(ends).toMatchObject({ 3: "sync applying", 4: "sync failed", 5: "sync done" });
  expect(ends).toMatchObject({ 2: "plan done", 10: "sync failed", 11: "sync failed", 12: "sync done" });
  expect(ends).toMatchObject({ 17: "", 19: "", 20: "sync done", 21: "sync planned", 26: "sync done" });
  const { rows } = await web.database.pool.query("select distinct state from mails");
  expect(rows).toEqual([{ state: "sent" }]);
});

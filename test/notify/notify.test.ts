// Notices of runs, with real runs and a real mail server: each person gets each notice once.
import { expect, test } from "vitest";
import { notifyMissed, notifyRun } from "../../src/notify/notify.ts";
import { untilBlocked } from "../harness/stages.ts";
import { connectedWeb, SETTINGS } from "../jobs/connected.ts";
import { CAROL, DESK, notifiedWorkspace, WENDY } from "./notifications.ts";

const A_NEW_NOTE = `${CAROL}: Support: your sync from Dynamics 365 has 1 new note`;

const BROKEN = { path: String.raw`/accounts\?`, times: 0, fault: { kind: "answer", status: 400 } } as const;

test("a month of good and bad days, and exactly these mails", async () => {
  const { org, web, plan, apply, nextDay, startedBy, newMails } = await notifiedWorkspace();
  const view = org.addView({
    kind: "system",
    name: "Ours",
    fetchxml: `<fetch><entity name="account"><attribute name="name" /></entity></fetch>`,
  });
  const diary: [string, string[]][] = [];
  const note = async (day: string) => void diary.push([day, await newMails()]);

  org.createAccount({ name: "Acme", websiteurl: "acme.com" });
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  await plan();
  await note("Carol looks at a plan");
  await apply((await plan()).id);
  await note("Carol applies a plan");
  await nextDay();
  await note("nothing new");
  await startedBy("workspace-admin");
  await note("Wendy syncs, and finds nothing new");
  org.createAccount({ name: "Cog", websiteurl: "gmail.com" });
  await nextDay();
  await note("a new note");
  org.createAccount({ name: "Acme" });
  await nextDay();
  await note("a new error");
  await nextDay();
  await note("nothing new again");
  org.createAccount({ name: "Acme" });
  await startedBy("workspace-admin");
  await note("Wendy syncs, and finds another error");
  web.simulator.faults.add(BROKEN);
  await nextDay();
  await note("Dynamics 365 fails");
  await nextDay();
  await note("it fails again");
  await startedBy("workspace-admin");
  await note("Wendy tries");
  web.simulator.faults.remove();
  await nextDay();
  await note("it works");
  await apply((await plan({ selection: { kind: "view", view } })).id);
  await note("Carol chooses a view");
  org.deleteView(view);
  await nextDay();
  await note("the view is gone");
  await nextDay();
  await note("it is still gone");
  await apply((await plan()).id);
  await note("Carol chooses all accounts");

  const both = (subject: string) => [`${CAROL}: Support: ${subject}`, `${DESK}: Support: ${subject}`];
  expect(diary).toEqual([
    ["Carol looks at a plan", []],
    ["Carol applies a plan", [A_NEW_NOTE]],
    ["nothing new", []],
    ["Wendy syncs, and finds nothing new", []],
    ["a new note", []],
    ["a new error", both("the sync from Dynamics 365 has new errors in 1 account")],
    ["nothing new again", []],
    [
      "Wendy syncs, and finds another error",
      [`${WENDY}: Support: your sync from Dynamics 365 has new errors in 1 account`],
    ],
    ["Dynamics 365 fails", both("the sync from Dynamics 365 failed")],
    ["it fails again", []],
    ["Wendy tries", [`${WENDY}: Support: your sync from Dynamics 365 failed`]],
    ["it works", both("the sync from Dynamics 365 works again")],
    ["Carol chooses a view", []],
    ["the view is gone", both("the sync needs you: Dynamics 365 view not found")],
    ["it is still gone", []],
    ["Carol chooses all accounts", [`${DESK}: Support: the sync from Dynamics 365 works again`]],
  ]);
});

test("a mail has errors with what to do, and notes in one line", async () => {
  const { org, server, plan, apply, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Acme" });
  for (const name of ["Bolt", "Cog"]) org.createAccount({ name, websiteurl: "gmail.com, 10.0.0.1" });
  await apply((await plan()).id);
  await newMails();
  org.createAccount({ name: "Acme" });
  org.createAccount({ name: "Dot", websiteurl: "gmail.com" });

  await apply((await plan()).id);

  expect(await newMails()).toEqual([
    `${CAROL}: Support: your sync from Dynamics 365 has new errors in 1 account`,
  ]);
  const [first, second] = server.received;
  expect(first!.text).toContain(`All accounts were synced, some of them without a value.

4 notes, new: Invalid email domain (2), Common email domain (2).

See all issues:`);
  expect(second!.text).toContain(
    "Account name is already in use\n1 account, new. If they are the same customer, merge them",
  );
  expect(second!.text).toContain(`

5 notes, 1 of them new: Invalid email domain (2), Common email domain (3).

See all issues:`);
});

test("an account that was excluded from the sync by a person is in no mail", async () => {
  const { org, carol, plan, apply, web, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Acme" });
  org.createAccount({ name: "Bolt" });
  await apply((await plan()).id);
  const { rows } = await web.database.pool.query<{ id: number }>(
    "select id from accounts where name = 'Acme'",
  );
  await carol.delete(`/accounts/${rows[0]!.id}?exclude=true`);

  const run = await apply((await plan()).id);

  expect(run.issues).toEqual({ excluded: 1 });
  expect(await newMails()).toEqual([]);
});

test("a plan that needs approval is notified once, and again after it was discarded", async () => {
  const { org, carol, web, plan, apply, nextDay, newMails } = await notifiedWorkspace();
  const id = org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.deleteAccount(id);

  await nextDay();
  const first = await newMails();
  await nextDay();
  const second = await newMails();
  // The first plan is too old by now, and is made again.
  await nextDay();
  const third = await newMails();
  const { rows } = await web.database.pool.query<{ id: number }>(
    "select id from runs where status = 'planned'",
  );
  for (const run of rows) await carol.post(`/runs/${run.id}/discard`);
  await nextDay();

  expect(first).toEqual(
    [CAROL, DESK].map((to) => `${to}: Support: the sync needs you: A plan needs your approval`),
  );
  expect(second).toEqual([]);
  expect(third).toEqual([]);
  expect(await newMails()).toEqual(first);
});

test("while the mail server is down mails stay queued, and the run is done", async () => {
  const { org, web, server, plan, apply, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  server.isDown = true;

  const run = await apply((await plan()).id);

  expect(run.status).toBe("done");
  expect(await newMails()).toEqual([]);
  server.isDown = false;
  web.clock.advance(60_000);
  expect(await newMails()).toEqual([A_NEW_NOTE]);
});

test("an account's name is text in both bodies, whatever it holds", async () => {
  const { org, web, server, plan, apply, newMails } = await notifiedWorkspace();
  const name = `<img src=x onerror="alert('1')"> & Co`;
  for (let times = 0; times < 2; times++)
    org.createAccount({ name: `${name}\nTo stop: http://evil.example` });

  await apply((await plan()).id);
  await newMails();

  const { text, html } = server.received[0]!;
  expect(text).toContain(`${name} To stop: http://evil.example`);
  expect(text).toContain(`${web.origin}/contacts/accounts/sync?tab=errors`);
  expect(text).toContain(`${web.origin}/contacts/accounts/sync?tab=connection`);
  expect(text).toContain(
    "Account name is already in use\n1 account, new. If they are the same customer, merge them",
  );
  expect(html).not.toContain("<img");
  expect(html).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; Co");
});

test("repeated and concurrent notifications send no second mail", async () => {
  const { org, web, deps, plan, apply, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  const { id } = await apply((await plan()).id);
  await newMails();

  web.clock.advance(120_000);
  await Promise.all([notifyRun(deps, id), notifyMissed(deps), notifyMissed(deps)]);
  expect(await newMails()).toEqual([]);

  // As if the process had died between the run's end and its mails.
  await web.database.pool.query("delete from run_notices");
  await web.database.pool.query("update runs set notified_state = null");
  await Promise.all([notifyMissed(deps), notifyMissed(deps), notifyRun(deps, id)]);
  expect(await newMails()).toEqual([A_NEW_NOTE]);
});

test("mails are queued while another transaction locks the connection's row", async () => {
  const { org, web, deps, plan, apply, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  const { id } = await apply((await plan()).id);
  await newMails();
  const { pool } = web.database;
  await pool.query("delete from run_notices; update runs set notified_state = null");
  const other = await pool.connect();
  await other.query("begin; select from connection for update");

  await notifyRun(deps, id);
  await other.query("rollback");
  other.release();

  expect(await newMails()).toEqual([A_NEW_NOTE]);
});

test("a notice that another process sends meanwhile is not sent again", async () => {
  const { org, web, deps, plan, apply, nextDay, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  web.simulator.faults.add(BROKEN);
  await nextDay();
  await nextDay();
  await newMails();
  const { pool } = web.database;
  // As if two processes had ended them at the same time: the notices of the second run are being
  // decided before those of the first are stored.
  await pool.query("create table first_notices as select * from run_notices; delete from run_notices");
  const { rows } = await pool.query<{ id: number }>(
    "update runs set notified_state = null where id = (select max(id) from runs) returning id",
  );
  const other = await pool.connect();
  await other.query("begin; select pg_advisory_xact_lock(hashtext('sluice run notices'))");
  const second = notifyRun(deps, rows[0]!.id);
  await untilBlocked({ pool });
  await other.query("insert into run_notices select * from first_notices; commit");
  other.release();
  await second;

  expect(await newMails()).toEqual([]);
});

test("without a mail server the mail is shown in the app", async () => {
  const { org, web, carol, plan, apply } = await connectedWeb();
  for (const name of ["Bolt", "Bolt"]) org.createAccount({ name });

  await apply((await plan()).id);
  await web.runner.waitUntilIdle();

  expect((await carol.get("/mail")).body.mails).toMatchObject([
    { to: CAROL, state: "shown", text: expect.stringContaining("“Bolt” is not synced") },
  ]);
  expect(web.logged.join("")).toContain(
    "No mail server is set up, so mails about a run are shown in the app.",
  );
});

test("recipients are chosen: a teammate's address is saved as the teammate, and others get no mail", async () => {
  const { org, web, carol, plan, apply, nextDay, newMails } = await notifiedWorkspace();
  const id = await web.idOf("workspace-admin");
  const chosen = { scheduled: true, starter: false, teammates: [], addresses: [WENDY.toUpperCase()] };

  const { body } = await carol.put("/connection/recipients", chosen);

  expect(body).toMatchObject({ setUpBy: { email: CAROL }, teammates: [{ id, email: WENDY }], addresses: [] });
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  await apply((await plan(SETTINGS)).id);
  expect(await newMails()).toEqual([]);
  org.createAccount({ name: "Bolt" });
  await nextDay();
  expect((await newMails()).map((mail) => mail.split(":")[0])).toEqual([CAROL, WENDY]);
  await carol.put("/connection/recipients", { ...chosen, scheduled: false });
  org.createAccount({ name: "Bolt" });
  await nextDay();
  expect(await newMails()).toEqual([]);
  const unknown = await carol.put("/connection/recipients", { ...chosen, teammates: [999_999] });
  expect(unknown).toMatchObject({ status: 400, body: { error: { code: "no-such-teammate" } } });
});

test("an issue records when and how often it occurred; a run without changes writes nothing of it", async () => {
  const { org, plan, apply, nextDay, issues, web } = await notifiedWorkspace();
  const id = org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  await apply((await plan()).id);
  const rows = async () => (await web.database.pool.query("select xmin, * from sync_issues")).rows;
  const before = await rows();
  await nextDay();
  expect(await rows()).toEqual(before);
  expect(await issues("/issues")).toMatchObject([
    { firstSeenAt: "2026-03-02T09:00:00.000Z", lastSeenAt: "2026-03-03T09:00:00.000Z", timesSeen: 1 },
  ]);

  org.updateAccount(id, { websiteurl: "bolt.com" });
  await nextDay();
  org.updateAccount(id, { websiteurl: "gmail.com" });
  await nextDay();

  expect(await issues("/issues")).toMatchObject([
    { firstSeenAt: "2026-03-05T09:00:00.000Z", lastSeenAt: "2026-03-05T09:00:00.000Z", timesSeen: 2 },
  ]);
});

test("of two teammates with one name, the one who started the run is notified", async () => {
  const { org, web, plan, apply, startedBy, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  await apply((await plan()).id);
  await newMails();
  await web.database.pool.query("update teammates set name = 'Alex Kim'");
  const other = "alex2@ourcompany.example";
  await web.database.kysely
    .insertInto("teammates")
    .values({ email: other, name: "Alex Kim", role: "workspace-admin", state: "active" })
    .execute();

  org.createAccount({ name: "Cog", websiteurl: "gmail.com" });
  await startedBy("workspace-admin");

  expect((await newMails()).map((mail) => mail.split(":")[0])).toEqual([WENDY]);
});

test("whoever applies a plan that fails is notified of that, and not that it needs approval", async () => {
  const { org, web, carol, plan, apply, nextDay, deps, newMails } = await notifiedWorkspace();
  const id = org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.deleteAccount(id);
  await nextDay();
  await newMails();
  const { rows } = await web.database.pool.query<{ id: number }>(
    "select id from runs where status = 'planned'",
  );
  const waits = rows[0]!.id;
  const wendy = await web.as("workspace-admin");
  const fails = { path: "WhoAmI", times: 0, fault: { kind: "answer", status: 400 } } as const;

  const notified: string[][] = [];
  for (const browser of [wendy, wendy, carol]) {
    web.simulator.faults.add(fails);
    await browser.post(`/runs/${waits}/apply`);
    await web.runner.waitUntilIdle();
    web.simulator.faults.remove();
    web.clock.advance(61_000);
    await notifyMissed(deps);
    notified.push(await newMails());
  }

  const failed = "Support: your sync from Dynamics 365 failed";
  expect(notified).toEqual([[`${WENDY}: ${failed}`], [`${WENDY}: ${failed}`], [`${CAROL}: ${failed}`]]);
});

test("recipients who were notified of an interrupted apply are notified of its recovery, once", async () => {
  const { org, web, plan, apply, nextDay, newMails } = await notifiedWorkspace();
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.createAccount({ name: "Bolt" });
  await web.database.pool.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room here'; end $$;
    create trigger refuse before insert on accounts execute function refuse()`);
  await nextDay();
  for (let tries = 1; tries < 5; tries++) {
    web.clock.advance(200_000);
    await web.runner.waitUntilIdle();
  }
  const broken = await newMails();
  await web.database.pool.query("drop trigger refuse on accounts");

  await nextDay();

  const both = (subject: string) => [CAROL, DESK].map((to) => `${to}: Support: the sync from ${subject}`);
  expect(broken).toEqual(both("Dynamics 365 failed"));
  expect(await newMails()).toEqual(both("Dynamics 365 works again"));
  await nextDay();
  expect(await newMails()).toEqual([]);
});

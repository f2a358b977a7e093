// An apply that fails is retried from its checkpoint, and needs a person after some attempts.
import { expect, test } from "vitest";
import { until } from "../harness/stages.ts";
import { connectedWeb, type Connected } from "./connected.ts";

const MESSAGE = "no room here (0 of 1 changes are written.)";

/** Makes every insert of an account fail, as a bug or a broken index would. */
async function failWrites({ web }: Connected): Promise<void> {
  await web.database.pool.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room here'; end $$;
    create trigger refuse before insert on accounts execute function refuse()`);
}

async function repairWrites({ web }: Connected): Promise<void> {
  await web.database.pool.query("drop trigger refuse on accounts");
}

/** Makes writes of accounts and of errors of runs fail as on a full disk, and counts the latter. */
async function fillDisk({ web }: Connected): Promise<void> {
  await web.database.pool.query(`
    create sequence written_ends;
    create function no_space() returns trigger language plpgsql as $$ begin
      perform nextval('written_ends') where tg_table_name = 'runs';
      raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create trigger no_space before insert on accounts execute function no_space();
    create trigger no_space before update on runs
      for each row when (new.error is not null) execute function no_space()`);
}

async function applyingOnFullDisk(): Promise<{ work: Connected; id: number }> {
  const work = await connectedWeb();
  work.org.createAccount({ name: "Acme" });
  const { id } = await work.plan();
  await fillDisk(work);
  await work.carol.post(`/runs/${id}/apply`);
  return { work, id };
}

async function freeDisk({ web }: Connected): Promise<void> {
  await web.database.pool.query("drop function no_space() cascade");
}

/** Moves past the delay before the next attempt. */
async function tryAgain({ web }: Connected): Promise<void> {
  web.clock.advance(200_000);
  await web.runner.waitUntilIdle();
}

test("a failing apply is retried from its checkpoint, and nobody is notified", async () => {
  const work = await connectedWeb();
  work.org.createAccount({ name: "Acme" });
  const { id } = await work.plan();
  await failWrites(work);
  await work.carol.post(`/runs/${id}/apply`);
  await work.web.runner.waitUntilIdle();

  const between = (await work.carol.get(`/runs/${id}`)).body.run;
  await repairWrites(work);
  await tryAgain(work);

  expect(between).toMatchObject({ status: "queued", error: { sentence: MESSAGE } });
  const after = (await work.carol.get(`/runs/${id}`)).body.run;
  expect(after).toMatchObject({ status: "done", error: null, counts: { created: 1 } });
  expect(await work.names()).toEqual(["Acme"]);
});

test("after five attempts a failing apply needs a person; the next run resumes it", async () => {
  const work = await connectedWeb();
  const { web, carol, org } = work;
  org.createAccount({ name: "Acme" });
  const { id } = await work.plan();
  await failWrites(work);
  await carol.post(`/runs/${id}/apply`);
  await web.runner.waitUntilIdle();
  for (let tries = 1; tries < 5; tries++) await tryAgain(work);

  const { body } = await carol.get(`/runs/${id}`);
  expect(body.run).toMatchObject({
    status: "applying",
    haltReason: "failed",
    error: { sentence: MESSAGE },
  });
  expect((await carol.get("/connection")).body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "run-failed", sentence: MESSAGE, run: id },
  });
  const mails = await web.database.pool.query("select recipient, subject from mails");
  expect(mails.rows).toEqual([
    { recipient: "company-admin@ourcompany.example", subject: expect.stringMatching(/failed/) },
  ]);
  await tryAgain(work);
  expect((await web.database.pool.query("select attempts from runs")).rows).toEqual([{ attempts: 5 }]);

  await repairWrites(work);
  org.createAccount({ name: "Bolt" });
  expect(await work.sync()).toMatchObject({ status: "done", counts: { created: 1, unchanged: 1 } });
  expect((await carol.get(`/runs/${id}`)).body.run).toMatchObject({ status: "done", error: null });
  expect(await work.names()).toEqual(["Acme", "Bolt"]);
});

test("on a full disk a run keeps its lease until its end can be recorded", async () => {
  const { work, id } = await applyingOnFullDisk();
  const { web, carol } = work;

  await until(async () => {
    const { rows } = await web.database.pool.query("select last_value::int as attempts from written_ends");
    return rows[0].attempts >= 2;
  });
  const { rows } = await web.database.pool.query("select status, attempts from runs");
  await freeDisk(work);
  await web.runner.waitUntilIdle();
  const between = (await carol.get(`/runs/${id}`)).body.run;
  await tryAgain(work);

  expect(rows).toEqual([{ status: "applying", attempts: 0 }]);
  expect(between).toMatchObject({ status: "queued", error: { kind: "disk-full" } });
  expect((await carol.get(`/runs/${id}`)).body.run).toMatchObject({ status: "done", error: null });
  expect(await work.names()).toEqual(["Acme"]);
});

test("a process that is stopped does not wait for space on the disk", async () => {
  const { work } = await applyingOnFullDisk();
  const { web } = work;
  await until(
    async () => (await web.database.pool.query("select from written_ends where is_called")).rowCount === 1,
  );

  await web.runner.close();

  const { rows } = await web.database.pool.query("select holder from run_leases");
  expect(rows).toEqual([{ holder: null }]);
  await freeDisk(work);
});

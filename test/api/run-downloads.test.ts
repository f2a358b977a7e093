// Downloads of changes and of issues have the same limits as those of accounts.
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { untilBlocked } from "../harness/stages.ts";
import { connectedWeb } from "../jobs/connected.ts";

it("a download that fails after its first byte resets the connection, and the log says why", async () => {
  const { web, org, carol, plan } = await connectedWeb();
  for (let n = 0; n < 5; n++) org.createAccount({ name: `Acme ${n}` });
  const { id } = await plan();
  await web.database.pool.query("alter table account_changes rename column rule to gone");

  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { cookie: `sluice=${carol.cookie}` };
    request(`${web.origin}/api/app/runs/${id}/changes.csv`, { headers }, resolve).on("error", reject).end();
  });
  const [error] = await once(response.resume(), "error");

  expect(error).toMatchObject({ code: "ECONNRESET" });
  const line = web.logged.find((one) => one.includes("A download was cut off"));
  expect(line).toContain("rule");
});

it("exports of accounts, runs and issues share a limit, and a third is refused", async () => {
  const { web, org, carol, plan } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const { id } = await plan();
  const { pool } = web.database;
  const lock = await pool.connect();
  await lock.query("begin; lock table account_changes, sync_issues");

  const open = [carol.get(`/runs/${id}/changes.csv`), carol.get("/issues/export.csv")];
  await untilBlocked(web.database, 2);
  const third = await carol.get("/accounts/export.csv");
  await lock.query("rollback");
  lock.release();

  expect([third.status, third.body.error.code]).toEqual([429, "too-many-exports"]);
  expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200]);
});

it("every download begins with a byte order mark, and its cells run no formula", async () => {
  const { web, org, carol, plan } = await connectedWeb();
  org.createAccount({ name: "＝1+1", websiteurl: "\n@nothing" });
  const { id } = await plan();
  await carol.post(`/runs/${id}/apply`);
  await web.runner.waitUntilIdle();

  for (const path of [`runs/${id}/changes.csv`, "issues/export.csv", "accounts/export.csv"]) {
    const response = await fetch(`${web.origin}/api/app/${path}`, {
      headers: { cookie: `sluice=${carol.cookie}` },
    });
    const text = Buffer.from(await response.arrayBuffer()).toString();
    expect(text.slice(0, 1)).toBe("\ufeff");
    expect(text.slice(1)).not.toContain("\ufeff");
    expect(text).toContain("'＝1+1");
  }
});

// Metrics compared with what the database holds, and the log line of a run.
import { expect, onTestFinished, test } from "vitest";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RunView } from "../../src/api/contract/runs.ts";
import { startWorker } from "../../src/jobs/worker.ts";
import { createLog } from "../../src/lib/log.ts";
import type { IssueKind } from "../../src/sync/rules/issue-kinds.ts";
import { severityOf } from "../../src/sync/rules/severity.ts";
import { connectedWeb, SETTINGS, type Connected } from "./connected.ts";

const TOKEN = "a-token-of-this-test-alone";
const HOUR = 3_600_000;
const ACCOUNTS = String.raw`/accounts\?`;
const THROTTLED = {
  path: ACCOUNTS,
  times: 2,
  fault: { kind: "throttle", limit: "requests", retryAfter: 30 },
} as const;

/** Samples as `name{labels}` → value, in the order of the text format. */
type Scrape = { readonly text: string; readonly samples: ReadonlyMap<string, number> };

async function scrape({ web }: Connected): Promise<Scrape> {
  const answer = await fetch(`${web.origin}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(text);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = lines.map((line): [string, number] => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))];
  });
  return { text, samples: new Map(samples) };
}

/** Samples of one metric that are not 0, by the values of their labels. */
function nonZeroValues({ samples }: Scrape, name: string): Record<string, number> {
  const found = [...samples].flatMap(([key, value]) => {
    const [, labels = ""] = key.startsWith(name) ? (/^\w+(?:\{(.*)\})?$/.exec(key) ?? []) : [];
    const isIt = key === name || key.startsWith(`${name}{`);
    const values = [...labels.matchAll(/="([^"]*)"/g)].map(([, one]) => one);
    return isIt && value !== 0 ? [[values.join(" "), value] as const] : [];
  });
  return Object.fromEntries(found);
}

function withMetrics(): Promise<Connected> {
  return connectedWeb({ env: { METRICS_TOKEN: TOKEN } });
}

/** The log line of a run. */
function logLineOf({ web }: Connected, run: number): Record<string, unknown> {
  const lines = web.logged.map((line): Record<string, unknown> => JSON.parse(line));
  const found = lines.filter((line) => line["run"] === run && "stages" in line);
  if (found.length !== 1) throw new Error(`${found.length} lines tell how run ${run} ended.`);
  return found[0]!;
}

test("metrics count what runs did and used; the log has the same for each run", async () => {
  const work = await withMetrics();
  const { web, org, plan, apply, sync } = work;
  org.createAccount({ name: "Acme", websiteurl: "acme.com" });
  org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
  web.simulator.faults.add(THROTTLED);
  const { id } = await plan();
  await web.runner.waitUntilIdle();
  const afterPlan = await scrape(work);
  await apply(id);
  await web.runner.waitUntilIdle();
  org.createAccount({ name: "Acme" });
  web.clock.advance(HOUR);
  const second = await sync();
  await web.runner.waitUntilIdle();

  const now = await scrape(work);

  expect(nonZeroValues(afterPlan, "sluice_runs_total")).toEqual({ "plan planned": 1 });
  expect(nonZeroValues(afterPlan, "sluice_rows_total")).toEqual({});
  expect(nonZeroValues(now, "sluice_runs_total")).toEqual({
    "plan planned": 1,
    "plan done": 1,
    "sync done": 1,
  });
  expect(nonZeroValues(now, "sluice_rows_total")).toEqual({ created: 2, unchanged: 2, skipped: 1 });
  const { rows: open } = await web.database.pool.query<{ kind: IssueKind; count: number }>(
    "select kind, count(*)::int as count from sync_issues where closed_run is null group by kind",
  );
  expect(open).toHaveLength(2);
  expect(nonZeroValues(now, "sluice_issues_open")).toEqual(
    Object.fromEntries(open.map(({ kind, count }) => [`${kind} ${severityOf(kind)}`, count])),
  );
  const { rows: used } = await web.database.pool.query<{ requests: number; ms: number; throttled: number }>(
    `select sum((usage ->> 'requests')::int)::int as requests, sum((usage ->> 'throttledMs')::int)::int as ms,
       sum((usage ->> 'throttled')::int)::int as throttled from runs`,
  );
  expect(nonZeroValues(now, "sluice_dataverse_requests_total")).toEqual({ "": used[0]?.requests });
  expect(nonZeroValues(now, "sluice_dataverse_throttled_total")).toEqual({ "": 2 });
  expect(used[0]?.throttled).toBe(2);
  expect(now.samples.get("sluice_dataverse_throttled_seconds_total")).toBeCloseTo(used[0]!.ms / 1000, 6);
  expect(used[0]?.ms).toBeGreaterThanOrEqual(60_000);
  expect(now.samples.get("sluice_dataverse_received_bytes_total")).toBeGreaterThan(500);
  const { rows: ended } = await web.database.pool.query<{ at: number }>(
    "select extract(epoch from finished_at)::float8 as at from runs order by id desc limit 1",
  );
  expect(nonZeroValues(now, "sluice_last_finished_run_timestamp_seconds")).toEqual({ "": ended[0]?.at });
  expect(now.samples.get("sluice_database_up")).toBe(1);

  const { body } = await work.carol.get(`/runs/${id}`);
  const first: RunView = body.run;
  expect(first).toMatchObject({ throttled: 2, requests: expect.any(Number) });
  const lines = web.logged.map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines.filter((line) => "stages" in line)).toMatchObject([
    {
      level: "info",
      message: `Run ${id} is planned.`,
      mode: "plan",
      result: "planned",
      startedBy: "person",
      throttled: 2,
      throttledMs: first.throttledMs,
      // The test's clock advances only while a request waits.
      seconds: first.throttledMs / 1000,
      stages: { connect: 0, read: first.throttledMs / 1000, plan: 0 },
    },
    { message: `Run ${id} is done.`, mode: "plan", stages: { connect: 0, apply: 0, finish: 0 } },
    {
      level: "info",
      run: second.id,
      mode: "sync",
      result: "done",
      reason: null,
      startedBy: "person",
      seconds: 0,
      counts: second.counts,
      issues: second.issues,
      requests: second.requests,
      throttledMs: 0,
      bytes: expect.any(Number),
      // There is nothing to apply.
      stages: { connect: 0, read: 0, plan: 0, finish: 0 },
    },
  ]);
  const shown = JSON.stringify(lines.filter((line) => "stages" in line)) + now.text;
  expect(shown).not.toMatch(/acme|bolt|company-admin|gmail/i);
});

test("a failed run and a cancelled one are counted as such, and logged as warnings", async () => {
  const work = await withMetrics();
  const { web, org, plan, apply, sync, carol, ended } = work;
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  const broken = web.simulator.faults.add({
    path: ACCOUNTS,
    times: 0,
    fault: { kind: "answer", status: 400 },
  });
  const { id: failedId } = await sync();
  await web.runner.waitUntilIdle();
  // The usage is saved shortly after the status.
  const failed: RunView = (await carol.get(`/runs/${failedId}`)).body.run;
  web.simulator.faults.remove(broken);
  web.simulator.faults.add({ path: ACCOUNTS, fault: { kind: "hold" } });
  const { id } = (await carol.post("/runs", { mode: "sync" })).body.run;
  await expect
    .poll(async () => nonZeroValues(await scrape(work), "sluice_runs_under_way"))
    .toEqual({ read: 1 });
  await carol.post(`/runs/${id}/cancel`);
  await ended(id);
  await web.runner.waitUntilIdle();

  const now = await scrape(work);

  expect(nonZeroValues(now, "sluice_runs_total")).toMatchObject({ "sync failed": 1, "sync stopped": 1 });
  expect(nonZeroValues(now, "sluice_runs_under_way")).toEqual({});
  expect(logLineOf(work, failed.id)).toMatchObject({
    level: "warn",
    result: "failed",
    reason: failed.error?.kind,
    requests: failed.requests,
  });
  expect(failed.requests).toBeGreaterThan(0);
  expect(logLineOf(work, id)).toMatchObject({ level: "warn", result: "stopped", reason: "cancelled" });
});

test("the queue age grows while a due run does not start, or a plan needs approval", async () => {
  const work = await withMetrics();
  const { web, org, plan, apply, carol } = work;
  const account = org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  const ages = async () => nonZeroValues(await scrape(work), "sluice_queue_age_seconds");
  expect(await ages()).toEqual({});

  web.clock.advance(25 * HOUR);
  await web.database.pool.query("update sessions set seen_at = $1", [web.clock.now()]);
  expect(await ages()).toEqual({ worker: 3600 });
  await carol.post("/connection/pause");
  expect(await ages()).toEqual({});
  await carol.post("/connection/resume");
  org.deleteAccount(account);
  const log = createLog({ level: "silent" });
  const worker = startWorker({ ...web, log, periodicTasks: [] }, 24 * HOUR);
  onTestFinished(() => worker.close());
  await worker.poll();
  await web.runner.waitUntilIdle();
  expect(await ages()).toEqual({});
  web.clock.advance(HOUR);
  expect(await ages()).toMatchObject({ person: 3600 });

  const { rows } = await web.database.pool.query(
    "update runs set approved_at = $1 where status = 'planned' and approval_reason is not null returning id",
    [web.clock.now()],
  );
  expect(rows).toHaveLength(1);
  expect(await ages()).toEqual({});
  web.clock.advance(HOUR);
  expect(await ages()).toEqual({ worker: 3600 });
});

test("queued mails are counted", async () => {
  const env = {
    METRICS_TOKEN: TOKEN,
    SMTP_URL: "smtp://127.0.0.1:1",
    SLUICE_MAIL_FROM: "us@ourcompany.example",
  };
  const work = await connectedWeb({ env });
  await work.carol.post("/teammates", { email: "dana@ourcompany.example", role: "workspace-admin" });
  expect(nonZeroValues(await scrape(work), "sluice_mails_waiting")).toEqual({ "": 1 });
});

test("only the operator's token gives access, and requests are counted by route", async () => {
  const work = await withMetrics();
  const { web, carol } = work;
  const asked = (authorization?: string) =>
    fetch(`${web.origin}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
  for (const wrong of [undefined, TOKEN, "Bearer", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`]) {
    const answer = await asked(wrong);
    expect([wrong, answer.status, answer.headers.get("www-authenticate")]).toEqual([wrong, 401, "Bearer"]);
    expect(await answer.text()).not.toContain(TOKEN);
  }
  expect((await carol.get("//metrics")).status).toBe(401);
  await carol.get("/accounts/4711?secret=x");
  await carol.get("//nowhere/at/all");
  const durations = nonZeroValues(await scrape(work), "sluice_http_request_duration_seconds_count");
  expect(durations).toMatchObject({
    "GET /api/app/accounts/:id 404": 1,
    "GET none 404": 1,
    "GET /metrics 401": 6,
  });
  expect(Object.keys(durations).join()).not.toMatch(/4711|nowhere|secret/);
});

test("without a configured token there are no metrics, and the answer says so", async () => {
  const { web } = await connectedWeb();
  const answer = await fetch(`${web.origin}/metrics`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toMatch(/METRICS_TOKEN is not set/);
});

test("docs/metrics.md has each metric that is served, with its type, and no other", async () => {
  const work = await withMetrics();
  await work.carol.get("/session");
  await work.apply((await work.plan(SETTINGS)).id);
  const { text } = await scrape(work);
  const served = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  const page = readFileSync(fileURLToPath(new URL("../../docs/metrics.md", import.meta.url)), "utf8");
  const documented = [...page.matchAll(/^\| `([a-z0-9_]+)(?:\{[a-z_, ]+\})?` +\| (\w+) +\|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  expect(documented.toSorted()).toEqual(served.toSorted());
});

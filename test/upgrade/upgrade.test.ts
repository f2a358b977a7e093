// An installation of version 0.1.0 is upgraded: it keeps every row with its meaning, and whatever
// it was doing, its accounts end as they do when it was doing nothing.
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { expect, test } from "vitest";
import { restoreDump } from "../../src/db/dump/restore.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createSettableClock, type SettableClock } from "../../src/lib/clock.ts";
import { databaseWithoutTables, type TestDatabase } from "../harness/database.ts";
import { collectAnswers, type Answers } from "./answers.ts";
import { comparableAnswers, expectedAnswers, translateRows, type Rows } from "./changes-since.ts";
import { BACKUP, loadDatabase, readRecordings, type Recording } from "./fixture.ts";
import { serveOrganisation, startInstallation, type Installation } from "./installation.ts";
import { syncedOrganisation } from "./organisation.ts";
import {
  newestRuns,
  runScenario,
  scenarios,
  syncAgain,
  syncAndApprove,
  UNCHANGED,
  type Scenario,
} from "./scenarios.ts";

const recordings = await readRecordings();

/** Of every table of ours, except the list of migrations. */
async function allRows({ pool }: TestDatabase): Promise<Rows> {
  const tables = await pool.query<{ name: string }>(`
    select relname as name
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'`);
  const rows: Record<string, Record<string, string>[]> = {};
  for (const { name } of tables.rows) {
    const { rows: found } = await pool.query<{ row: Record<string, string> }>(`
      select (select jsonb_object_agg(key, value::text) from jsonb_each(to_jsonb(t))) as row
      from "${name}" t`);
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

/** PostgreSQL orders the keys of an object by their length, which a renamed key may change. */
function withSortedKeys(json: string): string {
  if (!json.startsWith("{")) return json;
  const object: Readonly<Record<string, unknown>> = JSON.parse(json);
  return JSON.stringify(Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Sorted texts of rows, by table: of those tables and columns alone that `expected` has. */
function rowTexts(rows: Rows, expected: Rows): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(expected).map(([table, [first = {}]]) => {
      const columns = Object.keys(first);
      const textOf = (row: Readonly<Record<string, string>>) =>
        columns.map((column) => `${column}: ${withSortedKeys(row[column] ?? "no column")}`).join("\n");
      return [table, (rows[table] ?? []).map(textOf).toSorted()];
    }),
  );
}

/** Migrates, and compares every row. */
async function upgrade(database: TestDatabase): Promise<void> {
  const expected = translateRows(await allRows(database));
  await migrate(database.pool);
  expect(rowTexts(await allRows(database), expected)).toEqual(rowTexts(expected, expected));
}

type Started = Recording & {
  readonly installation: Installation;
  readonly clock: SettableClock;
  readonly answers: (everything?: boolean) => Promise<Answers>;
};

/** Starts this version on a database, with the time and the source that version 0.1.0 had. */
async function start(
  name: string,
  databaseFor: (simulator: string) => Promise<TestDatabase>,
  changeSource = scenarios[name]!.changeSource,
): Promise<Started> {
  const recording = recordings[name]!;
  const clock = createSettableClock(recording.now);
  const org = syncedOrganisation(() => clock.now());
  changeSource(org);
  const served = await serveOrganisation(org);
  const simulator = new URL(served.origin).host;
  const installation = await startInstallation(await databaseFor(simulator), served, clock);
  const answers: Started["answers"] = (everything = false) =>
    collectAnswers(installation, recording.token, { simulator, everything });
  return { ...recording, installation, clock, answers };
}

/** Starts on the upgraded database of a scenario. */
function startUpgraded(name: string, changeSource?: Scenario["changeSource"]): Promise<Started> {
  return start(
    name,
    async (simulator) => {
      const database = await loadDatabase(name, simulator);
      await upgrade(database);
      return database;
    },
    changeSource,
  );
}

/** What a sync can change of every account, sorted. */
async function accountTexts({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ account: string }>(`
    select concat_ws(' | ', a.name, a.external_id, l.stop_reason, a.description, a.fields::text,
      (select string_agg(domain, ', ' order by domain) from account_domains where account_id = a.id)) as account
    from accounts a
    left join account_links l on l.account_id = a.id
    order by 1`);
  return rows.map(({ account }) => account);
}

/** By scenario: what the accounts come to when a database that was left idle is synced instead. */
const syncedAccounts = {
  all: new Map<Scenario["changeSource"], Promise<string[]>>(),
  view: new Map<Scenario["changeSource"], Promise<string[]>>(),
};

function accountsIfIdle({ changeSource, selectsAll }: Scenario): Promise<string[]> {
  const known = syncedAccounts[selectsAll ? "all" : "view"];
  const accounts =
    known.get(changeSource) ??
    startUpgraded("idle", changeSource).then(async ({ installation, token }) => {
      const { database } = installation;
      if (selectsAll)
        await database.pool.query(
          `update connection set settings = jsonb_set(settings, '{selection}', '{"kind": "all"}')`,
        );
      await syncAndApprove(installation, token);
      return accountTexts(database);
    });
  known.set(changeSource, accounts);
  return accounts;
}

test.for(Object.keys(scenarios))(
  "a database left %s keeps everything, and ends as one does that was left idle",
  async (name) => {
    const started = await startUpgraded(name);
    const { installation, token, answers, before } = started;

    expect(comparableAnswers(await answers(name === "idle"))).toEqual(expectedAnswers(before));
    await runScenario(scenarios[name]!, installation, started);

    expect(await newestRuns(installation, token)).toEqual(scenarios[name]!.left);
    await syncAndApprove(installation, token);
    expect(await accountTexts(installation.database)).toEqual(await accountsIfIdle(scenarios[name]!));
    expect(await syncAgain(installation, token)).toMatchObject(UNCHANGED);
  },
);

test("dates that were stored as midnight in UTC are rewritten by the next run, as updates of its plan", async () => {
  const { installation, token } = await startUpgraded("idle");

  await syncAgain(installation, token);

  const { rows } = await installation.database.pool.query<{ action: string; before: string; after: string }>(`
    select distinct action, before -> 'fields' ->> f.id::text as before, fields ->> f.id::text as after
    from account_changes c, custom_fields f
    where run_id = (select max(id) from runs) and f.name = 'Renewal' and before -> 'fields' ? f.id::text
    order by after
    limit 1`);
  expect(rows).toEqual([{ action: "update", before: "2026-01-15T00:00:00Z", after: "2026-01-15" }]);
});

test("the first run after an upgrade keeps the language of labels of whoever is signed in", async () => {
  const { installation, token } = await start("idle", async (simulator) => {
    const database = await loadDatabase("idle", simulator);
    await migrate(database.pool);
    return database;
  });
  const dana = installation.browser(token);
  const labels = async () => (await dana.get("/connection")).body.labels;
  const before = await labels();

  const { body } = await dana.post("/runs", { mode: "sync" });
  await installation.runner.waitUntilIdle();
  // With the rules of a new version the plan may need approval.
  await dana.post(`/runs/${body.run.id}/apply`);
  await installation.runner.waitUntilIdle();

  expect(before).toEqual({ language: null, base: null, isChosen: false });
  expect(await labels()).toMatchObject({ language: { name: "English" }, isChosen: false });
});

test("a backup of a half-applied run is restored, and the run continues", async () => {
  const name = "applying-killed";
  const started = await start(name, async (simulator) => {
    const database = await databaseWithoutTables();
    await restoreDump(database, createReadStream(BACKUP).pipe(createGunzip()));
    await migrate(database.pool);
    // The simulator had another port when the backup was made.
    await database.pool.query("update connection set origin = $1, authority = $1", [`http://${simulator}`]);
    return database;
  });

  const { installation, token } = started;

  await runScenario(scenarios[name]!, installation, started);

  expect(await newestRuns(installation, token)).toEqual(scenarios[name]!.left);
  await syncAndApprove(installation, token);
  expect(await accountTexts(installation.database)).toEqual(await accountsIfIdle(scenarios[name]!));
});

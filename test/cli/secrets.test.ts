// Secrets are planted wherever one can be entered; then everything printed, logged, stored or
// exported is searched for them.
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { createLink } from "../../src/access/links.ts";
import { roles } from "../../src/api/contract/session.ts";
import { logIn } from "../connections/browser-log-in.ts";
import { command, connectionYaml, type ProcessResult } from "../harness/command.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";
import { webWorkspace, type Browser, type WebWorkspace } from "../harness/web.ts";
import { builtPages } from "../harness/pages.ts";

/** Every row of every table as text, and the statements that the server shows. */
async function everythingStored(database: TestDatabase): Promise<string> {
  const tables = await database.pool.query<{ name: string }>(
    `select quote_ident(relname) as name
     from pg_class
     where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
  );
  const parts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await database.pool.query<{ row: string }>(`select t::text as row from ${name} t`);
    parts.push(...rows.map(({ row }) => row));
  }
  const statements = await database.pool.query<{ query: string }>(
    "select query from pg_stat_activity where query is not null and datname = current_database()",
  );
  return [...parts, ...statements.rows.map(({ query }) => query)].join("\n");
}

it("never reach output, log, error, database, export or plan", async () => {
  const database = await testDatabase();
  const simulator = await runSimulator({ accounts: 200 });
  try {
    const password = decodeURIComponent(
      new URL(database.url.replace(/^postgres:/, "http:").replace(/@[^/]*/, "@host")).password,
    );
    const planted = {
      clientSecret: simulator.clientSecret,
      refreshToken: simulator.refreshToken,
      databasePassword: password,
      wrongSecret: "planted-wrong-secret-4711",
      wrongPassword: "planted-database-password-4712",
      inAddress: "planted-in-address-4713",
      inFile: "planted-in-file-4714",
      wrongToken: "planted-refresh-token-4715",
    };
    const sluice = await command({
      DATABASE_URL: database.url,
      SLUICE_SIMULATOR: simulator.origin,
      SLUICE_LOG_LEVEL: "debug",
      DYNAMICS_CLIENT_SECRET: planted.clientSecret,
    });
    const outputs: ProcessResult[] = [];
    const runSluice = async (line: string, code: number, env: Record<string, string> = {}): Promise<void> => {
      const ended = await sluice.run(line.split(" "), env);
      outputs.push(ended);
      expect({ line, code: ended.code, stderr: ended.code === code ? "" : ended.stderr }).toEqual({
        line,
        code,
        stderr: "",
      });
    };

    await sluice.write("sluice.yaml", connectionYaml(simulator));
    await runSluice("plan --json", 0);
    simulator.faults.add({ path: "/accounts", times: 1, fault: { kind: "expired-token" } });
    simulator.faults.add({ path: "/accounts", times: 1, fault: { kind: "cut", when: "in-body" } });
    await runSluice("sync --json", 0);
    for (const line of ["runs --json", "issues --run 2", "fields", "accounts export --format ndjson"])
      await runSluice(line, 0);
    await runSluice("sync", 3, { DYNAMICS_CLIENT_SECRET: planted.wrongSecret });
    await runSluice("sync", 5, {
      DATABASE_URL: `postgres://sluice:${planted.wrongPassword}@127.0.0.1:1/none`,
    });

    const address = simulator.origin.replace("://", `://somebody:${planted.inAddress}@`);
    await sluice.write("sluice.yaml", connectionYaml({ ...simulator, origin: address }));
    await runSluice("sync", 2);
    await sluice.write(
      "sluice.yaml",
      connectionYaml(simulator).replace("{ env: DYNAMICS_CLIENT_SECRET }", planted.inFile),
    );
    await runSluice("sync", 2);

    const signIn = `signIn: { kind: refresh-token, clientId: ${simulator.clientId}, clientSecret: { env: DYNAMICS_CLIENT_SECRET }, refreshToken: { file: token } }`;
    await sluice.write("sluice.yaml", connectionYaml(simulator).replace(/signIn:.*/, signIn));
    const file = await sluice.write("token", planted.refreshToken);
    await runSluice("sync --json", 0);
    const rotated = (await readFile(file, "utf8")).trim();
    await sluice.write("token", planted.wrongToken);
    await runSluice("sync", 3);

    expect(rotated).not.toBe(planted.refreshToken);
    const everything = [
      ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      await everythingStored(database),
    ].join("\n");
    expect(everything.length).toBeGreaterThan(50_000);
    for (const [where, secret] of Object.entries({ ...planted, rotated })) {
      expect({
        where,
        found: everything.includes(secret) || everything.includes(encodeURIComponent(secret)),
      }).toEqual({ where, found: false });
    }
    // Access tokens are JWTs or opaque; either way "Bearer" comes before them.
    expect(everything).not.toMatch(/bearer [\w.~-]{20,}/i);
  } finally {
    await simulator.close();
  }
}, 600_000);

const PAGES = ["/", "/sign-in", "/contacts/accounts", "/api/docs", "/api/app/openapi.json", "/nowhere"];

/**
 * Calls every route as everybody, with existing ids and with wrong input. Deletions come last and
 * with an unknown id, because they would change what the other routes answer.
 */
async function everythingAnswered(web: WebWorkspace): Promise<string[]> {
  const answers: string[] = [];
  const addAnswer = ({ text, headers }: Awaited<ReturnType<Browser["get"]>>) =>
    answers.push(text, JSON.stringify([...headers].filter(([name]) => name !== "set-cookie")));
  const deletes = web.routes.filter(({ route }) => route.method === "DELETE");
  const others = web.routes.filter(({ route }) => route.method !== "DELETE");
  const everybody = (["signed-out", ...roles] as const).flatMap((person) =>
    ["application/json", "text/html"].map((accept) => ({ person, accept })),
  );
  for (const { person, accept } of everybody) {
    for (const page of PAGES)
      addAnswer(await (await web.as(person)).request("GET", `/${page}`, undefined, { accept }));
    for (const { route } of others) {
      const body = route.method === "GET" ? undefined : { address: "https://wrong.example", clientSecret: 4 };
      const browser = await web.as(person);
      addAnswer(await browser.request(route.method, pathOf(route.path, "1"), body, { accept }));
    }
  }
  for (const { person, accept } of everybody)
    for (const { route } of deletes)
      addAnswer(
        await (await web.as(person)).request("DELETE", pathOf(route.path, "999999"), undefined, { accept }),
      );
  return answers;
}

function pathOf(pattern: string, id: string): string {
  return pattern
    .replace(":recordId", "00000000-0000-4000-8000-000000000000")
    .replace(":id", id)
    .replace(":token", "x".repeat(43));
}

it("never reach a page, an answer, the server's log, or, unsealed, the database", async () => {
  const planted = {
    key: "5a".repeat(32),
    oldKey: "6b".repeat(32),
    entraSecret: "planted-entra-secret-4716",
    smtpPassword: "planted-smtp-password-4717",
    wrongSecret: "planted-wrong-secret-4718",
    password: "planted password 4719",
    wrongPassword: "planted wrong password 4720",
    wrongCode: "planted-code-4721",
    wrongState: "planted-state-4722",
  };
  const web = await webWorkspace({
    ui: await builtPages(),
    accounts: 20,
    env: {
      SLUICE_KEY: planted.key,
      SLUICE_OLD_KEYS: planted.oldKey,
      SLUICE_ENTRA_TENANT: "00000000-0000-4000-8000-000000000001",
      SLUICE_ENTRA_CLIENT_ID: "00000000-0000-4000-8000-000000000002",
      SLUICE_ENTRA_CLIENT_SECRET: planted.entraSecret,
      SMTP_URL: `smtp://sluice:${planted.smtpPassword}@127.0.0.1:1`,
      SLUICE_MAIL_FROM: "sluice@ourcompany.example",
    },
  });
  const carol = await web.as("company-admin");
  const { origin: address, clientId, clientSecret, refreshToken } = web.simulator;
  await carol.post("/connection/app-only", { address, clientId, clientSecret: planted.wrongSecret });
  await carol.post("/connection/app-only", { address, clientId, clientSecret });
  await carol.get(`/connection/return?code=${planted.wrongCode}&state=${planted.wrongState}`);
  await carol.get(`/session/microsoft/return?code=${planted.wrongCode}&state=${planted.wrongState}`);
  expect(await logIn(web, carol)).toContain("step=accounts");
  const email = "kim@ourcompany.example";
  await carol.post("/teammates", { email, name: "Kim", role: "teammate" });
  const { id } = await web.database.kysely
    .selectFrom("teammates")
    .select("id")
    .where("email", "=", email)
    .executeTakeFirstOrThrow();
  const link = await createLink(web.database.kysely, "password-reset", id, web.clock.now());
  const kim = await web.as("signed-out");
  await kim.post(`/links/${link}`, { password: planted.password });
  await kim.post("/session", { email, password: planted.wrongPassword });
  const run = await carol.post("/runs", {
    mode: "plan",
    settings: {
      selection: { kind: "all" },
      mapping: { name: "name", domains: ["websiteurl"], fields: [] },
      options: { allowDuplicateNames: false, onDomainTaken: "skip" },
    },
  });
  await carol.get(`/runs/${run.body.run.id}/events`);

  const answers = await everythingAnswered(web);
  // Some of the routes start a run, whose working tables are dropped when it ends.
  await web.runner.waitUntilIdle();
  const everything = [...answers, ...web.logged, await everythingStored(web.database)].join("\n");

  expect(everything.length).toBeGreaterThan(200_000);
  expect(everything).toContain(email);
  for (const [where, secret] of Object.entries({
    ...planted,
    clientSecret,
    refreshToken,
    link,
    session: kim.cookie,
  }))
    expect({
      where,
      found: everything.includes(secret) || everything.includes(encodeURIComponent(secret)),
    }).toEqual({ where, found: false });
  expect(everything).not.toMatch(/bearer [\w.~-]{20,}/i);
}, 600_000);

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commandLine, connectionText } from "./command-line.ts";

const summary = z.object({
  id: z.number(),
  status: z.string(),
  read: z.number(),
  created: z.number(),
  skipped: z.number(),
  unchanged: z.number(),
});
const exported = z.object({
  name: z.string(),
  externalId: z.string(),
  origin: z.literal("dynamics"),
  domains: z.array(z.string()),
});

describe("the commands", () => {
  it("plan, apply and sync, and print a report", async () => {
    const { run } = await commandLine(200);
    const planned = await run("plan --limit 2");
    expect(planned.exitCode).toBe(0);
    expect(planned.stdout).toMatch(/^\+ .* will be created: no account here has/);
    expect(planned.stdout).toContain("Run 1 is planned");
    expect(planned.stderr).toMatch(/^Connecting …\nConnecting .*\nReading …\nReading +\d+ in /m);
    expect((await run("accounts export")).stdout).toBe("");

    const applied = await run("apply 1");
    expect(applied.stdout).toContain("Run 1 is done.");
    const second = await run("sync --json");
    const counts = summary.parse(JSON.parse(second.stdout));
    expect(counts).toMatchObject({ id: 2, status: "done", created: 0 });
    expect(counts.unchanged + counts.skipped).toBe(counts.read);
    expect((await run("runs")).stdout.split("\n")).toHaveLength(1 + 2 + 1);
  });

  it("export every account once, in a stable order, as lines of JSON or as CSV", async () => {
    const { run } = await commandLine(120);
    const { created } = summary.parse(JSON.parse((await run("sync --json")).stdout));
    const { stdout, stderr } = await run("accounts export");
    const accounts = stdout
      .trimEnd()
      .split("\n")
      .map((line) => exported.parse(JSON.parse(line)));
    expect(accounts).toHaveLength(created);
    expect(stderr).toBe(`${created} accounts exported.\n`);
    const names = accounts.map(({ name }) => Buffer.from(name));
    expect(names.toSorted((a, b) => Buffer.compare(a, b))).toEqual(names);
    const csv = (await run("accounts export --format csv")).stdout;
    expect(csv).toMatch(/^name,externalId,origin,domains,description,Employees,Owner\r\n/);
    const guarded = (await run("accounts export --format csv --guard-formulas")).stdout;
    expect(guarded).toMatch(/^\ufeffname,externalId,/);
  });

  it("explain every skipped account with an issue", async () => {
    const { run } = await commandLine(300);
    const { skipped } = summary.parse(JSON.parse((await run("sync --json")).stdout));
    const issues = z
      .array(z.object({ kind: z.string(), title: z.string(), recordId: z.string() }))
      .parse(JSON.parse((await run("issues --json")).stdout));
    const skipKinds = new Set(["domain-linked-elsewhere", "name-in-use", "name-empty"]);
    const explained = issues.filter(({ kind }) => skipKinds.has(kind)).map(({ recordId }) => recordId);
    expect(new Set(explained).size).toBe(skipped);
    expect(skipped).toBeGreaterThan(0);
    expect((await run("issues --run 1 --limit 1")).stdout).toContain("What to do: ");
  });

  it("list fields with their targets, and views", async () => {
    const { run } = await commandLine(0);
    const { stdout } = await run("fields");
    expect(stdout).toMatch(/^websiteurl +Website +Website +Domains$/m);
    expect(stdout).toMatch(/^ownerid +Owner +Owner +Teammate$/m);
    expect((await run("views")).stdout).toMatch(/^Active Accounts +system +0{8}-/m);
  });

  it("make an empty selection need approval", async () => {
    const { run, simulator } = await commandLine(3);
    await run("sync");
    const ids = Array.from(simulator.org.accounts.rows(), (row) => String(row["accountid"]));
    for (const id of ids) simulator.org.deleteAccount(id);
    const empty = await run("sync");
    expect(empty).toMatchObject({
      exitCode: 4,
      stdout: expect.stringContaining("The selection has no accounts."),
    });
    expect((await run("apply 2")).exitCode).toBe(0);
  });

  it("say why a plan can no longer be applied", async () => {
    const { run, database } = await commandLine(3);
    for (const line of ["plan", "plan", "apply 2"]) expect(await run(line)).toMatchObject({ exitCode: 0 });
    const aDayAgo = "update runs set planned_at = now() - interval '25 hours' where id = $1";
    await run("plan");
    await database.pool.query(aDayAgo, [3]);
    await run("plan");
    await database.pool.query("update runs set status = 'discarded' where id = 4");

    const applyResult = async (id: number) => {
      const { exitCode, error } = await run(`apply ${id}`);
      return `${exitCode}: ${error?.sentence}`;
    };

    expect([await applyResult(1), await applyResult(2), await applyResult(3), await applyResult(4)]).toEqual([
      '4: Run 1 cannot be applied any more. Run 2 was applied since this plan was made, so a new one is needed. "sluice plan" shows what would change now.',
      '4: Run 2 is applied already. "sluice plan" shows what would change now.',
      '4: Run 3 cannot be applied any more. Nobody applied this plan within a day, so accounts were read and planned again. "sluice plan" shows what would change now.',
      '4: Run 4 was discarded in the app. "sluice plan" shows what would change now.',
    ]);
  });

  it("tell of a domain that blocks many, with the line of the connection file that solves it", async () => {
    const { simulator, run } = await commandLine(0);
    for (let n = 0; n < 12; n++)
      simulator.org.createAccount({ name: `Tenant ${n}`, websiteurl: "shared.com" });
    await run("sync");
    const text = (await run("issues")).stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("shared.com blocks 11 accounts.");
    expect(text).toContain("11 more accounts would be synced, without the domain shared.com.");
    expect(text).toContain("Add it in the connection file: commonDomains: { add: [shared.com] }");
  });

  it("say that the database is up to date, and that there are no runs", async () => {
    const { run } = await commandLine(0);
    expect((await run("migrate")).stdout).toBe("The database is up to date.\n");
    expect((await run("issues")).error?.sentence).toContain("There are no runs yet.");
    expect((await run("runs --json")).stdout).toBe("[]\n");
  });
});

describe("bad input is one sentence that says what to do, and nothing is written", () => {
  const secrets = { DYNAMICS_CLIENT_SECRET: "wrong~MARKED" };
  const cases: [string, number, RegExp, (file: string) => string, Record<string, string>?][] = [
    ["a self-hosted address", 2, /self-hosted/, (file) => file.replace(/http:\S+/, "https://crm.acme.local")],
    ["a secret that is wrong", 3, /client secret is wrong/, (file) => file, secrets],
    [
      "a secret that is not set",
      2,
      /DYNAMICS_SECRET is not set/,
      (file) => file.replace("CLIENT_SECRET", "SECRET"),
    ],
    [
      "a view that is not there",
      4,
      /no view "Nope"/,
      (file) => file.replace("selection: all", "selection: { view: Nope }"),
    ],
    [
      "a column that is not there",
      4,
      /new_gone, mapped to Domains, does not exist/,
      (file) => file.replace("websiteurl", "new_gone"),
    ],
    [
      "a mapping that the table refuses",
      4,
      /ownerid \(Owner\) cannot be mapped to Number/,
      (file) => file.replace("numberofemployees", "ownerid"),
    ],
    ["a misspelt option", 2, /maping cannot be set here/, (file) => file.replace("mapping", "maping")],
    ["no YAML", 2, /not valid YAML or JSON/, (file) => `${file}\n  - [`],
    ["more accounts than may be", 4, /more than 5 accounts/, (file) => file, { MAX_ACCOUNTS: "5" }],
    [
      "no database",
      5,
      /DATABASE_URL cannot be used/,
      (file) => file,
      { DATABASE_URL: "postgres://u:MARKED@127.0.0.1:1/x" },
    ],
  ];
  it.each(cases)("%s", async (_, exitCode, sentence, change, env = {}) => {
    const { run, writeConnectionFile, simulator } = await commandLine(20);
    writeConnectionFile(change(connectionText(simulator)));
    const said = await run("sync", env);
    expect(said.exitCode).toBe(exitCode);
    expect(said.error?.sentence).toMatch(sentence);
    expect(said.stdout).toBe("");
    expect(JSON.stringify(said)).not.toContain("MARKED");
    expect((await run("accounts export")).stdout).toBe("");
  });

  const atFirst = "^/api/data/v9.2/$";
  const html = { "content-type": "text/html" };
  it.each([
    ["a page that refuses", atFirst, 403, html, /firewall .*HTTP 403, "Blocked"/],
    [
      "a page to sign in on",
      atFirst,
      302,
      { location: "https://portal.example" },
      /redirects to portal\.example/,
    ],
    ["a page", atFirst, 200, html, /a web page .*HTTP 200, "Blocked"/],
    ["an environment that is gone", atFirst, 404, html, /no Dynamics 365 environment .*HTTP 404/],
    ["a proxy", atFirst, 407, {}, /user name and a password \(HTTP 407/],
    ["a page instead of a token", "/token", 403, html, /Microsoft Entra ID .*HTTP 403, "Blocked"/],
    ["a page instead of accounts", "/accounts", 403, html, /firewall .*HTTP 403, "Blocked"/],
  ])("%s instead of an answer of Microsoft's", async (_, path, status, headers, sentence) => {
    const { run, simulator } = await commandLine(1);
    const body = "<html><title>Blocked</title></html>";
    simulator.faults.add({ path, times: 0, fault: { kind: "answer", status, headers, body } });
    const said = await run("sync");
    expect(said).toMatchObject({ exitCode: 3, error: { sentence: expect.stringMatching(sentence) } });
    expect(said.error?.sentence).not.toContain("self-hosted");
  });

  it("no connection file", async () => {
    const { run, writeConnectionFile } = await commandLine(0);
    writeConnectionFile(undefined);
    expect(await run("sync")).toMatchObject({
      exitCode: 2,
      error: { sentence: expect.stringContaining("There is no such file.") },
    });
  });

  it("a run that is not there", async () => {
    const { run } = await commandLine(0);
    expect(await run("apply 99")).toMatchObject({
      exitCode: 4,
      error: { sentence: expect.stringContaining("There is no run 99") },
    });
    expect(await run("issues --run 99")).toMatchObject({ exitCode: 4 });
  });

  it("a privilege that is missing", async () => {
    const { run, simulator } = await commandLine(5);
    const role = simulator.org.roles.get("System Administrator") ?? "";
    simulator.org.setPrivilege(role, "prvReadAccount", undefined);
    expect(await run("sync")).toMatchObject({
      exitCode: 3,
      error: { sentence: expect.stringContaining("prvReadAccount") },
    });
  });
});

// Reading a plan, its problems and their suggested fixes; issues, their export, and retries.
import { expect, test } from "vitest";
import type { IssueGroup } from "../../src/api/contract/runs.ts";
import { createAccount } from "../../src/accounts/store.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";

/**
 * Creates three accounts of one name, two of one domain, and one without a name: only the first of
 * each is synced.
 */
function createConflicts({ org }: Connected): void {
  for (const day of ["01", "02", "03"])
    org.createAccount({
      name: "Acme",
      overriddencreatedon: `2026-01-${day}`,
      createdon: `2026-01-${day}T00:00:00Z`,
    });
  for (const [day, name] of [
    ["04", "Bolt"],
    ["05", "Bolt Lisbon"],
  ])
    org.createAccount({ name, websiteurl: "bolt.com", createdon: `2026-01-${day}T00:00:00Z` });
  org.createAccount({ name: " " });
}

test("a plan is paged without gaps or duplicates, skips last, each with its reason", async () => {
  const space = await connectedWeb();
  const { org, plan, apply, changes } = space;
  createConflicts(space);
  for (let n = 0; n < 30; n++) org.createAccount({ name: `Firm ${n}` });
  await apply((await plan()).id);
  for (const row of [...org.requireTable("account").rows()].filter(({ name }) =>
    String(name).startsWith("Firm 1"),
  ))
    org.updateAccount(String(row["accountid"]), { name: `New ${String(row["name"])}` });
  for (let n = 0; n < 5; n++) org.createAccount({ name: `Late ${n}` });
  const run = await plan();

  const all = await changes(run.id, "limit=200");
  const paged = await changes(run.id, "limit=7");

  expect(paged).toEqual(all);
  expect(new Set(all.map(({ recordId }) => recordId)).size).toBe(11 + 5 + 4);
  expect(all.map(({ action }) => action)).toEqual([
    ...Array<string>(11).fill("update"),
    ...Array<string>(5).fill("create"),
    ...Array<string>(4).fill("skip"),
  ]);
  expect(run.actions).toEqual({ update: 11, create: 5, skip: 4 });
  expect(
    (await changes(run.id, "limit=2&action=skip")).map(({ explanation }) => explanation).toSorted(),
  ).toEqual([
    "The account is not synced: it has no name",
    "“Acme” is not synced: an account of this name is linked to a different account of Dynamics 365",
    "“Acme” is not synced: an account of this name is linked to a different account of Dynamics 365",
    "“Bolt Lisbon” is not synced: its domain bolt.com belongs to “Bolt”, which is linked to a different account of Dynamics 365",
  ]);
  expect((await changes(run.id, "q=new%20firm%201")).length).toBe(11);
  expect((await changes(run.id, "q=firm%2019"))[0]).toMatchObject({
    explanation: "Linked to this record",
    values: [{ field: "Name", before: "Firm 19", after: "New Firm 19" }],
  });
  expect(await changes(run.id, "q=%25")).toEqual([]);
});

test("each decision says its rule, in the plan and in the history of what was applied", async () => {
  const { org, web, plan, apply, changes } = await connectedWeb();
  const now = web.clock.now();
  await createAccount(
    web.database,
    { name: "Cog here", domains: ["cog.com"], origin: "manual" },
    { kind: "api" },
    now,
  );
  await createAccount(web.database, { name: "Dyno", origin: "manual" }, { kind: "api" }, now);
  org.createAccount({ name: "Cog", websiteurl: "https://www.cog.com" });
  org.createAccount({ name: "Dyno" });
  org.createAccount({ name: "Eel", websiteurl: "eel.com" });
  org.createAccount({ name: "Fig" });

  const run = await plan();
  const planned = await changes(run.id);
  await apply(run.id);

  expect(planned.map(({ name, explanation }) => `${name}: ${explanation}`).toSorted()).toEqual([
    "Cog: Its domain cog.com belongs to this account",
    "Dyno: Same name, not linked yet",
    "Eel: New: no account has its domains or its name",
    "Fig: New: no account has its name",
  ]);
  expect(await changes(run.id)).toEqual(planned);
});

test("with duplicate names allowed, a new account without a domain says that it has none", async () => {
  const { org, plan, changes } = await connectedWeb();
  org.createAccount({ name: "Fig" });

  const run = await plan({ options: { ...SETTINGS.options, allowDuplicateNames: true } });

  expect((await changes(run.id)).map(({ explanation }) => explanation)).toEqual([
    "New: it has no email domain to match by",
  ]);
});

test("the predicted effect of a setting is what the next plan with it does", async () => {
  const space = await connectedWeb();
  const { carol, plan } = space;
  createConflicts(space);
  const run = await plan();

  const { groups } = (await carol.get(`/runs/${run.id}/problems`)).body;
  const duplicates = await plan({ options: { ...SETTINGS.options, ...groups[1].fix.options } });
  const withoutDomain = await plan({ options: { ...SETTINGS.options, ...groups[0].fix.options } });

  expect(run.counts).toMatchObject({ created: 2, skipped: 4 });
  expect(groups.map(({ kind, count, fix }: IssueGroup) => [kind, count, fix?.effect])).toEqual([
    ["domain-linked-elsewhere", 1, "1 more account created, without the domain; 3 still skipped."],
    ["name-in-use", 2, "2 more accounts created; 2 still skipped."],
    ["name-empty", 1, undefined],
  ]);
  expect(duplicates.counts).toMatchObject({ created: 4, skipped: 2 });
  expect(withoutDomain.counts).toMatchObject({ created: 3, skipped: 3 });
});

test("a domain that blocks many is made a common one, and the next plan does what was predicted", async () => {
  const { org, carol, plan } = await connectedWeb();
  for (let n = 0; n < 12; n++) org.createAccount({ name: `Tenant ${n}`, websiteurl: "shared.com" });
  const run = await plan();

  const { domains } = (await carol.get(`/issues/blocking-domains?run=${run.id}`)).body;
  const saved = await carol.post("/settings/domains/common", { domain: domains[0].domain });
  const next = await plan();

  expect(domains).toMatchObject([
    {
      domain: "shared.com",
      kind: "domain-linked-elsewhere",
      records: 11,
      effect: "11 more accounts would be synced, without the domain shared.com.",
    },
  ]);
  expect(saved.body).toMatchObject({ commonAdded: ["shared.com"] });
  expect(run.counts).toMatchObject({ created: 1, skipped: 11 });
  expect(next.counts).toMatchObject({ created: 12, skipped: 0 });
  expect((await carol.get(`/issues/blocking-domains?run=${next.id}`)).body).toEqual({ domains: [] });
});

test("a plan is exported, a line for each field that changes, with formulas made harmless", async () => {
  const { org, carol, plan, apply } = await connectedWeb();
  const acme = org.createAccount({ name: "=HYPERLINK(0)", websiteurl: "acme.com" });
  await apply((await plan()).id);
  org.updateAccount(acme, { websiteurl: "acme.org" });
  org.createAccount({ name: "Bolt" });
  const { id } = await plan();

  const all = await carol.get(`/runs/${id}/changes.csv`);
  expect(all.headers.get("content-disposition")).toBe(`attachment; filename="run-${id}.csv"`);
  const [header, ...lines] = all.text.trimEnd().split("\r\n");
  expect(header).toMatch(/^Action,Account,Why,Field,Before,After,/);
  expect(lines.find((line) => line.startsWith("update,"))).toMatch(
    /^update,'=HYPERLINK\(0\),.*,Domains,acme\.com,acme\.org,,\d+,/,
  );
  const one = await carol.get(`/runs/${id}/changes.csv?action=create&q=bolt`);
  const shown = one.text.trimEnd().split("\r\n").slice(1);
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.every((line) => line.startsWith("create,Bolt,"))).toBe(true);
  expect((await carol.get("/runs/99/changes.csv")).status).toBe(404);
});

test("open issues link both sides and are exported with formulas made harmless", async () => {
  const space = await connectedWeb();
  const { org, web, plan, apply, issues, carol } = space;
  createConflicts(space);
  org.createAccount({ name: "=HYPERLINK(0)", websiteurl: "no domain" });
  const { id } = await apply((await plan()).id);

  const [elsewhere] = await issues("/issues?kind=domain-linked-elsewhere");
  const csv = await carol.get("/issues/export.csv");

  expect(elsewhere).toMatchObject({
    name: "Bolt Lisbon",
    value: "bolt.com",
    otherAccountName: "Bolt",
    otherAccountId: expect.any(Number),
    dynamicsUrl: `${web.simulator.origin}/main.aspx?etn=account&pagetype=entityrecord&id=${elsewhere?.recordId}`,
    firstRun: id,
    firstSeenAt: "2026-03-02T09:00:00.000Z",
  });
  expect(csv.headers.get("content-type")).toContain("text/csv");
  expect(csv.text.split("\r\n").find((line) => line.includes("HYPERLINK"))).toContain(",'=HYPERLINK(0),");
  const { groups } = (await carol.get("/issues/kinds")).body;
  expect(groups.find(({ kind }: { kind: string }) => kind === "name-in-use")).toMatchObject({
    accounts: 2,
    fix: { options: { allowDuplicateNames: true }, effect: "Up to 2 more accounts synced." },
  });
});

test("owners who are no teammates are listed by person, with the number of accounts", async () => {
  const { org, plan, apply, carol } = await connectedWeb();
  const [ada, jo] = ["Ada", "Jo"].map((fullname) =>
    org.addUser({ fullname, email: null, domainname: `${fullname}@contoso.example` }),
  );
  for (const [name, ownerid] of [
    ["Acme", ada],
    ["Bolt", jo],
    ["Cog", jo],
  ] as const)
    org.createAccount({ name, ownerid: ownerid! });
  const fields = [{ column: "ownerid", field: "Owner", type: "teammate" as const }];
  const planned = await plan({ mapping: { name: "name", domains: [], fields } });
  await apply(planned.id);

  const problems = (await carol.get(`/runs/${planned.id}/problems`)).body.groups;
  const open = (await carol.get("/issues/kinds")).body.groups;

  const people = {
    count: 2,
    listed: [
      { person: "Jo (Jo@contoso.example)", accounts: 2 },
      { person: "Ada (Ada@contoso.example)", accounts: 1 },
    ],
  };
  expect(problems).toMatchObject([{ kind: "teammate-not-found", accounts: 3, people }]);
  expect(open).toMatchObject([{ kind: "teammate-not-found", accounts: 3, people }]);
});

test("a retry processes the accounts of its issues and no others", async () => {
  const space = await connectedWeb();
  const { org, web, plan, apply, carol, ended, issues, names, sync } = space;
  createConflicts(space);
  const kept = org.createAccount({ name: "Kept" });
  const gone = org.createAccount({ name: "Gone" });
  await apply((await plan()).id);
  const links = () =>
    web.database.kysely
      .selectFrom("account_links")
      .select(["record_id", "record_version", "stop_reason"])
      .where("record_id", "in", [kept, gone])
      .orderBy("record_id")
      .execute();
  const before = await links();
  const [lisbon] = await issues("/issues?kind=domain-linked-elsewhere");
  org.updateAccount(lisbon!.recordId!, { websiteurl: "bolt.pt" });
  org.updateAccount(kept, { name: "Kept, renamed" });
  org.deleteAccount(gone);

  const retried = await carol.post("/issues/retry", { kind: "domain-linked-elsewhere" });
  const run = await ended(retried.body.run.id);

  expect(run).toMatchObject({ mode: "retry", status: "done", counts: { read: 1, created: 1, stopped: 0 } });
  expect(await issues("/issues?kind=domain-linked-elsewhere")).toEqual([]);
  expect(await issues("/issues?kind=name-in-use")).toHaveLength(2);
  expect(await names()).toEqual(["Acme", "Bolt", "Bolt Lisbon", "Gone", "Kept"]);
  expect(await links()).toEqual(before);
  expect((await carol.post("/issues/retry", { kind: "domain-taken" })).status).toBe(409);
  expect(await sync()).toMatchObject({
    counts: { read: 7, updated: 1, unchanged: 3, skipped: 3, stopped: 1 },
  });
});

test("a retry reports the problems of its accounts and of no others", async () => {
  const { org, plan, apply, carol, ended, issues, changes } = await connectedWeb();
  for (const name of ["Acme", "Bolt"])
    for (const day of ["01", "02"]) org.createAccount({ name, createdon: `2026-01-${day}T00:00:00Z` });
  await apply((await plan()).id);
  const [acme, bolt] = await issues("/issues?kind=name-in-use");

  const retried = await carol.post("/issues/retry", { recordIds: [acme!.recordId] });
  const run = await ended(retried.body.run.id);

  // The record in the way is read too, since it may have stopped.
  expect(run).toMatchObject({
    counts: { read: 2, unchanged: 1, skipped: 1 },
    issues: { "name-in-use": 1 },
  });
  expect((await carol.get(`/runs/${run.id}/problems`)).body.groups).toMatchObject([{ accounts: 1 }]);
  const ids = (rows: { recordId: string | null }[]) => rows.map(({ recordId }) => recordId);
  expect(ids(await issues(`/runs/${run.id}/issues`))).toEqual([acme!.recordId]);
  expect(ids(await changes(run.id))).toEqual([acme!.recordId]);
  expect(ids(await issues("/issues"))).toEqual([acme!.recordId, bolt!.recordId]);
});

test("a retry with a view skips records that are no longer in it", async () => {
  const { org, plan, apply, carol, ended, issues } = await connectedWeb();
  const view = org.addView({
    kind: "system",
    name: "Lisbon",
    fetchxml: `<fetch><entity name="account"><attribute name="name" /><filter><condition attribute="address1_city" operator="eq" value="Lisbon" /></filter></entity></fetch>`,
  });
  const ids = [1, 2, 3].map(() => org.createAccount({ name: "Acme", address1_city: "Lisbon" }));
  await apply((await plan({ selection: { kind: "view", view } })).id);
  const refused = (await issues("/issues")).map(({ recordId }) => recordId!);
  org.updateAccount(refused[0]!, { name: "Other", address1_city: "Porto" });
  org.updateAccount(refused[1]!, { name: "Another" });

  const run = await ended((await carol.post("/issues/retry", { recordIds: ids })).body.run.id);

  expect(run.counts).toMatchObject({ read: 1, created: 1 });
});

test("only a company admin may plan with new custom fields", async () => {
  const { org, web, plan } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const mapping = {
    ...SETTINGS.mapping,
    fields: [{ column: "address1_city", field: "City", type: "text" as const }],
  };
  const wren = await web.as("workspace-admin");

  const refused = await wren.post("/runs", { mode: "plan", settings: { ...SETTINGS, mapping } });
  await plan({ mapping });
  const allowed = await wren.post("/runs", { mode: "plan", settings: { ...SETTINGS, mapping } });

  expect([refused.status, refused.body.error.code]).toEqual([403, "new-fields"]);
  expect(refused.body.error.sentence).toContain('"City"');
  expect(allowed.status).toBe(200);
});

test("a run's events are whole runs, and the last one is final", async () => {
  const { org, web, carol, follow } = await connectedWeb();
  org.createAccount({ name: "Acme" });

  const { id } = (await carol.post("/runs", { mode: "plan", settings: SETTINGS })).body.run;
  const events = await follow(id);
  await web.runner.waitUntilIdle();
  const later = await follow(id);
  const { requests, throttled, throttledMs } = (await carol.get(`/runs/${id}`)).body.run;

  expect(events.every((event) => event.id === id)).toBe(true);
  expect(events.at(-1)).toMatchObject({
    status: "planned",
    applicable: { yes: true },
    expiresAt: "2026-03-03T09:00:00.000Z",
  });
  // The last figures of its usage are written just after it is final.
  expect(later).toEqual([{ ...events.at(-1), requests, throttled, throttledMs }]);
  expect((await carol.get("/runs/999/events")).status).toBe(404);
});

test("runs are listed newest first, a page at a time", async () => {
  const { carol, org, plan } = await connectedWeb();
  org.createAccount({ name: "Acme" });
  const ids = [(await plan()).id, (await plan()).id, (await plan()).id];

  const first = (await carol.get("/runs?limit=2")).body;
  const second = (await carol.get(`/runs?limit=2&after=${first.next}`)).body;

  expect([...first.runs, ...second.runs].map((run: { id: number }) => run.id)).toEqual(ids.toReversed());
  expect((await carol.get("/runs?after=nonsense")).body.error.code).toBe("cursor");
});

import { expect, test } from "vitest";
import type { Org } from "../../simulator/org/org.ts";
import { webWorkspace, type Browser, type WebWorkspace } from "../harness/web.ts";
import { logIn } from "../connections/browser-log-in.ts";

async function connected(
  options: Parameters<typeof webWorkspace>[0] = {},
): Promise<{ web: WebWorkspace; org: Org; wren: Browser }> {
  const web = await webWorkspace(options);
  const wren = await web.as("workspace-admin");
  await logIn(web, wren);
  return { web, org: web.simulator.org, wren };
}

const fetchXml = (conditions: string, attributes = '<attribute name="name" />') =>
  `<fetch version="1.0" mapping="logical"><entity name="account">${attributes}<order attribute="name" />` +
  `<filter type="and">${conditions}</filter></entity></fetch>`;
const cells = (...names: string[]) =>
  `<grid name="resultset" object="1"><row name="result" id="accountid">${names.map((name) => `<cell name="${name}" width="100" />`).join("")}</row></grid>`;
const ACTIVE = '<condition attribute="statecode" operator="eq" value="0" />';

test("views are yours, shared with you, or the system's; one that cannot be read says why", async () => {
  const { org, wren } = await connected();
  const maya = String(
    org
      .requireTable("systemuser")
      .rows()
      .find((row) => row["fullname"] === "Maya Lindqvist")?.["systemuserid"],
  );
  org.addView({ kind: "personal", name: "Mine", fetchxml: fetchXml(ACTIVE) });
  const shared = org.addView({ kind: "personal", name: "Maya's", owner: maya, fetchxml: fetchXml(ACTIVE) });
  org.shareView(shared, org.adminId);
  org.addView({ kind: "personal", name: "Maya's own", owner: maya, fetchxml: fetchXml(ACTIVE) });
  org.addView({ kind: "personal", name: "No FetchXML", fetchxml: "" });
  const { body } = await wren.get("/connection/views");
  expect(
    body.views.map((view: Record<string, string>) => [view["name"], view["kind"], view["owner"]]),
  ).toEqual([
    ["Maya's", "personal", "shared"],
    ["Mine", "personal", "yours"],
    ["No FetchXML", "personal", "yours"],
    ["Active Accounts", "system", "system"],
    ["My Active Accounts", "system", "system"],
  ]);
  const refused = body.views.filter((view: { refused: string | null }) => view.refused !== null);
  expect(refused).toHaveLength(1);
  expect(refused[0].refused).toContain('The view "No FetchXML" cannot be read: it has no FetchXML');
});

test("a view is shown in its own columns and order, formatted, with its count", async () => {
  const { org, wren } = await connected();
  for (const n of [3, 1, 2, 7, 5, 6, 4]) {
    org.createAccount({ name: `Acme ${n}`, industrycode: 1, revenue: n * 1000, ownerid: org.adminId });
  }
  const view = org.addView({
    kind: "personal",
    name: "Acme",
    fetchxml: fetchXml(
      '<condition attribute="name" operator="begins-with" value="Acme" />',
      '<attribute name="name" /><attribute name="revenue" /><attribute name="industrycode" /><attribute name="ownerid" />',
    ),
    layoutxml: cells("ownerid", "name", "industrycode", "revenue", "telephone1"),
  });
  const { body } = await wren.post("/connection/sample", { selection: { kind: "view", view } });
  expect(body.columns.map(({ label }: { label: string }) => label)).toEqual([
    "Owner",
    "Account Name",
    "Industry",
    "Annual Revenue",
    "Main Phone",
  ]);
  expect(body.count).toBe(7);
  expect(body.rows).toHaveLength(5);
  expect(body.rows[0]).toEqual(["Admin Contoso", "Acme 1", "Accounting", "$1,000.00", ""]);
  expect(body.rows.map((row: string[]) => row[1])).toEqual([
    "Acme 1",
    "Acme 2",
    "Acme 3",
    "Acme 4",
    "Acme 5",
  ]);
});

test("a view with a deleted column, which can still be synced, is shown in default columns", async () => {
  const { org, wren } = await connected();
  org.createAccount({ name: "Acme" });
  const fetchxml = fetchXml(ACTIVE, '<attribute name="name" /><attribute name="new_gone" />');
  const view = org.addView({
    kind: "personal",
    name: "Broken",
    fetchxml,
    layoutxml: cells("new_gone", "name"),
  });
  const { status, body } = await wren.post("/connection/sample", { selection: { kind: "view", view } });
  expect([status, body.rows[0]?.[0], body.columns[0].label]).toEqual([200, "Acme", "Account Name"]);
});

test("all active accounts are shown in default columns", async () => {
  const { org, wren } = await connected();
  org.createAccount({ name: "Bravo", websiteurl: "https://bravo.example", address1_city: "Kyiv" });
  org.createAccount({ name: "Alpha", emailaddress1: "hi@alpha.example" });
  org.createAccount({ name: "Gone", statecode: 1, statuscode: 2 });
  const { body } = await wren.post("/connection/sample", { selection: { kind: "all" } });
  expect(body.count).toBe(2);
  expect(body.rows.map((row: string[]) => row[0])).toEqual(["Alpha", "Bravo"]);
  expect(body.rows[1]).toEqual(expect.arrayContaining(["https://bravo.example", "Kyiv"]));
});

test("there is no count above 5,000", async () => {
  const { wren } = await connected({ accounts: 5_500 });
  const view = "00000000-0000-0000-00aa-000010001002";
  for (const selection of [{ kind: "all" }, { kind: "view", view }]) {
    const { body } = await wren.post("/connection/sample", { selection });
    expect([body.rows.length, body.count]).toEqual([5, null]);
  }
});

test("a view may be named, as in a connection file", async () => {
  const { wren } = await connected();
  const named = { kind: "view", view: "Active Accounts" };
  expect((await wren.post("/connection/sample", { selection: named })).status).toBe(200);
  const { status, body } = await wren.post("/connection/columns", {
    selection: { kind: "view", view: "No such view" },
  });
  expect([status, body.error.code]).toEqual([409, "view-not-found"]);
});

test("a deleted view is reported as such", async () => {
  const { wren } = await connected();
  const selection = { kind: "view", view: "00000000-0000-0000-0000-00000000dead" };
  for (const path of ["/connection/sample", "/connection/columns"]) {
    const { status, body } = await wren.post(path, { selection });
    expect([status, body.error.code]).toEqual([409, "view-not-found"]);
  }
});

test("columns have a type, a sample, possible targets, and a reason if there are none", async () => {
  const { web, org, wren } = await connected();
  org.createAccount({ name: "Acme", industrycode: 1, ownerid: org.adminId, websiteurl: "acme.example" });
  await web.database.kysely
    .insertInto("custom_fields")
    .values([
      { name: "Category", type: "text" },
      { name: "Main Phone", type: "number" },
    ])
    .execute();
  const { body } = await wren.post("/connection/columns", { selection: { kind: "all" } });
  const byName = new Map<string, Record<string, unknown>>(
    body.columns.map((column: { logicalName: string }) => [column.logicalName, column]),
  );
  expect(byName.get("industrycode")).toEqual({
    logicalName: "industrycode",
    label: "Industry",
    type: "Option Set",
    custom: false,
    sample: "Accounting",
    targets: ["text"],
    reason: null,
    readable: true,
    suggestion: { kind: "text", field: "Industry" },
  });
  expect(byName.get("ownerid")).toMatchObject({
    type: "Owner",
    sample: "Admin Contoso",
    suggestion: { kind: "teammate", field: "Owner" },
  });
  expect(byName.get("websiteurl")).toMatchObject({
    type: "Website",
    targets: ["domains"],
    reason: expect.stringContaining("feeds Domains"),
    suggestion: { kind: "domains", field: null },
  });
  expect(byName.get("description")).toMatchObject({ suggestion: { kind: "description", field: null } });
  expect(byName.get("accountcategorycode")).toMatchObject({
    suggestion: { kind: "text", field: "Category" },
  });
  expect(byName.get("telephone1")).toMatchObject({ suggestion: null });
  expect(byName.get("primarycontactid")).toMatchObject({
    type: "Lookup",
    targets: [],
    reason: "It points to contact. Only lookups to users can be synced, as teammates.",
  });
  expect(byName.get("accountid")).toMatchObject({
    targets: [],
    reason: "Unique Identifier fields cannot be synced.",
  });
});

test("a mapping is validated against the existing columns and fields", async () => {
  const { web, wren } = await connected();
  await web.database.kysely
    .insertInto("custom_fields")
    .values([
      { name: "Tier", type: "text" },
      { name: "Seats", type: "number" },
    ])
    .execute();
  const check = async (mapping: object) => (await wren.post("/connection/mapping-check", { mapping })).body;
  expect(
    await check({
      domains: ["websiteurl"],
      fields: [
        { column: "industrycode", field: "Industry", type: "text" },
        { column: "numberofemployees", field: "Seats", type: "number" },
      ],
    }),
  ).toEqual({ problems: [], warnings: [], newFields: ["Industry"] });
  const bad = await check({
    name: "new_gone",
    description: "new_gone_too",
    domains: ["industrycode"],
    fields: [
      { column: "industrycode", field: "Seats", type: "text" },
      { column: "sic", field: "tier", type: "text" },
    ],
  });
  expect(bad.problems).toEqual([
    "The column new_gone, mapped to Name, does not exist. Choose another column.",
    "The column industrycode (Option Set) cannot be mapped to Domains, only to Text. Choose another column or another field.",
    'The field "Seats" exists as Number, and a field keeps its type. Map to a field of another name.',
    'There is a field "Tier" already. Write it the same way, or choose another name.',
  ]);
  expect(bad.warnings).toEqual([
    "The column new_gone_too does not exist any more; its mapping has no effect. Remove it.",
  ]);
});

test("disconnecting deletes the sign-in, and everybody sees the state", async () => {
  const { web, wren } = await connected();
  expect((await wren.delete("/connection")).status).toBe(204);
  expect((await wren.get("/connection")).body).toMatchObject({ state: "not-connected", environment: null });
  const { status, body } = await wren.get("/connection/views");
  expect([status, body.error.code]).toEqual([409, "not-connected"]);
  const tess = await web.as("teammate");
  expect((await tess.get("/sync-state")).body).toEqual({
    state: "not-connected",
    lastSyncedAt: null,
    openIssues: 0,
    attention: null,
    source: null,
  });
  expect((await tess.get("/connection")).status).toBe(403);
});

test("after connecting another organisation, a notice says what remains of the former one", async () => {
  const { web, org, wren } = await connected();
  const { pool } = web.database;
  await pool.query(`
    insert into accounts (name, name_key, origin, created_at, updated_at)
    values ('Acme', 'acme', 'dynamics', now(), now());
    insert into account_links (organization_id, record_id, account_id, matched_by)
    select '${org.id}', gen_random_uuid(), id, 'create' from accounts`);
  // From now on, another environment is at this address, as after a copy or a reset.
  await pool.query("update connection set organization_id = gen_random_uuid()");
  await pool.query("update account_links set organization_id = connection.organization_id from connection");
  expect(await logIn(web, wren)).toBe(
    "/contacts/accounts?import=dynamics&step=connect&problem=other-organisation",
  );
  const { notice, environment, accounts } = (await wren.get("/connection")).body;
  expect([environment.organizationId, accounts]).toEqual([org.id, 0]);
  expect(notice.sentence).toContain(
    "1 account linked to the former one stays as it is and is not synced any more",
  );
});

test("pausing and resuming change the state", async () => {
  const { wren } = await connected();
  expect((await wren.post("/connection/pause")).body.state).toBe("paused");
  expect((await wren.post("/connection/resume")).body.state).toBe("never-synced");
});

test("a revoked sign-in needs attention until the next log-in", async () => {
  const { web, wren } = await connected();
  const { entra } = web.simulator;
  entra.revokeSessions(entra.directory.users[0]!.objectId);
  const { status, body } = await wren.get("/connection/views");
  expect([status, body.error.code]).toEqual([409, "sign-in-reconnect"]);
  expect((await wren.get("/connection")).body).toMatchObject({
    state: "needs-attention",
    attention: { kind: "reconnect", place: "connect" },
  });
  expect((await (await web.as("teammate")).get("/sync-state")).body.attention).toBe(
    "Dynamics 365 has to be connected again",
  );
  await logIn(web, wren);
  expect((await wren.get("/connection")).body).toMatchObject({ state: "never-synced", attention: null });
  expect((await wren.get("/connection/views")).status).toBe(200);
});

import { expect, test } from "vitest";
import { saveSettings } from "../../src/connections/connection.ts";
import { webWorkspace, type Answer, type WebWorkspace } from "../harness/web.ts";

async function connectAppOnly(web: WebWorkspace, replaced: Record<string, unknown> = {}): Promise<Answer> {
  const { origin: address, clientId, clientSecret } = web.simulator;
  const wren = await web.as("workspace-admin");
  return wren.post("/connection/app-only", { address, clientId, clientSecret, ...replaced });
}

const stored = (web: WebWorkspace) =>
  web.database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();

/**
 * Gives the application's user in Dynamics 365 a role of its own instead of the administrator's.
 */
function assignOwnRole({ simulator: { org } }: WebWorkspace): string {
  const user = [...org.requireTable("systemuser").rows()].find((row) => row["fullname"] === "# Sluice")!;
  const role = org.addRole("Sluice reader", {
    prvReadAccount: "organisation",
    prvReadUser: "organisation",
    prvReadTeam: "organisation",
    prvReadRole: "organisation",
    prvReadUserQuery: "user",
    prvReadQuery: "organisation",
    prvReadEntity: "organisation",
    prvReadAttribute: "organisation",
  });
  const systemuserid = String(user["systemuserid"]);
  org.unlink("systemuserroles", { systemuserid });
  org.assignRole(role, systemuserid);
  return role;
}

test("an application connects with its secret, which is sealed", async () => {
  const web = await webWorkspace();
  const { status, body } = await connectAppOnly(web, { secretExpiresAt: "2027-03-02T00:00:00Z" });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: "never-synced",
    environment: {
      signInBy: "app-only",
      signedInAs: "# Sluice",
      secretExpiresAt: "2027-03-02T00:00:00.000Z",
      organizationId: web.simulator.org.id,
    },
  });
  expect(JSON.stringify([body, await stored(web), web.logged])).not.toContain(web.simulator.clientSecret);
  const views = await (await web.as("workspace-admin")).get("/connection/views");
  expect(views.body.views.map(({ kind }: { kind: string }) => kind)).toEqual(["system", "system"]);
});

test("with a role of its own it needs each privilege, and what is missing is named", async () => {
  const web = await webWorkspace();
  const role = assignOwnRole(web);
  expect((await connectAppOnly(web)).status).toBe(200);
  web.simulator.org.setPrivilege(role, "prvReadUserQuery", undefined);
  web.simulator.org.setPrivilege(role, "prvReadTeam", undefined);
  web.simulator.org.setPrivilege(role, "prvReadAccount", "businessUnit");
  const { status, body } = await connectAppOnly(web);
  expect([status, body.error.code]).toEqual([409, "missing-privileges"]);
  expect(body.error.sentence).toContain(
    "The application lacks in Dynamics 365: prvReadTeam, prvReadUserQuery, prvReadAccount for the whole organisation.",
  );
});

test("a wrong secret, a wrong tenant and an unknown application are refused, and nothing is stored", async () => {
  const web = await webWorkspace();
  const errorCases: [Record<string, unknown>, string][] = [
    [{ clientSecret: "wr0ng~MARKED" }, "The client secret is wrong. (AADSTS7000215)"],
    [{ tenant: "elsewhere.example" }, "(AADSTS90002)"],
    [{ clientId: "00000000-0000-4000-8000-000000000000" }, "(AADSTS700016)"],
    [{ tenant: "../evil" }, "This is not a tenant."],
  ];
  for (const [replaced, sentence] of errorCases) {
    const { status, body, text } = await connectAppOnly(web, replaced);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error.sentence).toContain(sentence);
    expect(text).not.toContain("MARKED");
  }
  expect(await stored(web)).toMatchObject({ sign_in: null, client_id: null, sealed_client_secret: null });
  expect(web.logged.join()).not.toContain("MARKED");
});

test("a secured column that the application may not read is marked in the list and in the check", async () => {
  const web = await webWorkspace();
  assignOwnRole(web);
  web.simulator.org.secureColumn("revenue");
  await connectAppOnly(web);
  const wren = await web.as("workspace-admin");
  const columns = (await wren.post("/connection/columns", { selection: { kind: "all" } })).body.columns;
  const revenue = columns.find(({ logicalName }: { logicalName: string }) => logicalName === "revenue");
  expect(revenue).toMatchObject({ readable: false, targets: [], sample: null, suggestion: null });
  expect(revenue.reason).toContain("It is secured in Dynamics 365");

  const secured = async () =>
    (await wren.post("/connection/check")).body.steps.find(
      ({ id }: { id: string }) => id === "secured-columns",
    );
  expect(await secured()).toMatchObject({
    outcome: "ok",
    finding: "Hidden from the connected user, and not mapped: revenue.",
  });
  await saveSettings(web.database.kysely, {
    selection: { kind: "all" },
    mapping: { name: "name", domains: [], fields: [{ column: "revenue", field: "Revenue", type: "number" }] },
    options: { allowDuplicateNames: false, onDomainTaken: "skip" },
  });
  expect(await secured()).toMatchObject({ outcome: "warning", finding: expect.stringContaining("revenue") });
});

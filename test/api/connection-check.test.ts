import { expect, test } from "vitest";
import type { CheckStep } from "../../src/api/contract/connection.ts";
import { checkConnection } from "../../src/connections/check/check.ts";
import { saveSettings } from "../../src/connections/connection.ts";
import { webWorkspace, type WebWorkspace } from "../harness/web.ts";
import { logIn } from "../connections/browser-log-in.ts";
import { startSimulator, connectedDeps } from "../connections/stored-connection.ts";

async function connected(): Promise<WebWorkspace> {
  const web = await webWorkspace();
  // The simulator's web server has the machine's time.
  web.clock.set(new Date());
  await logIn(web, await web.as("workspace-admin"));
  return web;
}

async function check(web: WebWorkspace): Promise<Map<string, CheckStep>> {
  const { status, body } = await (await web.as("workspace-admin")).post("/connection/check");
  expect(status).toBe(200);
  const steps: CheckStep[] = body.steps;
  return new Map(steps.map((step) => [step.id, step]));
}

const outcomes = (steps: Map<string, CheckStep>) =>
  Object.fromEntries([...steps].map(([id, { outcome }]) => [id, outcome]));

const ALL_OK = {
  address: "ok",
  "sign-in": "ok",
  user: "ok",
  rights: "ok",
  accounts: "ok",
  metadata: "ok",
  "secured-columns": "ok",
  users: "ok",
  views: "ok",
  clock: "ok",
  "secret-expiry": "ok",
};
const AFTER_USER = {
  rights: "not-reached",
  accounts: "not-reached",
  metadata: "not-reached",
  "secured-columns": "not-reached",
  users: "not-reached",
  views: "not-reached",
  clock: "not-reached",
};

test("where all is well, every step says what it found and none asks for anything", async () => {
  const web = await connected();
  web.simulator.org.createAccount({ name: "Acme" });
  const steps = await check(web);
  expect(outcomes(steps)).toEqual(ALL_OK);
  expect(steps.get("accounts")?.finding).toBe("1 active account.");
  expect(steps.get("user")?.finding).toBe("Admin Contoso (admin@contoso.example) is enabled and licensed.");
  expect([...steps.values()].filter(({ fix, message }) => fix ?? message)).toEqual([]);
});

test("nothing is checked if nothing is connected", async () => {
  const web = await webWorkspace();
  const { status, body } = await (await web.as("workspace-admin")).post("/connection/check");
  expect([status, body.error.code]).toEqual([409, "not-connected"]);
});

test("a revoked sign-in fails its step; the steps after it are not reached", async () => {
  const web = await connected();
  // The access token that this gets is valid for another hour.
  await (await web.as("workspace-admin")).get("/connection/views");
  const { entra } = web.simulator;
  entra.revokeSessions(entra.directory.users[0]!.objectId);
  const steps = await check(web);
  expect(outcomes(steps)).toEqual({ ...ALL_OK, "sign-in": "failed", user: "not-reached", ...AFTER_USER });
  expect(steps.get("sign-in")).toMatchObject({
    finding: "The sign-in was revoked, or the password was changed. (AADSTS50173)",
    fix: "Connect Dynamics 365 again.",
    // The Dynamics 365 administrator cannot do that.
    message: null,
  });
  expect(steps.get("users")?.finding).toBe('Not checked, because "The sign-in works" failed.');
});

test("an environment that does not answer fails the first step", async () => {
  // Nothing listens on port 1; a port that a simulator had could be used by another test.
  const parts = await connectedDeps({ ...(await startSimulator()), origin: "http://127.0.0.1:1" });
  const steps = new Map((await checkConnection(parts)).map((step) => [step.id, step]));
  expect(Object.fromEntries([...steps].map(([id, { outcome }]) => [id, outcome]))).toEqual({
    address: "failed",
    "sign-in": "not-reached",
    user: "not-reached",
    ...AFTER_USER,
    "secret-expiry": "ok",
  });
  expect(steps.get("address")?.finding).toMatch(/^127\.0\.0\.1:\d+ could not be reached\.$/);
});

const answer = (path: string, status: number, headers: Record<string, string>, body: string) =>
  ({ path, times: 0, fault: { kind: "answer", status, headers, body } }) as const;
const blockedPage = (path: string) =>
  answer(path, 403, { "content-type": "text/html" }, "<title>Access Denied</title>");

test("whatever answers instead of Microsoft fails the step that it answers, with its status and words", async () => {
  const web = await connected();
  const failedStep = async (fault: Parameters<typeof web.simulator.faults.add>[0]) => {
    web.simulator.faults.add(fault);
    const steps = [...(await check(web)).values()];
    web.simulator.faults.remove();
    return steps.find(({ outcome }) => outcome === "failed");
  };
  const page = expect.stringMatching(
    /firewall between this server and Dynamics 365.*HTTP 403, "Access Denied"/,
  );
  expect(await failedStep(blockedPage("^/api/data/v9.2/$"))).toMatchObject({ id: "address", finding: page });
  expect(await failedStep(blockedPage("WhoAmI"))).toMatchObject({ id: "sign-in", finding: page });
  expect(await failedStep(blockedPage("/token"))).toMatchObject({
    id: "sign-in",
    finding: expect.stringMatching(/Microsoft Entra ID.*HTTP 403, "Access Denied"/),
  });
  const redirect = answer("^/api/data/v9.2/$", 302, { location: "https://portal.example/" }, "");
  expect(await failedStep(redirect)).toMatchObject({
    id: "address",
    finding: expect.stringContaining("redirects to portal.example (HTTP 302)"),
    fix: expect.stringContaining("Have your network let this server reach"),
  });
});

test("an IP firewall fails the user's step in Dynamics' words, with a letter to the administrator", async () => {
  const web = await connected();
  const text = "The request you are trying to make is rejected as access to your ip is blocked.";
  const body = JSON.stringify({ error: { code: "0x80095ffe", message: text } });
  web.simulator.faults.add(answer("WhoAmI", 403, { "content-type": "application/json" }, body));
  const user = (await check(web)).get("user");
  expect(user).toMatchObject({ outcome: "failed", message: expect.stringContaining("allow the address") });
  expect(user?.finding).toBe(
    `The environment's IP firewall blocks the address of this server. Dynamics 365 says: "${text}" (0x80095ffe).`,
  );
});

test.each([
  ["disabled", { isdisabled: true }, "The connected user is disabled in Dynamics 365."],
  ["without a licence", { islicensed: false }, "has no licence for Dynamics 365."],
  ["administrative only", { accessmode: 1 }, "has the access mode Administrative"],
])("a user who is %s fails, with a letter to the administrator", async (_, values, finding) => {
  const web = await connected();
  const { org } = web.simulator;
  org.update("systemuser", org.adminId, values);
  const steps = await check(web);
  expect(outcomes(steps)).toMatchObject({ "sign-in": "ok", user: "failed", ...AFTER_USER });
  const user = steps.get("user");
  expect(user?.finding).toContain(finding);
  expect(user?.message).toContain(user?.finding);
  expect(user?.message).toContain(user?.fix);
  expect(user?.message).toContain("as Admin Contoso (admin@contoso.example)");
});

test("missing privileges fail by name, while the other steps are checked", async () => {
  const web = await connected();
  const { org } = web.simulator;
  org.unlink("systemuserroles", { systemuserid: org.adminId });
  const reader = org.addRole("Half a reader", {
    prvReadUser: "organisation",
    prvReadTeam: "organisation",
    prvReadRole: "organisation",
    prvReadUserQuery: "user",
    prvReadQuery: "organisation",
    prvReadEntity: "organisation",
    prvReadAttribute: "organisation",
  });
  org.assignRole(reader, org.adminId);
  const steps = await check(web);
  expect(outcomes(steps)).toEqual({ ...ALL_OK, rights: "failed", accounts: "failed" });
  expect(steps.get("rights")?.finding).toContain("is not a System Administrator any more");
  expect(steps.get("accounts")?.finding).toContain("lacks the privilege prvReadAccount");
  expect(steps.get("accounts")?.fix).toContain("prvReadAccount");
  expect(steps.get("accounts")?.message).toContain("prvReadAccount");
});

test("a mapped column that is gone or hidden, and a view that is not shared any more, are warned of", async () => {
  const web = await connected();
  const { org } = web.simulator;
  const maya = String(
    org
      .requireTable("systemuser")
      .rows()
      .find((row) => row["fullname"] === "Maya Lindqvist")?.["systemuserid"],
  );
  const view = org.addView({
    kind: "personal",
    name: "Maya's",
    owner: maya,
    fetchxml: '<fetch><entity name="account"><attribute name="name"/></entity></fetch>',
  });
  await saveSettings(web.database.kysely, {
    selection: { kind: "view", view },
    mapping: { name: "name", domains: [], fields: [{ column: "new_gone", field: "Gone", type: "text" }] },
    options: { allowDuplicateNames: false, onDomainTaken: "skip" },
  });
  const steps = await check(web);
  expect(outcomes(steps)).toMatchObject({ metadata: "warning", views: "failed" });
  expect(steps.get("metadata")).toMatchObject({
    finding: "Mapped, and not there any more: new_gone.",
    message: null,
  });
  expect(steps.get("views")?.fix).toContain("ask the view's owner to share it again");
});

test("a clock that is off is reported with the difference", async () => {
  const web = await connected();
  web.clock.advance(3 * 3_600_000);
  expect((await check(web)).get("clock")).toMatchObject({
    outcome: "warning",
    finding: "The clock of this server is 3 hours ahead of Dynamics 365's.",
    fix: expect.stringContaining("NTP"),
    message: null,
  });
});

test("a client secret that ends soon is warned of, one that has ended fails", async () => {
  const web = await webWorkspace();
  web.clock.set(new Date());
  const { origin: address, clientId, clientSecret } = web.simulator;
  const inDays = (days: number) => new Date(web.clock.now().getTime() + days * 86_400_000).toISOString();
  const wren = await web.as("workspace-admin");
  await wren.post("/connection/app-only", { address, clientId, clientSecret, secretExpiresAt: inDays(20) });
  expect((await check(web)).get("secret-expiry")?.outcome).toBe("warning");
  await wren.post("/connection/app-only", { address, clientId, clientSecret, secretExpiresAt: inDays(-1) });
  const ended = (await check(web)).get("secret-expiry");
  expect(ended).toMatchObject({
    outcome: "failed",
    finding: expect.stringMatching(/^The client secret expired on /),
  });
});

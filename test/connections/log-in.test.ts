import { sql } from "kysely";
import { expect, test } from "vitest";
import { webWorkspace, type WebWorkspace } from "../harness/web.ts";
import { roleOf } from "../dataverse/test-client.ts";
import {
  CONNECTED_PAGE,
  followCallback,
  logIn,
  problemPage,
  submitSignInPage,
  callbackUrl,
} from "./browser-log-in.ts";

const sentenceFor = async (web: WebWorkspace): Promise<string | undefined> =>
  (await (await web.as("workspace-admin")).get("/connection")).body.notice?.sentence;

const isConnected = async (web: WebWorkspace): Promise<boolean> => {
  const row = await web.database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
  return row.sign_in !== null || row.sealed_refresh_token !== null || row.organization_id !== null;
};

test("an administrator logs in, and Dynamics 365 is connected", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  expect(await logIn(web, wren)).toBe(CONNECTED_PAGE);
  const { body } = await wren.get("/connection");
  expect(body).toMatchObject({
    state: "never-synced",
    attention: null,
    notice: null,
    environment: {
      origin: web.simulator.origin,
      region: "simulator",
      organizationId: web.simulator.org.id,
      signInBy: "delegated",
      signedInAs: "Admin Contoso (admin@contoso.example)",
      connectedBy: "workspace-admin@ourcompany.example",
      connectedAt: "2026-03-02T09:00:00.000Z",
      fromFile: false,
    },
    logIn: { available: true, redirectUri: `${web.origin}/api/app/connection/return` },
    settings: null,
  });
});

test("the sign-in is in the tenant of the environment, with PKCE, for this environment only", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const { body } = await wren.post("/connection/sign-in", {
    address: `${web.simulator.origin}/main.aspx?a=b`,
  });
  const url = new URL(body.url);
  expect(`${url.origin}${url.pathname}`).toBe(
    `${web.simulator.origin}/${web.simulator.tenantId}/oauth2/v2.0/authorize`,
  );
  const query = Object.fromEntries(url.searchParams);
  expect(query).toMatchObject({
    client_id: web.simulator.clientId,
    response_type: "code",
    code_challenge_method: "S256",
    redirect_uri: `${web.origin}/api/app/connection/return`,
    scope: `${web.simulator.origin}/user_impersonation offline_access`,
  });
  expect(query["code_challenge"]).toMatch(/^[\w-]{43}$/);
  expect(query["state"]).toMatch(/^[\w-]{43}$/);
});

test("a role through a team makes a user an administrator, too", async () => {
  const web = await webWorkspace();
  const { org } = web.simulator;
  const user = org
    .requireTable("systemuser")
    .rows()
    .find((row) => row["fullname"] === "Maya Lindqvist")!;
  const roles = [roleOf(web.simulator, "System Administrator")];
  org.addTeam({ name: "Admins", type: 2, members: [String(user["systemuserid"])], roles });
  const end = await logIn(web, await web.as("workspace-admin"), { as: "maya.lindqvist@contoso.example" });
  expect(end).toBe(CONNECTED_PAGE);
});

test("a user who is no administrator is named, and nothing is stored", async () => {
  const web = await webWorkspace();
  const end = await logIn(web, await web.as("workspace-admin"), { as: "maya.lindqvist@contoso.example" });
  expect(end).toBe(problemPage("not-administrator"));
  expect(await sentenceFor(web)).toMatch(
    /^Maya Lindqvist \(maya\.lindqvist@contoso\.example\) is not a System Administrator in 127\.0\.0\.1:\d+\. Log in as/,
  );
  expect(await isConnected(web)).toBe(false);
});

test("declined permissions are reported", async () => {
  const web = await webWorkspace();
  expect(await logIn(web, await web.as("workspace-admin"), { consent: "no" })).toBe(
    problemPage("sign-in-reconnect"),
  );
  expect(await sentenceFor(web)).toBe(
    "The permissions were declined. (AADSTS65004) Connect again and accept them.",
  );
  expect(await isConnected(web)).toBe(false);
});

type Obstacle = { when: string; does: (web: WebWorkspace) => void; code: string; sentence: string };
const directoryOf = (web: WebWorkspace) => {
  const { users, apps } = web.simulator.entra.directory;
  return { user: users[0]!, app: apps[0]! };
};

test.each<Obstacle>([
  {
    when: "the organisation lets only administrators allow apps",
    does: (web) => (directoryOf(web).app.needsAdminConsent = true),
    code: "sign-in-blocked",
    sentence:
      "Your organisation lets only administrators allow apps. (AADSTS90094) Have an Entra administrator",
  },
  {
    when: "the app is for assigned users only",
    does: (web) => (directoryOf(web).app.assignedUsers = []),
    code: "sign-in-blocked",
    sentence: "This app is only for users who were assigned to it",
  },
  {
    when: "a Conditional Access policy blocks",
    does: (web) => (directoryOf(web).user.blockedByConditionalAccess = true),
    code: "sign-in-blocked",
    sentence: "A Conditional Access policy of your organisation blocks the sign-in. (AADSTS53003)",
  },
  {
    when: "the account is disabled",
    does: (web) => (directoryOf(web).user.disabled = true),
    code: "sign-in-reconnect",
    sentence: "The account that signed in is disabled. (AADSTS50057)",
  },
  {
    when: "the person is no user of the environment",
    does: (web) => delete directoryOf(web).user.userId,
    code: "not-a-member",
    sentence: "The connected user or app is not a user of this environment.",
  },
  {
    when: "the person is disabled in Dynamics 365",
    does: (web) => web.simulator.org.disableUser(web.simulator.org.adminId),
    code: "user-disabled",
    sentence: "The connected user is disabled in Dynamics 365.",
  },
])("says what to do when $when, and stores nothing", async ({ does, code, sentence }) => {
  const web = await webWorkspace();
  does(web);
  expect(await logIn(web, await web.as("workspace-admin"))).toBe(problemPage(code));
  expect(await sentenceFor(web)).toContain(sentence);
  expect(await isConnected(web)).toBe(false);
});

test("an account of another tenant is refused, and nothing is stored", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const { body } = await wren.post("/connection/sign-in", { address: web.simulator.origin });
  const answer = await fetch(`${body.url}&simulator_user=somebody@elsewhere.example`, { redirect: "manual" });
  expect(await followCallback(web, wren, answer.headers.get("location") ?? "")).toBe(
    problemPage("sign-in-reconnect"),
  );
  expect(await sentenceFor(web)).toContain(
    "does not exist in the organisation that this environment belongs to. (AADSTS50034)",
  );
  expect(await isConnected(web)).toBe(false);
});

test("an unknown state is refused", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const back = new URL(await callbackUrl(web, wren));
  back.searchParams.set("state", "f".repeat(43));
  expect(await followCallback(web, wren, back.href)).toBe(problemPage("sign-in-unknown"));
  expect(await sentenceFor(web)).toContain("was not started here by you");
  expect(await isConnected(web)).toBe(false);
});

test("a teammate cannot finish another's log-in", async () => {
  const web = await webWorkspace();
  const back = await callbackUrl(web, await web.as("company-admin"));
  expect(await followCallback(web, await web.as("workspace-admin"), back)).toBe(
    problemPage("sign-in-unknown"),
  );
  expect(await isConnected(web)).toBe(false);
});

test("a callback URL is accepted once", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const back = await callbackUrl(web, wren);
  expect(await followCallback(web, wren, back)).toBe(CONNECTED_PAGE);
  expect(await followCallback(web, wren, back)).toBe(problemPage("sign-in-used"));
  expect((await wren.get("/connection")).body.state).toBe("never-synced");
});

test("of two callbacks with one state at once, one succeeds", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const back = await callbackUrl(web, wren);
  const ends = await Promise.all([followCallback(web, wren, back), followCallback(web, wren, back)]);
  expect(ends.toSorted()).toEqual([CONNECTED_PAGE, problemPage("sign-in-used")].toSorted());
});

test("a log-in that fails does not change the connection", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  await logIn(web, wren);
  const row = () => web.database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
  const before = await row();
  await logIn(web, wren, { as: "maya.lindqvist@contoso.example" });
  await logIn(web, wren, { consent: "no" });
  expect(await row()).toEqual(before);
  expect((await wren.get("/connection/views")).status).toBe(200);
});

test("a code that was redeemed before is refused", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const back = await callbackUrl(web, wren);
  web.simulator.entra.codes.get(new URL(back).searchParams.get("code") ?? "")!.redeemed = true;
  expect(await followCallback(web, wren, back)).toBe(problemPage("sign-in-reconnect"));
  expect(await sentenceFor(web)).toContain("The sign-in was used twice. (AADSTS54005)");
  expect(await isConnected(web)).toBe(false);
});

test("a code of another log-in does not match the verifier", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const stolen =
    new URL(await callbackUrl(web, await web.as("company-admin"))).searchParams.get("code") ?? "";
  const back = new URL(await callbackUrl(web, wren));
  back.searchParams.set("code", stolen);
  expect(await followCallback(web, wren, back.href)).toBe(problemPage("sign-in-reconnect"));
  expect(await sentenceFor(web)).toContain("AADSTS501481");
  expect(await isConnected(web)).toBe(false);
});

test("a log-in expires after ten minutes", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const back = await callbackUrl(web, wren);
  web.clock.advance(10 * 60_000);
  expect(await followCallback(web, wren, back)).toBe(problemPage("sign-in-expired"));
  expect(await sentenceFor(web)).toContain("longer than ten minutes");
  expect(await isConnected(web)).toBe(false);
});

test("the notice is for the teammate who tried, and its text is in no URL", async () => {
  const web = await webWorkspace();
  const end = await logIn(web, await web.as("workspace-admin"), { consent: "no" });
  expect(decodeURIComponent(end)).not.toMatch(/declined|AADSTS|consent/i);
  expect((await (await web.as("company-admin")).get("/connection")).body.notice).toBeNull();
  web.clock.advance(2 * 60 * 60_000);
  expect(await sentenceFor(web)).toBeUndefined();
});

test("without a registered application, logging in says what is missing", async () => {
  const web = await webWorkspace({ env: { SLUICE_DYNAMICS_CLIENT_ID: "" } });
  const wren = await web.as("workspace-admin");
  const { status, body } = await wren.post("/connection/sign-in", { address: web.simulator.origin });
  expect([status, body.error.code]).toEqual([409, "no-application"]);
  expect(body.error.sentence).toContain("SLUICE_DYNAMICS_CLIENT_ID");
  expect((await wren.get("/connection")).body.logIn.available).toBe(false);
});

test.each([
  ["https://businesscentral.dynamics.com/tenant", "business-central"],
  ["https://crm.ourcompany.example", "self-hosted"],
  ["http://127.0.0.1:1/", "ip-address"],
])("an address that is not Dynamics 365 (%s) is refused before anything is sent", async (address, code) => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  for (const path of ["/connection/address", "/connection/sign-in"]) {
    const { status, body } = await wren.post(path, { address });
    expect([status, body.error.code]).toEqual([400, code]);
  }
});

test("a pasted address is resolved to its environment and tenant", async () => {
  const web = await webWorkspace();
  const { body } = await (
    await web.as("workspace-admin")
  ).post("/connection/address", {
    address: ` ${web.simulator.origin}/main.aspx?appid=1&pagetype=entitylist `,
  });
  expect(body).toEqual({
    host: new URL(web.simulator.origin).host,
    origin: web.simulator.origin,
    region: "simulator",
    tenant: web.simulator.tenantId,
    authority: web.simulator.origin,
  });
});

test("no secret is in the database, in the log or in a response", async () => {
  const web = await webWorkspace();
  const wren = await web.as("workspace-admin");
  const { body } = await wren.post("/connection/sign-in", { address: web.simulator.origin });
  const signInUrl: string = body.url;
  const seen: string[] = [];
  const { entra } = web.simulator;
  const sealRefreshToken = entra.sealRefreshToken.bind(entra);
  entra.sealRefreshToken = (...grant) => {
    const token = sealRefreshToken(...grant);
    seen.push(token);
    return token;
  };
  await followCallback(web, wren, await submitSignInPage(web, signInUrl, {}));
  expect(seen).toHaveLength(1);
  const { rows } = await sql<{ dump: string }>`
    select
      (select coalesce(json_agg(c)::text, '') from connection c)
      || (select coalesce(json_agg(s)::text, '') from dynamics_sign_ins s) as dump
  `.execute(web.database.kysely);
  const everywhere = [rows[0]?.dump, ...web.logged, (await wren.get("/connection")).text].join("\n");
  for (const secret of [
    ...seen,
    web.simulator.clientSecret,
    new URL(signInUrl).searchParams.get("state") ?? "?",
  ])
    expect(everywhere).not.toContain(secret);
});

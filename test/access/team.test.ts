import { expect, it } from "vitest";
import { newToken } from "../../src/access/tokens.ts";
import { saveTeammate } from "../../src/teammates/teammates.ts";
import { browserAt, webWorkspace } from "../harness/web.ts";

const EVE = { email: "Eve@OurCompany.example", name: "Eve", role: "teammate" } as const;

it("invites a teammate, who joins with a name and a password", async () => {
  const web = await webWorkspace();
  const admin = await web.as("workspace-admin");
  const { body } = await admin.post("/teammates", EVE);
  expect(body.teammate).toMatchObject({ email: "eve@ourcompany.example", state: "invited" });
  const eve = browserAt(web.origin, newToken());
  const path = new URL(body.link).pathname;
  const joined = await eve.post(path, { name: "Eve Ng", password: "a fine long password" });
  expect(joined.body.teammate).toMatchObject({ name: "Eve Ng", role: "teammate", state: "active" });
});

it("does not return the link when it is sent by mail", async () => {
  const web = await webWorkspace({
    env: { SMTP_URL: "smtp://127.0.0.1:9", SLUICE_MAIL_FROM: "sluice@ourcompany.example" },
  });
  const admin = await web.as("company-admin");
  const { body } = await admin.post("/teammates", EVE);
  expect(body.link).toBeNull();
  expect((await admin.get("/mail")).body.mails).toMatchObject([{ state: "waiting", text: null }]);
});

it("replaces the earlier link on a second invitation, and refuses to invite an active teammate", async () => {
  const web = await webWorkspace();
  const admin = await web.as("company-admin");
  const first = (await admin.post("/teammates", EVE)).body.link;
  const second = (await admin.post("/teammates", EVE)).body.link;
  expect((await admin.get(new URL(first).pathname)).status).toBe(404);
  expect((await admin.get(new URL(second).pathname)).status).toBe(200);
  const taken = await admin.post("/teammates", { ...EVE, email: "company-admin@ourcompany.example" });
  expect(taken).toMatchObject({ status: 409, body: { error: { field: "email" } } });
});

it("gives access to a teammate named by a source, once invited", async () => {
  const web = await webWorkspace();
  const { id } = await saveTeammate(web.database.kysely, { email: EVE.email, name: "Eve of Dynamics" });
  const admin = await web.as("workspace-admin");
  const before = (await admin.get("/teammates")).body.teammates.find((one: { id: number }) => one.id === id);
  expect(before.state).toBe("no-sign-in");
  const { body } = await admin.post("/teammates", { ...EVE, name: "" });
  expect(body.teammate).toMatchObject({ id, name: "Eve of Dynamics", state: "invited" });
});

it("keeps a name that the teammate entered when a connection file has another one", async () => {
  const web = await webWorkspace();
  const email = "teammate@ourcompany.example";
  const id = await web.idOf("teammate");
  expect(await saveTeammate(web.database.kysely, { email, name: "Another Name" })).toEqual({
    id,
    email,
    name: "teammate",
  });
});

it("lets only a company admin make, change or remove a company admin", async () => {
  const web = await webWorkspace();
  const [admin, dana, colleague] = [
    await web.as("workspace-admin"),
    await web.idOf("company-admin"),
    await web.idOf("teammate"),
  ];
  const answers = [
    await admin.post("/teammates", { ...EVE, role: "company-admin" }),
    await admin.patch(`/teammates/${colleague}`, { role: "company-admin" }),
    await admin.patch(`/teammates/${dana}`, { name: "Somebody" }),
    await admin.delete(`/teammates/${dana}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  const company = await web.as("company-admin");
  expect((await company.patch(`/teammates/${colleague}`, { role: "company-admin" })).status).toBe(200);
});

it("keeps the last company admin, even if two delete each other concurrently", async () => {
  const web = await webWorkspace();
  const dana = await web.as("company-admin");
  const danasId = await web.idOf("company-admin");
  expect((await dana.delete(`/teammates/${danasId}`)).status).toBe(403);
  expect((await dana.patch(`/teammates/${danasId}`, { role: "teammate" })).body.error.sentence).toContain(
    "last company admin",
  );
  const otherId = await web.idOf("teammate");
  const other = await web.as("teammate");
  await dana.patch(`/teammates/${otherId}`, { role: "company-admin" });
  await Promise.all([dana.delete(`/teammates/${otherId}`), other.delete(`/teammates/${danasId}`)]);
  const { rows } = await web.database.pool.query("select 1 from teammates where role = 'company-admin'");
  expect(rows).toHaveLength(1);
});

it("ends the sessions of a deleted teammate, and applies a lower role at once", async () => {
  const web = await webWorkspace();
  const [dana, admin, colleague] = [
    await web.as("company-admin"),
    await web.as("workspace-admin"),
    await web.as("teammate"),
  ];
  await dana.patch(`/teammates/${await web.idOf("workspace-admin")}`, { role: "teammate" });
  expect((await admin.post("/teammates", EVE)).status).toBe(403);
  await dana.delete(`/teammates/${await web.idOf("teammate")}`);
  expect((await colleague.get("/teammates")).status).toBe(401);
});

it("takes a name of which nothing shows for none", async () => {
  const web = await webWorkspace();
  const admin = await web.as("workspace-admin");

  const { teammate } = (await admin.post("/teammates", { ...EVE, name: "\u200b\u3164" })).body;

  expect(teammate.name).toBe("");
});

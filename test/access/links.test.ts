import { expect, it } from "vitest";
import { createLink, linkUrl } from "../../src/access/links.ts";
import { createOperatorLink } from "../../src/access/team.ts";
import { newToken } from "../../src/access/tokens.ts";
import { browserAt, webWorkspace, type WebWorkspace } from "../harness/web.ts";

const PASSWORD = "a fine long password";

async function resetLink(web: WebWorkspace): Promise<string> {
  const id = await web.idOf("teammate");
  return createLink(web.database.kysely, "password-reset", id, web.clock.now());
}

it("shows what a link is for without using it, then signs in with a new password", async () => {
  const web = await webWorkspace();
  const link = await resetLink(web);
  const browser = browserAt(web.origin, newToken());
  const looked = await browser.get(`/links/${link}`);
  expect(looked.body).toMatchObject({ kind: "password-reset", email: "teammate@ourcompany.example" });
  const used = await browser.post(`/links/${link}`, { password: PASSWORD });
  expect(used.body.teammate.email).toBe("teammate@ourcompany.example");
  const again = browserAt(web.origin, newToken());
  expect(
    (await again.post("/session", { email: "teammate@ourcompany.example", password: PASSWORD })).status,
  ).toBe(200);
});

it("works once: a second use is refused, also of concurrent ones", async () => {
  const web = await webWorkspace();
  const link = await resetLink(web);
  const answers = await Promise.all(
    [1, 2, 3].map(() => browserAt(web.origin, newToken()).post(`/links/${link}`, { password: PASSWORD })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410, 410]);
});

it("expires", async () => {
  const web = await webWorkspace();
  const link = await resetLink(web);
  web.clock.advance(3_600_000);
  const { status, body } = await browserAt(web.origin, newToken()).post(`/links/${link}`, {
    password: PASSWORD,
  });
  expect(status).toBe(410);
  expect(body.error.sentence).toContain("too old");
});

it("stays unused when the password is too short or missing", async () => {
  const web = await webWorkspace();
  const link = await resetLink(web);
  const browser = browserAt(web.origin, newToken());
  const short = await browser.post(`/links/${link}`, { password: "short" });
  expect(short.body.error).toMatchObject({
    field: "password",
    sentence: expect.stringContaining("10 characters"),
  });
  const missing = await browser.post(`/links/${link}`, {});
  expect(missing.body.error.field).toBe("password");
  expect((await browser.post(`/links/${link}`, { password: PASSWORD })).status).toBe(200);
});

it("ends all other sessions and links when a password is set", async () => {
  const web = await webWorkspace();
  const other = await web.as("teammate");
  const [first, second] = [await resetLink(web), await resetLink(web)];
  await browserAt(web.origin, newToken()).post(`/links/${first}`, { password: PASSWORD });
  expect((await other.get("/teammates")).status).toBe(401);
  expect((await other.get(`/links/${second}`)).status).toBe(404);
});

it("mails a reset to an active teammate, and answers the same to others", async () => {
  const web = await webWorkspace();
  const admin = await web.as("company-admin");
  const browser = browserAt(web.origin, newToken());
  const known = await browser.post("/password-resets", { email: "company-admin@ourcompany.example" });
  const unknown = await browser.post("/password-resets", { email: "nobody@ourcompany.example" });
  expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
  const { mails } = (await admin.get("/mail")).body;
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatchObject({ to: "company-admin@ourcompany.example", state: "shown" });
  const link = /links\/([\w-]+)/.exec(mails[0].text)?.[1];
  expect((await browser.get(`/links/${link}`)).body.kind).toBe("password-reset");
});

it("mails at most five resets an hour to one address, without saying so", async () => {
  const web = await webWorkspace();
  const admin = await web.as("company-admin");
  for (let asked = 0; asked < 7; asked += 1)
    expect((await admin.post("/password-resets", { email: "company-admin@ourcompany.example" })).status).toBe(
      204,
    );
  expect((await admin.get("/mail")).body.mails).toHaveLength(5);
});

it("gives the operator a link for the first company admin, but not for a second one", async () => {
  const web = await webWorkspace();
  const parts = { database: web.database, now: web.clock.now(), publicUrl: web.origin };
  const link = await createOperatorLink(parts, "dana@ourcompany.example");
  expect(link.startsWith(linkUrl(web.origin, ""))).toBe(true);
  const dana = browserAt(web.origin, newToken());
  const { body } = await dana.post(new URL(link).pathname, { name: "Dana", password: PASSWORD });
  expect(body.teammate).toMatchObject({ name: "Dana", role: "company-admin", state: "active" });
  await expect(createOperatorLink(parts, "eve@ourcompany.example")).rejects.toThrow("no company admin");
  expect(await createOperatorLink(parts, "dana@ourcompany.example")).toContain("/links/");
});

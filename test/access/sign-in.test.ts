import { expect, it } from "vitest";
import { createLink } from "../../src/access/links.ts";
import { setPassword } from "../../src/access/passwords.ts";
import { browserAt, webWorkspace, type WebWorkspace } from "../harness/web.ts";
import { newToken } from "../../src/access/tokens.ts";

const DANA = "company-admin@ourcompany.example";
const PASSWORD = "a fine long password";
const DAY = 86_400_000;

async function withPassword(web: WebWorkspace) {
  const id = await web.idOf("company-admin");
  await setPassword(web.database.kysely, id, PASSWORD);
  return { id, browser: browserAt(web.origin, newToken()) };
}

it("signs in with e-mail and password, ignoring the case of the address", async () => {
  const web = await webWorkspace();
  const { browser } = await withPassword(web);
  const before = browser.cookie;
  const { status, body } = await browser.post("/session", {
    email: ` ${DANA.toUpperCase()}`,
    password: PASSWORD,
  });
  expect(status).toBe(200);
  expect(body.teammate.email).toBe(DANA);
  expect(browser.cookie).not.toBe(before);
  expect((await browser.get("/teammates")).status).toBe(200);
});

it("answers the same to a wrong password and an unknown address", async () => {
  const web = await webWorkspace();
  const { browser } = await withPassword(web);
  const wrong = await browser.post("/session", { email: DANA, password: "not that one" });
  const nobody = await browser.post("/session", { email: "nobody@ourcompany.example", password: PASSWORD });
  expect(wrong.status).toBe(400);
  expect(nobody.body.error.sentence).toBe(wrong.body.error.sentence);
});

it("refuses a teammate who was only named by a source of accounts", async () => {
  const web = await webWorkspace();
  const { id, browser } = await withPassword(web);
  await web.database.kysely
    .updateTable("teammates")
    .set({ state: "no-sign-in" })
    .where("id", "=", id)
    .execute();
  expect((await browser.post("/session", { email: DANA, password: PASSWORD })).status).toBe(400);
});

it("refuses an address after thirty attempts, for a quarter of an hour", async () => {
  const web = await webWorkspace();
  const { browser } = await withPassword(web);
  await web.database.kysely
    .insertInto("attempts")
    .values({ key: `sign-in as ${DANA}`, started_at: web.clock.now(), count: 30 })
    .execute();
  const refused = await browser.post("/session", { email: DANA, password: PASSWORD });
  expect(refused.status).toBe(429);
  web.clock.advance(15 * 60_000);
  expect((await browser.post("/session", { email: DANA, password: PASSWORD })).status).toBe(200);
});

it("ends a session a week after its last use, and a month after its start", async () => {
  const web = await webWorkspace();
  const idle = await web.as("teammate");
  web.clock.advance(7 * DAY);
  expect((await idle.get("/teammates")).status).toBe(401);
  const busy = await web.as("teammate");
  for (let days = 0; days < 30; days += 5) {
    expect((await busy.get("/teammates")).status).toBe(200);
    web.clock.advance(5 * DAY);
  }
  expect((await busy.get("/teammates")).status).toBe(401);
});

it("signs out one session and keeps the others", async () => {
  const web = await webWorkspace();
  const here = await web.as("teammate");
  const there = await web.as("teammate");
  const cookie = here.cookie;
  expect((await here.delete("/session")).status).toBe(204);
  expect((await browserAt(web.origin, cookie).get("/teammates")).status).toBe(401);
  expect((await there.get("/teammates")).status).toBe(200);
});

it("stores no token, password or link in clear text", async () => {
  const web = await webWorkspace();
  const { id, browser } = await withPassword(web);
  await browser.post("/session", { email: DANA, password: PASSWORD });
  const link = await createLink(web.database.kysely, "sign-in", id, web.clock.now());
  const { rows } = await web.database.pool.query<{ all: string }>(
    `select string_agg(t, ' ') as all from (
       select s::text as t from sessions s
       union all select p::text from teammate_passwords p
       union all select l::text from one_time_links l
     ) everything`,
  );
  const stored = rows[0]?.all ?? "";
  expect(stored).toContain("$argon2id$");
  for (const secret of [browser.cookie, PASSWORD, link]) expect(stored).not.toContain(secret);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createLink } from "../../src/access/links.ts";
import { csrfTokenOf, newToken } from "../../src/access/tokens.ts";
import { buildServer } from "../../src/api/server.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { createLog } from "../../src/lib/log.ts";
import { browserAt, webWorkspace } from "../harness/web.ts";

/** For tests that leave nothing behind. */
const shared = await webWorkspace();

it("tells a browser who is signed in", async () => {
  const dana = await shared.as("company-admin");
  const { status, body } = await dana.get("/session");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    teammate: { email: "company-admin@ourcompany.example", role: "company-admin" },
    simulator: shared.simulator.origin,
    mail: false,
  });
});

it("gives every answer a request id and headers that keep other sites out", async () => {
  const { headers } = await fetch(`${shared.origin}/api/app/session`);
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(z.uuid().safeParse(headers.get("x-request-id")).success).toBe(true);
});

it("sets an HttpOnly cookie, which is Secure if people use https", async () => {
  const set = (await fetch(`${shared.origin}/api/app/session`)).headers.get("set-cookie");
  expect(set).toMatch(/^sluice=[\w-]{43}; .*HttpOnly; SameSite=Lax$/);
  const secure = await webWorkspace({ env: { SLUICE_PUBLIC_URL: "https://sluice.ourcompany.example" } });
  const { headers } = await fetch(`${secure.origin}/api/app/session`);
  expect(headers.get("set-cookie")).toMatch(/^__Host-sluice=.*Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  expect(headers.get("strict-transport-security")).toContain("max-age=");
});

it("refuses a body of 10 MB with a sentence, and reads none of it if signed out", async () => {
  const body = { email: "x".repeat(10_000_000), password: "x" };
  const { status, body: error } = await (await shared.as("teammate")).post("/session", body);
  expect(status).toBe(413);
  expect(error.error.sentence).toContain("1 MB");
  const signedOut = await (
    await shared.as("signed-out")
  )
    .post("/teammates", body)
    .catch(() => ({ status: 401 }));
  expect(signedOut.status).toBe(401);
});

it.each([
  ["what is no JSON", "{", {}, 400, "not-json"],
  ["a form", "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415, "not-json"],
  ["nothing", undefined, { "content-type": "application/json" }, 400, "not-json"],
  ["a prototype", '{"__proto__": {"role": "company-admin"}}', {}, 400, "not-json"],
])("refuses %s", async (_, body, headers, status, code) => {
  const answer = await (await shared.as("signed-out")).request("POST", "/session", body, headers);
  expect(answer).toMatchObject({ status, body: { error: { code } } });
});

it("names the field that is wrong, in a sentence", async () => {
  const admin = await shared.as("company-admin");
  const errors = [
    await admin.post("/teammates", { email: "not an address", role: "teammate" }),
    await admin.post("/teammates", { email: "eve@ourcompany.example", role: "king" }),
    await admin.post("/teammates", { email: "eve@ourcompany.example" }),
    await admin.post("/teammates", { email: "eve@ourcompany.example", role: "teammate", name: 3 }),
    await admin.patch("/teammates/many", {}),
    await admin.post("/teammates"),
  ].map(({ status, body }) => [status, body.error.field, body.error.sentence]);
  expect(errors).toEqual([
    [400, "email", "Write an e-mail address, such as dana@ourcompany.example."],
    [400, "role", '"role" must be one of "teammate", "workspace-admin", "company-admin".'],
    [400, "role", '"role" is missing.'],
    [400, "name", '"name" must be a string.'],
    [400, "id", '"id" must be a number.'],
    [400, "body", "What was sent is missing."],
  ]);
});

it("keeps a script in a name as data", async () => {
  const admin = await shared.as("company-admin");
  const name = '<script>alert("x")</script>\'; drop table teammates; --';
  await admin.post("/teammates", { email: "eve@ourcompany.example", name, role: "teammate" });
  const { headers, body } = await admin.get("/teammates");
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(body.teammates.map((one: { name: string }) => one.name)).toContain(name);
});

it.each([
  ["without a CSRF token", { "x-sluice-csrf": "" }],
  ["with the token of another browser", { "x-sluice-csrf": csrfTokenOf(newToken()) }],
  ["from another site, as the browser says", { "sec-fetch-site": "cross-site" }],
  ["from another subdomain, as the browser says", { "sec-fetch-site": "same-site" }],
  ["with another site's origin", { origin: "https://evil.example" }],
])("refuses a change %s", async (_, headers) => {
  const admin = await shared.as("company-admin");
  const eve = { email: "eve@ourcompany.example", role: "teammate" };
  const { status, body } = await admin.request("POST", "/teammates", eve, headers);
  expect([status, body.error.code]).toEqual([403, "forged"]);
  expect((await admin.request("POST", "/teammates", eve, { origin: shared.origin })).status).toBe(200);
});

it("answers 404 with a sentence for an unknown path, and 500 without details for an unexpected error", async () => {
  const web = await webWorkspace();
  const admin = await web.as("company-admin");
  const missing = await admin.get("/nothing-here");
  expect(missing).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
  await web.database.pool.query("alter table teammates rename column last_seen_at to gone");
  const broken = await admin.get("/teammates");
  expect(broken.status).toBe(500);
  expect(broken.text).not.toContain("gone");
  const line = web.logged.find((one) => one.includes(broken.body.error.requestId) && one.includes('"err"'));
  expect(line).toContain("last_seen_at");
});

it("shows a page instead of JSON to a person who follows a link", async () => {
  const browser = await shared.as("signed-out");
  const { status, text, headers } = await browser.request("GET", "/connection/return?code=x", undefined, {
    accept: "text/html,*/*",
  });
  expect([status, headers.get("content-type")]).toEqual([401, "text/html; charset=utf-8"]);
  expect(text).toContain('<a href="/sign-in">');
});

it("logs no link, no query and no cookie", async () => {
  const web = await webWorkspace();
  const link = await createLink(web.database.kysely, "sign-in", await web.idOf("teammate"), web.clock.now());
  const browser = browserAt(web.origin, newToken());
  await browser.get(`/links/${link}`);
  await browser.get("/session/microsoft/return?code=a-code-of-entra&state=a-state");
  await browser.get(`//unknown/${link}?code=a-code-of-entra`);
  const logged = web.logged.join("");
  expect(logged).toContain('"route":"/api/app/links/:token"');
  for (const secret of [link, "a-code-of-entra", browser.cookie]) expect(logged).not.toContain(secret);
});

it("reports liveness, and whether its database answers", async () => {
  expect((await fetch(`${shared.origin}/readyz`)).status).toBe(200);
  const { kysely: db, close } = openDatabase("postgres://nobody@127.0.0.1:1/nothing");
  onTestFinished(close);
  const log = createLog({ level: "silent" });
  const without = await buildServer({
    contract: {},
    routes: [],
    db,
    healthDb: db,
    clock: shared.clock,
    log,
    version: "1",
    publicUrl: () => "",
    trustedProxies: [],
  });
  expect((await without.inject("/readyz")).statusCode).toBe(503);
  expect((await without.inject("/healthz")).statusCode).toBe(200);
});

it("describes every route in an OpenAPI 3.1 document and on a page", async () => {
  const browser = await shared.as("signed-out");
  const { body } = await browser.get("/openapi.json");
  expect(body.openapi).toBe("3.1.0");
  const described = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.keys(z.record(z.string(), z.unknown()).parse(operations)).map(
      (method) => `${method.toUpperCase()} ${path}`,
    ),
  );
  const served = shared.routes.map(
    ({ route }) => `${route.method} /api/app${route.path.replaceAll(/:(\w+)/g, "{$1}")}`,
  );
  expect(described.toSorted()).toEqual(served.toSorted());
  const page = await browser.get("//api/docs");
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.text).toContain("/api/app/teammates/:id");
  expect(page.text).not.toContain("<script");
});

function builtPages(): string {
  const ui = mkdtempSync(join(tmpdir(), "sluice-ui-"));
  onTestFinished(() => rmSync(ui, { recursive: true }));
  mkdirSync(join(ui, "assets"));
  writeFileSync(join(ui, "index.html"), "<!doctype html><title>Sluice</title>");
  writeFileSync(join(ui, "assets", "index-abc123.js"), "export {};");
  return ui;
}

it("caches hashed files for a year, and serves the page for every address of the application", async () => {
  const web = await webWorkspace({ ui: builtPages() });
  const browser = await web.as("signed-out");
  const script = await browser.get("//assets/index-abc123.js");
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  const pages = [
    await browser.get("//"),
    await browser.get("//contacts/accounts?q=a.b"),
    await browser.get("//index.html"),
  ];
  for (const { text, headers } of pages) {
    expect(text).toContain("<title>Sluice</title>");
    expect(headers.get("cache-control")).toBe("no-cache");
  }
  const missing = [await browser.get("//assets/index-old.js"), await browser.get("//api/nothing")];
  expect(missing.map(({ status, text }) => [status, text.includes("Sluice</title>")])).toEqual([
    [404, false],
    [404, false],
  ]);
  expect((await browser.get("//..%2f..%2fetc%2fpasswd")).text).not.toContain("root:");
});

/** Waits until the server accepts no new connections. */
async function stopping(origin: string): Promise<void> {
  const headers = { connection: "close" };
  while (
    await fetch(`${origin}/healthz`, { headers }).then(
      ({ ok }) => ok,
      () => false,
    )
  );
}

it("completes the request in progress when it stops", async () => {
  const web = await webWorkspace();
  const cookie = newToken();
  const sent = JSON.stringify({ email: "nobody@ourcompany.example" });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(`${web.origin}/api/app/password-resets`, {
      method: "POST",
      headers: {
        cookie: `sluice=${cookie}`,
        "x-sluice-csrf": csrfTokenOf(cookie),
        "content-type": "application/json",
        "content-length": sent.length,
        expect: "100-continue",
      },
    });
    request.on("response", (response) => resolve(response.resume())).on("error", reject);
    request.on("continue", () => {
      request.write(sent.slice(0, 5));
      void web.stop();
      void stopping(web.origin).then(() => request.end(sent.slice(5)));
    });
    request.flushHeaders();
  });
  expect(answer).toMatchObject({ statusCode: 204, headers: { connection: "close" } });
});

import { expect, it } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { newToken } from "../../src/access/tokens.ts";
import { browserAt, webWorkspace, type Browser, type WebWorkspace } from "../harness/web.ts";

const MAYA = "maya.lindqvist@contoso.example";

/**
 * The same seed gives the same tenant and app, so the simulator of the workspace is known before it
 * runs.
 */
async function withMicrosoft(): Promise<WebWorkspace> {
  const simulator = await runSimulator();
  await simulator.close();
  const { tenantId, clientId, clientSecret } = simulator;
  return webWorkspace({
    env: {
      SLUICE_ENTRA_TENANT: tenantId,
      SLUICE_ENTRA_CLIENT_ID: clientId,
      SLUICE_ENTRA_CLIENT_SECRET: clientSecret,
    },
  });
}

function invited(web: WebWorkspace, state: "invited" | "no-sign-in" = "invited") {
  return web.database.kysely.insertInto("teammates").values({ email: MAYA, name: "Maya", state }).execute();
}

/**
 * Signs in at Microsoft as a browser does.
 * @returns the path that Microsoft redirects the browser to
 */
async function signInAtMicrosoft(browser: Browser, user = MAYA): Promise<string> {
  const { headers } = await browser.get("/session/microsoft");
  const url = new URL(headers.get("location") ?? "");
  url.searchParams.set("simulator_user", user);
  const back = await fetch(url, { redirect: "manual" });
  const { pathname, search } = new URL(back.headers.get("location") ?? "");
  return `/${pathname}${search}`;
}

async function problemOf(browser: Browser, back: string): Promise<string> {
  const { headers } = await browser.get(back);
  return new URL(headers.get("location") ?? "", "http://x").searchParams.get("problem") ?? "";
}

it("signs an invited teammate in", async () => {
  const web = await withMicrosoft();
  await invited(web);
  const browser = browserAt(web.origin, newToken());
  const back = await browser.get(await signInAtMicrosoft(browser));
  expect(back.headers.get("location")).toBe("/");
  expect((await browser.get("/session")).body).toMatchObject({
    microsoft: true,
    teammate: { email: MAYA, state: "active" },
  });
});

it("revokes an unused invitation after the sign-in", async () => {
  const web = await withMicrosoft();
  const admin = await web.as("workspace-admin");
  const { body } = await admin.post("/teammates", { email: MAYA, name: "Maya", role: "teammate" });
  const path = `/links/${new URL(body.link).pathname.split("/").at(-1)}`;
  const browser = browserAt(web.origin, newToken());
  expect((await browser.get(path)).status).toBe(200);
  await browser.get(await signInAtMicrosoft(browser));
  expect((await browser.get(path)).status).toBe(404);
});

it("refuses a teammate who was not invited, even if a source named them", async () => {
  const web = await withMicrosoft();
  await invited(web, "no-sign-in");
  const browser = browserAt(web.origin, newToken());
  expect(await problemOf(browser, await signInAtMicrosoft(browser))).toBe("not-invited");
  expect((await browser.get("/session")).body.teammate).toBeNull();
});

it("accepts a response once, and only in the browser that started the sign-in", async () => {
  const web = await withMicrosoft();
  await invited(web);
  const browser = browserAt(web.origin, newToken());
  const back = await signInAtMicrosoft(browser);
  const victim = browserAt(web.origin, newToken());
  expect(await problemOf(victim, back)).toBe("expired");
  expect((await browser.get(back)).headers.get("location")).toBe("/");
  expect(await problemOf(browser, back)).toBe("expired");
});

it("refuses another Microsoft account that got a teammate's address", async () => {
  const web = await withMicrosoft();
  await invited(web);
  await web.database.kysely.updateTable("teammates").set({ entra_object_id: "another account" }).execute();
  const browser = browserAt(web.origin, newToken());
  expect(await problemOf(browser, await signInAtMicrosoft(browser))).toBe("other-account");
});

it("reports a cancelled sign-in, and one that is not configured", async () => {
  const web = await withMicrosoft();
  const browser = browserAt(web.origin, newToken());
  const { headers } = await browser.get("/session/microsoft");
  const state = new URL(headers.get("location") ?? "").searchParams.get("state") ?? "";
  const cancelled = `/session/microsoft/return?${new URLSearchParams({ error: "access_denied", state }).toString()}`;
  expect(await problemOf(browser, cancelled)).toBe("cancelled");
  const without = await webWorkspace();
  expect(await problemOf(browserAt(without.origin, newToken()), "/session/microsoft")).toBe("not-set-up");
});

// A failed attempt to connect shows the reason and stores nothing.
import { describe, expect, test } from "vitest";
import type { WebWorkspace } from "../harness/web.ts";
import { logIn as logInByRequests } from "../connections/browser-log-in.ts";
import { startApplication, visit } from "./harness.ts";
import { logIn, step } from "./sync-wizard.ts";

const CONNECT = "/contacts/accounts?import=dynamics";

async function isConnected({ database }: WebWorkspace): Promise<boolean> {
  const { sign_in: signIn } = await database.kysely
    .selectFrom("connection")
    .select("sign_in")
    .executeTakeFirstOrThrow();
  return signIn !== null;
}

describe("connecting", () => {
  test("another address is refused beside its input, and no request is sent there", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    const field = page.getByLabel("Your Dynamics 365 URL");
    for (const address of [
      "https://contoso.example.com",
      "javascript:alert(1)",
      "https://crm.contoso.local",
    ]) {
      await field.fill(address);
      await page.getByRole("button", { name: "Log in to Dynamics 365" }).click();
      await page.locator("input[aria-invalid=true]").waitFor();
      await field.fill("");
    }
    expect(page.url()).toContain(web.origin);
    expect(await isConnected(web)).toBe(false);
  });

  test("declined permissions are reported, and the log-in can be retried", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    await logIn(page, web, { consent: "Cancel" });
    await step(page, "Connect Dynamics 365").waitFor();
    expect(await page.getByRole("alert").innerText()).toMatch(/declined|consent|permission/i);
    expect(await isConnected(web)).toBe(false);
    await logIn(page, web);
    await step(page, "Select accounts").waitFor();
    expect(await isConnected(web)).toBe(true);
  });

  test("a user who is no System Administrator is told so, and nothing is stored", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    await logIn(page, web, { as: web.simulator.users[1]!.userPrincipalName });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("System Administrator");
    expect(await isConnected(web)).toBe(false);
  });

  test("a forged return from the sign-in is refused", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", "/api/app/connection/return?code=stolen&state=forged");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("was not started here by you");
    expect(await isConnected(web)).toBe(false);
  });

  test("a failed log-in is not reported on the accounts of the connection before", async () => {
    const web = await startApplication({ accounts: 3 });
    await logInByRequests(web, await web.as("workspace-admin"));
    const page = await visit(web, "workspace-admin", `${CONNECT}&step=connect`, { allowHttpErrors: true });
    await page.getByRole("button", { name: "Log in to another user or environment" }).click();
    await logIn(page, web, { as: web.simulator.users[1]!.userPrincipalName });
    await page.getByRole("alert").waitFor();
    await page.getByRole("button", { name: "Select accounts" }).click();
    await step(page, "Select accounts").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("a client secret connects too, and is never sent back", async () => {
    const web = await startApplication({ accounts: 3 });
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    const { clientId, clientSecret, origin } = web.simulator;
    await page.getByLabel("Your Dynamics 365 URL").fill(origin);
    await page.getByText("Connect with a client secret instead").click();
    await page.getByLabel("Application (client) ID").fill(clientId);
    await page.getByLabel("Client secret").fill("wrong");
    await page.getByRole("button", { name: "Connect with client secret" }).click();
    await page.getByRole("alert").waitFor();
    expect(await isConnected(web)).toBe(false);
    await page.getByLabel("Client secret").fill(clientSecret);
    await page.getByRole("button", { name: "Connect with client secret" }).click();
    await step(page, "Select accounts").waitFor();
    expect(await isConnected(web)).toBe(true);
    expect(await page.content()).not.toContain(clientSecret);
  });
});

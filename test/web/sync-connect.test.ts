// What an admin sees when connecting goes wrong, and what is stored then: nothing.
import { describe, expect, test } from "vitest";
import type { WebWorkspace } from "../harness/web.ts";
import { logIn as logInByRequests } from "../connections/logging-in.ts";
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
  test("an address of something else is refused beside the field, before anything is sent there", async () => {
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

  test("who declines the permissions comes back to a sentence and can try again", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    await logIn(page, web, { consent: "Cancel" });
    await step(page, "Connect Dynamics 365").waitFor();
    expect(await page.getByRole("alert").innerText()).toMatch(/declined|consent|permission/i);
    expect(await isConnected(web)).toBe(false);
    await logIn(page, web);
    await step(page, "Which accounts?").waitFor();
    expect(await isConnected(web)).toBe(true);
  });

  test("who is no System Administrator is told who is meant, and nothing is stored", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    await logIn(page, web, { as: web.simulator.users[1]!.userPrincipalName });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("System Administrator");
    expect(await isConnected(web)).toBe(false);
  });

  test("a way back that nobody here began is not accepted", async () => {
    const web = await startApplication();
    const page = await visit(web, "workspace-admin", "/api/app/connection/return?code=stolen&state=forged");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("was not begun here");
    expect(await isConnected(web)).toBe(false);
  });

  test("a log-in that failed says nothing about the accounts of the one before", async () => {
    const web = await startApplication({ accounts: 3 });
    await logInByRequests(web, await web.as("workspace-admin"));
    const page = await visit(web, "workspace-admin", `${CONNECT}&step=connect`, { allowHttpErrors: true });
    await page.getByRole("button", { name: "Log in as somebody else or elsewhere" }).click();
    await logIn(page, web, { as: web.simulator.users[1]!.userPrincipalName });
    await page.getByRole("alert").waitFor();
    await page.getByRole("button", { name: "Choose accounts" }).click();
    await step(page, "Which accounts?").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("an application's secret is the second way in, and never comes back", async () => {
    const web = await startApplication({ accounts: 3 });
    const page = await visit(web, "workspace-admin", CONNECT, { allowHttpErrors: true });
    const { clientId, clientSecret, origin } = web.simulator;
    await page.getByLabel("Your Dynamics 365 URL").fill(origin);
    await page.getByText("Connect with an application’s secret instead").click();
    await page.getByLabel("Application (client) ID").fill(clientId);
    await page.getByLabel("Client secret").fill("wrong");
    await page.getByRole("button", { name: "Connect with the secret" }).click();
    await page.getByRole("alert").waitFor();
    expect(await isConnected(web)).toBe(false);
    await page.getByLabel("Client secret").fill(clientSecret);
    await page.getByRole("button", { name: "Connect with the secret" }).click();
    await step(page, "Which accounts?").waitFor();
    expect(await isConnected(web)).toBe(true);
    expect(await page.content()).not.toContain(clientSecret);
  });
});

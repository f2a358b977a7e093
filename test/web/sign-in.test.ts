import { describe, expect, test } from "vitest";
import { startApplication, axeViolations, screenshot, visit } from "./harness.ts";

describe("signing in", () => {
  test("an invitation signs in, and a later sign-in returns to the requested page", async () => {
    const workspace = await startApplication();
    const admin = await workspace.as("company-admin");
    const invited = await admin.post("/teammates", {
      email: "kim@ourcompany.example",
      name: "Kim",
      role: "teammate",
    });

    const page = await visit(workspace, "signed-out", invited.body.link);
    await page.getByRole("heading", { name: "Welcome" }).waitFor();
    await screenshot(page, "link-invitation");
    await expect.poll(() => page.getByLabel("Your name").inputValue()).toBe("Kim");
    await page.getByRole("textbox", { name: "Choose a password" }).fill("water under the bridge");
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByText("No accounts yet").waitFor();

    await page.getByRole("button", { name: /You.*Kim/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto("/settings/teammates");
    await page.getByLabel("E-mail").fill("kim@ourcompany.example");
    await page.getByRole("textbox", { name: "Password" }).fill("water under the bridge");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Teammates" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/settings/teammates");
  });

  test("a failed sign-out is reported, and can be retried", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "teammate", "/contacts/accounts", { allowHttpErrors: true });
    await page.route("**/api/app/session", (route) =>
      route.request().method() === "DELETE" ? route.abort() : route.continue(),
    );
    await page.getByRole("button", { name: /^You/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    const dialog = page.getByRole("dialog", { name: "You are still signed in" });
    await dialog.getByText("The server cannot be reached.").waitFor();
    await screenshot(page, "sign-out-failed");
    expect(await axeViolations(page)).toEqual([]);
    expect(new URL(page.url()).pathname).toBe("/contacts/accounts");

    await page.unroute("**/api/app/session");
    await dialog.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("a wrong password is refused with an alert", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "signed-out", "/sign-in", { allowHttpErrors: true });
    await page.getByLabel("E-mail").fill("nobody@ourcompany.example");
    await page.getByRole("textbox", { name: "Password" }).fill("something else");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await screenshot(page, "sign-in-refused");
    expect(await axeViolations(page)).toEqual([]);
  });

  test("an invalid link says so, and links to the sign-in page", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "signed-out", `/links/${"x".repeat(43)}`, { allowHttpErrors: true });
    await page.getByRole("heading", { name: "This link cannot be used" }).waitFor();
    await page.getByRole("link", { name: "Go to sign in" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await expect.poll(() => page.title()).toBe("Sign in · Sluice");
  });

  test("without mail a company admin finds the link for a new password", async () => {
    const workspace = await startApplication();
    await workspace.idOf("company-admin");
    const page = await visit(workspace, "signed-out", "/reset");
    await page.getByLabel("E-mail").fill("company-admin@ourcompany.example");
    await page.keyboard.press("Enter");
    await page.getByText("a company admin finds the link").waitFor();

    const settings = await visit(workspace, "company-admin", "/settings/mail");
    await settings.getByText("/links/").waitFor();
    await screenshot(settings, "settings-mail");
    expect(await settings.locator("article").innerText()).toContain("company-admin@ourcompany.example");
  });

  test("a session that ends while a page is open leads to the sign-in page, and back", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "teammate", "/settings/teammates", { allowHttpErrors: true });
    await page.getByRole("list", { name: "Teammates" }).waitFor();
    await (await workspace.as("company-admin")).delete(`/teammates/${await workspace.idOf("teammate")}`);
    await page.getByRole("link", { name: "Domains" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(new URL(page.url()).searchParams.get("to")).toBe("/settings/domains");
  });

  test("the URL holds the code of a problem and never its sentence", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "signed-out", "/sign-in?problem=not-invited&number=AADSTS50105");
    expect(await page.getByRole("alert").innerText()).toMatch(/is invited here.*\s+AADSTS50105$/);
    const forged = "Call+555-0100+<script>alert(1)</script>";
    for (const query of [`problem=${forged}`, `problem=constructor&number=${forged}`]) {
      await page.goto(`/sign-in?${query}`);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      expect(await page.locator("main").innerText()).not.toMatch(/555|constructor/);
      expect(await page.getByRole("alert").count()).toBe(0);
    }
  });

  test("signing in with Microsoft is offered if it is configured", async () => {
    const workspace = await startApplication({
      env: {
        SLUICE_ENTRA_TENANT: "00000000-0000-4000-8000-000000000001",
        SLUICE_ENTRA_CLIENT_ID: "00000000-0000-4000-8000-000000000002",
        SLUICE_ENTRA_CLIENT_SECRET: "shared with Microsoft alone",
      },
    });
    const page = await visit(workspace, "signed-out", "/sign-in");
    const microsoft = page.getByRole("link", { name: "Sign in with Microsoft" });
    await microsoft.waitFor();
    await screenshot(page, "sign-in-microsoft");
    expect(await microsoft.getAttribute("href")).toBe("/api/app/session/microsoft");
  });
});

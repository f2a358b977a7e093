import { describe, expect, test } from "vitest";
import { startApplication, axeViolations, screenshot, visit } from "./harness.ts";
import { startSyncedApplication } from "./synced-application.ts";

describe("settings", () => {
  test("an admin invites a teammate by keyboard and gets the link, since no mail is sent", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "workspace-admin", "/settings/teammates");
    const invite = page.getByRole("button", { name: "Invite a teammate" });
    await invite.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Invite a teammate" });
    await dialog.getByLabel("E-mail").fill("kim@ourcompany.example");
    await page.keyboard.press("Enter");
    await dialog.getByText("it works once").waitFor();
    await screenshot(page, "settings-teammates-invited");
    expect(await dialog.getByText("/links/").innerText()).toContain(workspace.origin);

    await page.keyboard.press("Escape");
    await page.getByText("kim@ourcompany.example").waitFor();
    await expect.poll(() => invite.evaluate((button) => button.matches(":focus"))).toBe(true);
  });

  test("a teammate sees the teammates and cannot change them", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "teammate", "/settings/teammates");
    await page.getByRole("list", { name: "Teammates" }).waitFor();
    expect(await page.getByRole("button", { name: "Invite a teammate" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Mail" }).count()).toBe(0);
  });

  test("a company admin creates, renames and deletes a field, but not a synced one", async () => {
    const workspace = await startSyncedApplication();
    const page = await visit(workspace, "company-admin", "/settings/fields");
    await page.getByRole("button", { name: "New field" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill("Tier");
    await screenshot(page, "fields-new");
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Rename Tier" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Level");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete Level" }).click();
    await page.getByRole("button", { name: "Delete field and values" }).click();
    await page.getByText("5 of at most 50").waitFor();

    const synced = page.getByRole("button", { name: "Delete Industry" });
    await expect.poll(() => synced.getAttribute("aria-disabled")).toBe("true");
  });

  test("own domains are saved, and an invalid one is refused beside its input", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "workspace-admin", "/settings/domains", { allowHttpErrors: true });
    const own = page.getByRole("combobox", { name: "Your own domains" });
    await own.fill("nonsense");
    await page.getByRole("button", { name: "Save domains" }).click();
    await page.getByText('"nonsense" is no domain').waitFor();
    await screenshot(page, "domains-refused");
    expect(await axeViolations(page)).toEqual([]);

    await own.press("Backspace");
    await own.fill("https://www.OurCompany.com/");
    await page.getByRole("button", { name: "Save domains" }).click();
    await page.getByText("Saved. The next run").waitFor();
    await page.reload();
    await page.getByText("ourcompany.com", { exact: true }).waitFor();
  });

  test("an unknown address says so, and links to the accounts", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "teammate", "/settings/nothing", { allowHttpErrors: true });
    await page.getByRole("heading", { name: "There is no page at this address" }).waitFor();
    await screenshot(page, "not-found");
    await page.getByRole("link", { name: "Go to Accounts" }).click();
    await page.getByRole("heading", { name: "Accounts", exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/contacts/accounts");
  });
});

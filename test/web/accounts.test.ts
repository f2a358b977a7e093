import { describe, expect, test, vi } from "vitest";
import { startApplication, axeViolations, downloadText, screenshot, visit } from "./harness.ts";
import { startSyncedApplication } from "./synced-application.ts";

/** Shared, since these tests only read it. */
const workspace = await startSyncedApplication();

describe("the Accounts Manager", () => {
  test("without accounts says what to do next, and creates one by hand", async () => {
    const empty = await startApplication();
    const page = await visit(empty, "workspace-admin", "/");
    await page.getByRole("heading", { name: "No accounts yet" }).waitFor();
    await screenshot(page, "accounts-empty");
    await page.getByRole("button", { name: "New account" }).first().click();
    await page.getByLabel("Name").fill("Adventure Works");
    await page.getByRole("combobox", { name: "Domains" }).fill("https://www.adventure-works.com/about");
    await screenshot(page, "accounts-new");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "Adventure Works" }).waitFor();
    await expect.poll(() => page.getByText("adventure-works.com", { exact: true }).count()).toBe(2);
  });

  test("works by keyboard: / searches, arrows move, Enter opens, back restores the search", async () => {
    const page = await visit(workspace, "teammate", "/contacts/accounts");
    await page.getByText(/^\d+ accounts/).waitFor();
    await screenshot(page, "accounts");
    await page.keyboard.press("/");
    await page.keyboard.type("steel");
    await page.keyboard.press("ArrowDown");
    await page.locator('[role="row"][data-index="0"]:focus').waitFor();
    await page.keyboard.press("ArrowDown");
    const row = page.locator('[role="row"][data-index="1"]:focus');
    await row.waitFor();
    const name = await row.getByRole("link").innerText();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await page.goBack();
    await page.getByRole("grid", { name: "Accounts" }).waitFor();
    expect(new URL(page.url()).searchParams.get("q")).toBe("steel");
    const search = page.getByRole("searchbox", { name: "Search accounts" });
    await expect.poll(() => search.inputValue()).toBe("steel");
    await page.getByRole("link", { name: "Accounts" }).click();
    await page.getByText(/^\d+ accounts ·/).waitFor();
    await expect.poll(() => search.inputValue()).toBe("");
  });

  test("scrolls through every account while only the visible rows are rendered", async () => {
    const page = await visit(workspace, "teammate", "/contacts/accounts");
    const rows = page.locator('[role="row"][data-index]');
    await rows.first().focus();
    const all = await page.getByRole("grid", { name: "Accounts" }).getAttribute("aria-rowcount");
    const last = page.locator(`[role="row"][aria-rowindex="${all}"]`);
    await vi.waitFor(
      async () => {
        await page.keyboard.press("End");
        expect(await last.isVisible()).toBe(true);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(await rows.count()).toBeLessThan(80);

    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Details" }).waitFor();
    await page.goBack();
    await last.waitFor();
  });

  test("keeps filters and order in the URL, and columns in the browser", async () => {
    const page = await visit(workspace, "teammate", "/contacts/accounts");
    await page.getByRole("button", { name: "Employees" }).click();
    await page
      .getByRole("columnheader", { name: "Employees" })
      .and(page.locator("[aria-sort=ascending]"))
      .waitFor();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("dialog", { name: "Filter" }).getByRole("combobox", { name: "Field" }).click();
    await page.getByRole("option", { name: "Industry" }).click();
    await page.getByRole("textbox", { name: "Value" }).fill("a");
    await screenshot(page, "accounts-filter");
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText("Industry contains a").waitFor();
    const { searchParams } = new URL(page.url());
    expect(JSON.parse(searchParams.get("filters") ?? "[]")).toMatchObject([{ is: "contains", value: "a" }]);

    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: "Industry" }).uncheck();
    await page.reload();
    await page.getByRole("columnheader", { name: "Domains" }).waitFor();
    expect(await page.getByRole("columnheader", { name: "Industry" }).count()).toBe(0);
    await page.getByText("Industry contains a").waitFor();
  });

  test("exports what is listed", async () => {
    const page = await visit(workspace, "teammate", "/contacts/accounts?q=steel");
    await page.getByText(/accounts? found/).waitFor();
    const found = await page.locator('[role="row"][data-index]').count();
    const csv = await downloadText(page, () => page.getByRole("link", { name: "Export" }).click());
    expect(csv.trim().split("\n")).toHaveLength(found + 1);
    expect(found).toBeGreaterThan(1);
  });
});

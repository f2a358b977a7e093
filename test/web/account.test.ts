import { describe, expect, test } from "vitest";
import { axeViolations, screenshot, visit } from "./harness.ts";
import { startSyncedApplication } from "./synced-application.ts";

describe("an account's page", () => {
  test("shows when and why the account was synced, and links synced fields to Dynamics 365", async () => {
    const workspace = await startSyncedApplication();
    const page = await visit(workspace, "teammate", "/contacts/accounts?q=steel");
    await page.locator('[role="row"][data-index="0"]').click();
    await page.getByText("Synced from Dynamics 365 · last synced").waitFor();
    await page.getByRole("button", { name: "why?" }).click();
    await page.getByText("When its record was first synced").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("When its record was first synced").waitFor({ state: "hidden" });
    await screenshot(page, "account");

    const edit = page.getByRole("link", { name: /Edit in Dynamics 365.*Industry.*opens a new tab/ });
    await edit.focus();
    await screenshot(page, "account-edit-elsewhere");
    expect(await edit.getAttribute("target")).toBe("_blank");
    expect(await edit.getAttribute("href")).toContain("etn=account&pagetype=entityrecord&id=");
    expect(await page.getByRole("button", { name: "Edit Industry" }).count()).toBe(0);
  });

  test("shows that the sync is paused, then disconnected, and then edits all fields", async () => {
    const workspace = await startSyncedApplication();
    const admin = await workspace.as("company-admin");
    await admin.post("/connection/pause");
    const page = await visit(workspace, "teammate", "/contacts/accounts/1");
    await page.getByText("Synced from Dynamics 365, paused · last synced").waitFor();
    await screenshot(page, "account-paused");
    expect(await page.getByRole("button", { name: "Edit Name" }).count()).toBe(0);

    await admin.delete("/connection");
    await page.reload();
    await page.getByText("No longer synced: its Dynamics 365 is disconnected").waitFor();
    await screenshot(page, "account-disconnected");
    await page.getByRole("button", { name: "Edit Name" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Renamed here");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Renamed here" }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page
      .getByText("the first sync after Dynamics 365 is connected again creates the account again")
      .waitFor();

    await page.goto("/contacts/accounts?sync=disconnected&q=renamed");
    await page.getByRole("gridcell", { name: "Disconnected" }).waitFor();
    await screenshot(page, "accounts-disconnected");
  });

  test("edits an unsynced field by keyboard, and the history names who did it", async () => {
    const workspace = await startSyncedApplication();
    const admin = await workspace.as("company-admin");
    await admin.post("/fields", { name: "Tier", type: "text" });
    const page = await visit(workspace, "teammate", "/contacts/accounts/1");
    await page.getByRole("button", { name: "Add Tier" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Tier" }).fill("Gold");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Edit Tier" }).waitFor();

    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText("by teammate").waitFor();
    await screenshot(page, "account-history");
    expect(await page.getByRole("listitem").first().innerText()).toMatch(/Tier\s+\(empty\)\s*→\s*Gold/);
    expect(new URL(page.url()).searchParams.get("tab")).toBe("history");
  });

  test("an account deleted and excluded is listed, and can be included again", async () => {
    const workspace = await startSyncedApplication();
    const page = await visit(workspace, "workspace-admin", "/contacts/accounts/1");
    await page.getByText("Synced from Dynamics 365").first().waitFor();
    const name = await page.getByRole("heading", { level: 1 }).innerText();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("checkbox", { name: "Exclude its record from the sync" }).check();
    await screenshot(page, "account-delete");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Delete and exclude" }).click();
    await page.getByRole("grid", { name: "Accounts" }).waitFor();

    await page.goto("/settings/excluded");
    await page.getByText(name).waitFor();
    await page.getByRole("button", { name: "Include again" }).click();
    await page.getByRole("heading", { name: "No excluded records" }).waitFor();
    expect(await page.getByText(name).count()).toBe(0);
  });
});

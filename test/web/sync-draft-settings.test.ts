// Unsaved settings of one browser, and what another admin saves meanwhile.
import { describe, expect, test } from "vitest";
import { loadConnection, saveSettings } from "../../src/connections/connection.ts";
import type { WebWorkspace } from "../harness/web.ts";
import { screenshot, visit } from "./harness.ts";
import { startSyncedApplication } from "./synced-application.ts";

const FIELDS = "/contacts/accounts/sync?tab=fields";

/** Saves other settings, as another admin does by applying a plan. */
async function unmapDescription({ database }: WebWorkspace): Promise<void> {
  const { settings } = await loadConnection(database.kysely);
  const { description: _, ...mapping } = settings!.mapping;
  await saveSettings(database.kysely, { ...settings!, mapping });
}

describe("unsaved settings of the sync", () => {
  test("survive a reload, and can be discarded", async () => {
    const web = await startSyncedApplication();
    const page = await visit(web, "company-admin", FIELDS);
    await page.getByText("Allow duplicate names").click();
    await page.getByText("Unsaved changes.").waitFor();
    await page.reload();
    await page.getByText("Unsaved changes.").waitFor();
    await page.getByRole("button", { name: "Discard changes" }).click();
    await page.getByText("Saved.", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Discard changes" }).count()).toBe(0);
  });

  test("do not overwrite what another admin has saved since", async () => {
    const web = await startSyncedApplication();
    const page = await visit(web, "company-admin", FIELDS);
    await page.getByText("Allow duplicate names").click();
    await page.getByText("Unsaved changes.").waitFor();
    await unmapDescription(web);
    await page.reload();
    await page.getByText("Saved.", { exact: true }).waitFor();
    await screenshot(page, "sync-fields-saved-since");
    expect(await page.getByRole("button", { name: "Preview changes" }).isDisabled()).toBe(true);
  });

  test("are not kept when nothing was changed", async () => {
    const web = await startSyncedApplication();
    const page = await visit(web, "company-admin", "/contacts/accounts?import=dynamics&step=accounts");
    await page.getByRole("button", { name: "Map fields" }).click();
    await page.getByRole("button", { name: "Preview", exact: true }).last().waitFor();
    expect(await page.evaluate('localStorage.getItem("sluice.sync.begun")')).toBeNull();
  });
});

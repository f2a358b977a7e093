// Sets up a sync in the modal with the keyboard alone.
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { startApplication, visit } from "./harness.ts";
import { step } from "./sync-wizard.ts";

const MAX_TAB_PRESSES = 120;

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  await target.waitFor();
  for (let pressed = 0; pressed < MAX_TAB_PRESSES; pressed++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`The focus does not come to ${await target.innerText()}.`);
}

async function press(page: Page, name: string | RegExp, key = "Tab"): Promise<void> {
  const button = page.getByRole("dialog").getByRole("button", { name }).last();
  // Waits until the button is enabled, without clicking it.
  await button.click({ trial: true });
  await tabTo(page, button, key);
  await page.keyboard.press("Enter");
}

/** A step's title takes the focus, so that a screen reader announces it. */
async function expectStep(page: Page, title: string): Promise<void> {
  await step(page, title).waitFor();
  await page.getByRole("dialog").locator(":focus", { hasText: title }).waitFor();
}

describe("the keyboard", () => {
  test("sets up a sync", { timeout: 300_000 }, async () => {
    const web = await startApplication({ accounts: 5 });
    const page = await visit(web, "company-admin", "/contacts/accounts", { allowHttpErrors: true });
    await tabTo(page, page.getByRole("button", { name: "Import" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("menuitem", { name: "Dynamics 365" }), "ArrowDown");
    await page.keyboard.press("Enter");

    await expectStep(page, "Connect Dynamics 365");
    await tabTo(page, page.getByLabel("Your Dynamics 365 URL"));
    await page.keyboard.type(web.simulator.origin);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${web.simulator.origin}/**`);
    await tabTo(page, page.getByLabel("Account", { exact: true }));
    await page.keyboard.type(web.simulator.users[0]!.userPrincipalName);
    await tabTo(page, page.getByLabel("Password"));
    await page.keyboard.type(web.simulator.users[0]!.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/contacts\/accounts/);

    await expectStep(page, "Select accounts");
    await tabTo(page, page.getByLabel("All active accounts"));
    await page.keyboard.press("ArrowDown");
    await tabTo(page, page.getByLabel("Active Accounts", { exact: true }));
    await page.keyboard.press("Space");
    await press(page, "Map fields");

    await expectStep(page, "Map fields");
    await press(page, /^Accept all/);
    await tabTo(page, page.getByLabel("Sync Account Name to"));
    await press(page, "Preview");
    await expectStep(page, "Preview");
    await press(page, /^Sync \d+ accounts/, "Shift+Tab");
    await page.getByRole("heading", { name: /^Synced/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    const run = await web.database.kysely.selectFrom("runs").selectAll().executeTakeFirstOrThrow();
    expect(run.status).toBe("done");
    expect(run.settings).toMatchObject({ settings: { selection: { kind: "view" } } });
  });
});

// A sync that needs attention: what the admin sees, and how they resolve it.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { attentionOf } from "../../src/connections/status/attention.ts";
import { saveSettings, setAttention } from "../../src/connections/connection.ts";
import { DataverseError, SignInError } from "../../src/dataverse/http/errors.ts";
import { TooManyAccountsError } from "../../src/sync/read/stage-rows.ts";
import { connectedWeb, SETTINGS } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { auditPage, visit } from "./harness.ts";
import { step } from "./sync-wizard.ts";
import { savedConnection, syncedConnection } from "./synced-connection.ts";

const PAGE = "/contacts/accounts/sync";

/** The state in the page's subtitle. */
const stateText = (page: Page) => page.locator("[data-state]");

async function waitFor(page: Page, state: string): Promise<void> {
  await page.locator(`[data-state=${state}]`).waitFor();
}

describe("a sync that needs attention", () => {
  test("a plan that the brake stopped is approved", async () => {
    const connected = await syncedConnection();
    for (const id of connected.ids.slice(0, 20)) connected.org.updateAccount(id, { statecode: 1 });
    const page = await visit(connected.web, "workspace-admin", PAGE);
    await waitFor(page, "in-step");
    await page.getByRole("button", { name: "Sync now" }).press("Enter");
    await waitFor(page, "needs-attention");
    await page
      .getByRole("alert")
      .getByText("far fewer accounts than last time. Nothing was written.")
      .waitFor();
    const violations = await auditPage(page, "sync-braked");

    await page.getByRole("link", { name: "Look at the plan" }).press("Enter");
    await page
      .getByText("the rights of the connected user in Dynamics 365; then apply or discard the plan.")
      .waitFor();
    await page.getByRole("button", { name: "Discard the plan" }).waitFor();
    violations.push(...(await auditPage(page, "sync-braked-plan")));
    await page.getByRole("button", { name: "Stop syncing 20 accounts" }).press("Enter");

    await page.getByText("20 stopped syncing").first().waitFor();
    await waitFor(page, "in-step");
    expect(violations).toEqual([]);
  });

  test("a failed sync says why, when it is retried, and where to check", async () => {
    const connected = await syncedConnection();
    const fault = connected.web.simulator.faults.add({
      path: String.raw`/accounts\?`,
      fault: { kind: "answer", status: 400 },
    });
    const page = await visit(connected.web, "workspace-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("alert").getByText("The last sync failed").waitFor();
    await page.getByText("at Mar 3, 10:00 AM").waitFor();
    const violations = await auditPage(page, "sync-failed");
    await page.getByRole("link", { name: "Check the connection" }).press("Enter");
    await page.getByRole("button", { name: "Check the connection" }).waitFor();

    connected.web.simulator.faults.remove(fault);
    await page.getByRole("button", { name: "Sync now" }).click();
    await waitFor(page, "in-step");
    expect(violations).toEqual([]);
  });

  test("a failed first sync is not retried automatically, and the page says who retries it", async () => {
    const connected = await connectedWeb({ ui: await builtPages() });
    connected.org.createAccount({ name: "Acme" });
    // A connection file saves settings before anything is synced.
    await saveSettings(connected.web.database.kysely, SETTINGS);
    const fault = connected.web.simulator.faults.add({
      path: String.raw`/accounts\?`,
      fault: { kind: "answer", status: 400 },
    });
    const page = await visit(connected.web, "workspace-admin", PAGE);
    const next = page.getByText("After the first sync: choose Sync now");
    await next.waitFor();

    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("alert").getByText("The first sync is not tried again by itself.").waitFor();
    await next.waitFor();
    const violations = await auditPage(page, "sync-first-failed");

    connected.web.simulator.faults.remove(fault);
    await page.getByRole("button", { name: "Sync now" }).click();
    await waitFor(page, "in-step");
    await page.getByText("at Mar 3, 10:00 AM").waitFor();
    expect(violations).toEqual([]);
  });

  test("a column mapped to Domains is deleted: the mapping is corrected, and the sync resumes", async () => {
    const connected = await syncedConnection();
    connected.org.deleteColumn("new_domain");
    const page = await visit(connected.web, "company-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("alert").getByText("A mapped field is missing in Dynamics 365").waitFor();
    const violations = await auditPage(page, "sync-domains-gone");
    await page.getByRole("link", { name: "Edit the mapping" }).press("Enter");
    await page.getByRole("button", { name: "Remove the mapping of new_domain" }).click();
    await page.getByRole("button", { name: "Preview changes" }).click();
    await page.getByRole("button", { name: "Save these settings" }).click();
    await waitFor(page, "in-step");

    expect((await savedConnection(connected)).settings?.mapping.domains).toEqual([]);
    expect(violations).toEqual([]);
  });

  test.for<[string, Error, string, (page: Page) => ReturnType<Page["locator"]>]>([
    [
      "the view is gone",
      new DataverseError("view-not-found", "The view is gone."),
      "Select accounts again",
      (page) => step(page, "Select accounts"),
    ],
    [
      "the view is broken",
      new DataverseError("view-broken", "The view is broken."),
      "Select accounts again",
      (page) => step(page, "Select accounts"),
    ],
    [
      "too many accounts",
      new TooManyAccountsError(500_000),
      "Select accounts again",
      (page) => step(page, "Select accounts"),
    ],
    [
      "the sign-in has ended",
      new SignInError("reconnect", "It has ended.", { fix: "Connect again." }),
      "Connect Dynamics 365 again",
      (page) => page.getByRole("dialog").getByText("Dynamics 365").first(),
    ],
    [
      "the sign-in is refused",
      new SignInError("blocked", "It is refused.", { fix: "Ask." }),
      "Check the connection",
      (page) => page.getByRole("tab", { name: "Connection", selected: true }),
    ],
  ])("%s: what happened, what to do, and a link to it", async ([, error, linkName, destination]) => {
    const connected = await syncedConnection();
    await setAttention(connected.web.database.kysely, attentionOf(error, 1)!);
    const page = await visit(connected.web, "company-admin", PAGE);

    await page.getByRole("alert").getByText(error.message).waitFor();
    expect(await stateText(page).textContent()).toMatch(/^Needs attention: /);
    await page.getByText("When this is resolved").waitFor();
    await page.getByRole("link", { name: linkName }).press("Enter");

    await destination(page).waitFor();
  });

  test("paused while it needs attention, it can be resumed", async () => {
    const connected = await syncedConnection();
    await connected.carol.post("/connection/pause");
    const page = await visit(connected.web, "workspace-admin", PAGE);
    await waitFor(page, "paused");
    await setAttention(connected.web.database.kysely, attentionOf(new TooManyAccountsError(500_000), 1)!);
    await page.reload();
    await waitFor(page, "needs-attention");

    await page.getByRole("button", { name: "Resume" }).press("Enter");

    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect((await savedConnection(connected)).paused).toBe(false);
  });
});

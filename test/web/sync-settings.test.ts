// A scheduled sync: its settings, and how an admin resolves what needs attention.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { attentionOf } from "../../src/connections/attention.ts";
import { loadConnection, saveSettings, setAttention } from "../../src/connections/connection.ts";
import { DEFAULT_LIMITS } from "../../src/connections/self-running.ts";
import { DataverseError, SignInError } from "../../src/dataverse/errors.ts";
import { TooManyAccountsError } from "../../src/sync/read/stage-rows.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { auditPage, visit } from "./harness.ts";
import { step } from "./sync-wizard.ts";

const PAGE = "/contacts/accounts/sync";

type Synced = Connected & { readonly ids: readonly string[] };

/** Thirty synced accounts, with a custom column that feeds their domains. */
async function synced(): Promise<Synced> {
  const connected = await connectedWeb({ ui: await builtPages() });
  const { org } = connected;
  org.addColumn({ schemaName: "new_domain", type: "String", label: "Domain" });
  const ids = Array.from({ length: 30 }, (_, index) =>
    org.createAccount({ name: `Company ${index}`, new_domain: `company-${index}.com` }),
  );
  const mapping = { ...SETTINGS.mapping, domains: ["new_domain"] };
  await connected.apply((await connected.plan({ mapping })).id);
  return { ...connected, ids };
}

const saved = async ({ web }: Connected) => loadConnection(web.database.kysely);

/** The state in the page's subtitle. */
const stateText = (page: Page) => page.locator("[data-state]");

async function waitFor(page: Page, state: string): Promise<void> {
  await page.locator(`[data-state=${state}]`).waitFor();
}

describe("a scheduled sync", () => {
  test("an admin sets its schedule, its limits and its recipients", async () => {
    const connected = await synced();
    await connected.web.as("company-admin");
    const page = await visit(connected.web, "workspace-admin", `${PAGE}?tab=settings`, {
      allowHttpErrors: true,
    });
    const schedule = page.getByRole("form", { name: "Schedule" });
    const violations = await auditPage(page, "sync-settings");

    await schedule.getByLabel("Start at").fill("03:30");
    await schedule.getByText("Your browser's time zone.").waitFor();
    await schedule.getByLabel("Sync changes in between").check();
    const every = schedule.getByLabel("Sync changes every");
    await every.fill("2");
    await every.press("Enter");
    await schedule.getByText("Write a whole number from 5 to 1,440.").waitFor();
    await every.fill("30");
    await schedule.getByRole("button", { name: "Save the schedule" }).press("Enter");
    await schedule.getByText("Saved.").waitFor();
    await schedule.getByText("Next run: at Mar 2, 10:30 AM").waitFor();

    const limits = page.getByRole("form", { name: "Approval limits" });
    await limits.getByLabel("More than this share of the synced accounts").fill("10");
    await limits.getByRole("button", { name: "Save the limits" }).press("Enter");
    await limits.getByText("Saved.").waitFor();

    const recipients = page.getByRole("form", { name: "E-mail notifications" });
    await recipients.getByRole("combobox", { name: "Teammates" }).fill("workspace");
    await page.getByRole("option", { name: /workspace-admin@/ }).click();
    await page.keyboard.press("Escape");
    await recipients.getByRole("combobox", { name: "Other addresses" }).fill("crm@ourcompany.example");
    await recipients.getByRole("button", { name: "Save recipients" }).press("Enter");
    await recipients.getByText("Saved.").waitFor();
    violations.push(...(await auditPage(page, "sync-settings-saved")));
    await page.reload();
    await recipients.getByText("crm@ourcompany.example", { exact: true }).waitFor();

    expect(await saved(connected)).toMatchObject({
      schedule: {
        changesEveryMinutes: 30,
        fullEveryMinutes: 1440,
        fullAt: "03:30",
        timeZone: "Europe/Berlin",
      },
      brake: { ...DEFAULT_LIMITS, sharePercent: 10 },
    });
    const { body } = await connected.carol.get("/connection/recipients");
    expect(body).toMatchObject({
      setUpBy: { email: "company-admin@ourcompany.example" },
      teammates: [{ email: "workspace-admin@ourcompany.example" }],
      addresses: ["crm@ourcompany.example"],
    });
    expect(violations).toEqual([]);
  });

  test("a time of day in UTC can be changed to a time zone, and is shown in the browser's", async () => {
    const connected = await synced();
    await connected.web.database.kysely.updateTable("connection").set({ full_at: "02:30" }).execute();
    const page = await visit(connected.web, "workspace-admin", PAGE);
    await page.getByText("Full sync every day at 2:30 AM (UTC)").waitFor();
    await page.getByText("at Mar 3, 3:30 AM").waitFor();
    await page.getByRole("tab", { name: "Settings" }).click();
    const schedule = page.getByRole("form", { name: "Schedule" });
    await schedule.getByText("Your browser's time zone is Europe/Berlin.").waitFor();

    await schedule.getByRole("combobox", { name: "Time zone" }).fill("new_york");
    await page.getByRole("option", { name: "America/New_York" }).click();
    const violations = await auditPage(page, "sync-settings-zone");
    await schedule.getByRole("button", { name: "Save the schedule" }).press("Enter");

    await schedule.getByText("Next run: at Mar 3, 8:30 AM").waitFor();
    expect((await saved(connected)).schedule).toMatchObject({
      fullAt: "02:30",
      timeZone: "America/New_York",
    });
    expect(violations).toEqual([]);
  });

  test("settings of a connection file are read-only", async () => {
    const connected = await synced();
    await connected.web.database.kysely.updateTable("connection").set({ from_file: true }).execute();
    const page = await visit(connected.web, "workspace-admin", `${PAGE}?tab=settings`);

    await page.getByText("Schedule and limits are configured in the connection file").waitFor();
    const violations = await auditPage(page, "sync-settings-file");

    expect(await page.getByRole("button", { name: /^Save/ }).allTextContents()).toEqual(["Save recipients"]);
    expect(await page.getByLabel("Full sync every").getAttribute("readonly")).not.toBeNull();
    expect(violations).toEqual([]);
  });

  test("a plan that the brake stopped is approved", async () => {
    const connected = await synced();
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
    await page.getByText("so this plan needs approval").waitFor();
    await page.getByRole("button", { name: "Discard the plan" }).waitFor();
    violations.push(...(await auditPage(page, "sync-braked-plan")));
    await page.getByRole("button", { name: "Stop syncing 20 accounts" }).press("Enter");

    await page.getByText("20 stopped syncing").first().waitFor();
    await waitFor(page, "in-step");
    expect(violations).toEqual([]);
  });

  test("a failed sync says why, when it is retried, and where to check", async () => {
    const connected = await synced();
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
    const connected = await synced();
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

    expect((await saved(connected)).settings?.mapping.domains).toEqual([]);
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
      new SignInError("reconnect", { code: "", sentence: "It has ended.", whatToDo: "Connect again." }),
      "Connect Dynamics 365 again",
      (page) => page.getByRole("dialog").getByText("Dynamics 365").first(),
    ],
    [
      "the sign-in is refused",
      new SignInError("blocked", { code: "", sentence: "It is refused.", whatToDo: "Ask." }),
      "Check the connection",
      (page) => page.getByRole("tab", { name: "Connection", selected: true }),
    ],
  ])("%s: what happened, what to do, and a link to it", async ([, error, linkName, destination]) => {
    const connected = await synced();
    await setAttention(connected.web.database.kysely, attentionOf(error, 1)!);
    const page = await visit(connected.web, "company-admin", PAGE);

    await page.getByRole("alert").getByText(error.message).waitFor();
    expect(await stateText(page).textContent()).toMatch(/^Needs attention: /);
    await page.getByText("When this is resolved").waitFor();
    await page.getByRole("link", { name: linkName }).press("Enter");

    await destination(page).waitFor();
  });

  test("paused while it needs attention, it can be resumed", async () => {
    const connected = await synced();
    await connected.carol.post("/connection/pause");
    const page = await visit(connected.web, "workspace-admin", PAGE);
    await waitFor(page, "paused");
    await setAttention(connected.web.database.kysely, attentionOf(new TooManyAccountsError(500_000), 1)!);
    await page.reload();
    await waitFor(page, "needs-attention");

    await page.getByRole("button", { name: "Resume" }).press("Enter");

    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect((await saved(connected)).paused).toBe(false);
  });
});

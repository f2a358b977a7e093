// A sync that runs by itself, as an admin sees it: what they decide, how it is doing, and what leads out of trouble.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { attentionOf } from "../../src/connections/attention.ts";
import { loadConnection, saveSettings, setAttention } from "../../src/connections/connection.ts";
import { DEFAULT_LIMITS } from "../../src/settings/brake.ts";
import { DataverseError, SignInError } from "../../src/dataverse/errors.ts";
import { TooManyAccountsError } from "../../src/sync/read/stage-rows.ts";
import { connectedWeb, SETTINGS, type Connected } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { lookAt, visit } from "./harness.ts";
import { step } from "./sync-steps.ts";

const PAGE = "/contacts/accounts/sync";

type Synced = Connected & { readonly ids: readonly string[] };

/** Thirty accounts in step, with a column of their own for domains. */
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

/** What stands above the tabs. */
const word = (page: Page) => page.locator("[data-state]");

async function waitFor(page: Page, state: string): Promise<void> {
  await page.locator(`[data-state=${state}]`).waitFor();
}

describe("a sync that runs by itself", () => {
  test("an admin decides when it runs, what it may not do unseen, and who is told", async () => {
    const work = await synced();
    await work.web.as("company-admin");
    const page = await visit(work.web, "workspace-admin", `${PAGE}?tab=settings`, { refusals: true });
    const schedule = page.getByRole("form", { name: "When it runs" });
    const faults = await lookAt(page, "sync-settings");

    await schedule.getByLabel("Beginning at").fill("03:30");
    await schedule.getByText("That of your browser.").waitFor();
    await schedule.getByLabel("Look for changes in between").check();
    const every = schedule.getByLabel("Look for changes every");
    await every.fill("2");
    await every.press("Enter");
    await schedule.getByText("Write a whole number from 5 to 1,440.").waitFor();
    await every.fill("30");
    await schedule.getByRole("button", { name: "Save the schedule" }).press("Enter");
    await schedule.getByText("Saved.").waitFor();
    await schedule.getByText("Next run: at Mar 2, 10:30 AM").waitFor();

    const limits = page.getByRole("form", { name: "What waits for you" });
    await limits.getByLabel("More than this share of the synced accounts").fill("10");
    await limits.getByRole("button", { name: "Save the limits" }).press("Enter");
    await limits.getByText("Saved.").waitFor();

    const told = page.getByRole("form", { name: "Who is told" });
    await told.getByRole("combobox", { name: "Teammates" }).fill("workspace");
    await page.getByRole("option", { name: /workspace-admin@/ }).click();
    await page.keyboard.press("Escape");
    await told.getByRole("combobox", { name: "Addresses of others" }).fill("crm@ourcompany.example");
    await told.getByRole("button", { name: "Save who is told" }).press("Enter");
    await told.getByText("Saved.").waitFor();
    faults.push(...(await lookAt(page, "sync-settings-saved")));
    await page.reload();
    await told.getByText("crm@ourcompany.example", { exact: true }).waitFor();

    expect(await saved(work)).toMatchObject({
      schedule: {
        changesEveryMinutes: 30,
        fullEveryMinutes: 1440,
        fullAt: "03:30",
        timeZone: "Europe/Berlin",
      },
      brake: { ...DEFAULT_LIMITS, sharePercent: 10 },
    });
    const { body } = await work.carol.get("/connection/recipients");
    expect(body).toMatchObject({
      setUpBy: { email: "company-admin@ourcompany.example" },
      teammates: [{ email: "workspace-admin@ourcompany.example" }],
      addresses: ["crm@ourcompany.example"],
    });
    expect(faults).toEqual([]);
  });

  test("a time of day that was kept in UTC is put on the clocks of a zone, and shown by the viewer's", async () => {
    const work = await synced();
    await work.web.database.kysely.updateTable("connection").set({ full_at: "02:30" }).execute();
    const page = await visit(work.web, "workspace-admin", PAGE);
    await page.getByText("Everything every day at 2:30 AM (UTC)").waitFor();
    await page.getByText("at Mar 3, 3:30 AM").waitFor();
    await page.getByRole("tab", { name: "Settings" }).click();
    const schedule = page.getByRole("form", { name: "When it runs" });
    await schedule.getByText("That of your browser is Europe/Berlin.").waitFor();

    await schedule.getByRole("combobox", { name: "Time zone" }).fill("new_york");
    await page.getByRole("option", { name: "America/New_York" }).click();
    const faults = await lookAt(page, "sync-settings-zone");
    await schedule.getByRole("button", { name: "Save the schedule" }).press("Enter");

    await schedule.getByText("Next run: at Mar 3, 8:30 AM").waitFor();
    expect((await saved(work)).schedule).toMatchObject({ fullAt: "02:30", timeZone: "America/New_York" });
    expect(faults).toEqual([]);
  });

  test("what a connection file decides is shown and not changed", async () => {
    const work = await synced();
    await work.web.database.kysely.updateTable("connection").set({ from_file: true }).execute();
    const page = await visit(work.web, "workspace-admin", `${PAGE}?tab=settings`);

    await page.getByText("Schedule and limits are set up in the connection file").waitFor();
    const faults = await lookAt(page, "sync-settings-file");

    expect(await page.getByRole("button", { name: /^Save/ }).allTextContents()).toEqual(["Save who is told"]);
    expect(await page.getByLabel("Read everything every").getAttribute("readonly")).not.toBeNull();
    expect(faults).toEqual([]);
  });

  test("a plan that the brake stopped is looked at and applied", async () => {
    const work = await synced();
    for (const id of work.ids.slice(0, 20)) work.org.updateAccount(id, { statecode: 1 });
    const page = await visit(work.web, "workspace-admin", PAGE);
    await waitFor(page, "in-step");
    await page.getByRole("button", { name: "Sync now" }).press("Enter");
    await waitFor(page, "needs-attention");
    await page
      .getByRole("alert")
      .getByText("far fewer accounts than last time. Nothing was written.")
      .waitFor();
    const faults = await lookAt(page, "sync-braked");

    await page.getByRole("link", { name: "Look at the plan" }).press("Enter");
    await page
      .getByText("the rights of the connected user in Dynamics 365; then apply or discard the plan.")
      .waitFor();
    await page.getByRole("button", { name: "Discard the plan" }).waitFor();
    faults.push(...(await lookAt(page, "sync-braked-plan")));
    await page.getByRole("button", { name: "Stop syncing 20 accounts" }).press("Enter");

    await page.getByText("20 stopped syncing").first().waitFor();
    await waitFor(page, "in-step");
    expect(faults).toEqual([]);
  });

  test("a sync that fails says why, when it is tried again, and where to look", async () => {
    const work = await synced();
    const broken = work.web.simulator.faults.add({
      path: String.raw`/accounts\?`,
      fault: { kind: "answer", status: 400 },
    });
    const page = await visit(work.web, "workspace-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("alert").getByText("The last sync failed").waitFor();
    await page.getByText("at Mar 3, 10:00 AM").waitFor();
    const faults = await lookAt(page, "sync-failed");
    await page.getByRole("link", { name: "Check the connection" }).press("Enter");
    await page.getByRole("button", { name: "Check the connection" }).waitFor();

    work.web.simulator.faults.remove(broken);
    await page.getByRole("button", { name: "Sync now" }).click();
    await waitFor(page, "in-step");
    expect(faults).toEqual([]);
  });

  test("a first sync that fails is not tried again by itself, and the page says who does", async () => {
    const work = await connectedWeb({ ui: await builtPages() });
    work.org.createAccount({ name: "Acme" });
    // As a connection file leaves it, before anything was synced.
    await saveSettings(work.web.database.kysely, SETTINGS);
    const broken = work.web.simulator.faults.add({
      path: String.raw`/accounts\?`,
      fault: { kind: "answer", status: 400 },
    });
    const page = await visit(work.web, "workspace-admin", PAGE);
    const next = page.getByText("After the first sync: choose Sync now");
    await next.waitFor();

    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("alert").getByText("The first sync is not tried again by itself.").waitFor();
    await next.waitFor();
    const faults = await lookAt(page, "sync-first-failed");

    work.web.simulator.faults.remove(broken);
    await page.getByRole("button", { name: "Sync now" }).click();
    await waitFor(page, "in-step");
    await page.getByText("at Mar 3, 10:00 AM").waitFor();
    expect(faults).toEqual([]);
  });

  test("a column mapped to Domains goes away: the fields are corrected, and the sync goes on", async () => {
    const work = await synced();
    work.org.deleteColumn("new_domain");
    const page = await visit(work.web, "company-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("alert").getByText("A mapped field is missing in Dynamics 365").waitFor();
    const faults = await lookAt(page, "sync-domains-gone");
    await page.getByRole("link", { name: "Correct the fields" }).press("Enter");
    await page.getByRole("button", { name: "Remove the mapping of new_domain" }).click();
    await page.getByRole("button", { name: "See what would change" }).click();
    await page.getByRole("button", { name: "Save these settings" }).click();
    await waitFor(page, "in-step");

    expect((await saved(work)).settings?.mapping.domains).toEqual([]);
    expect(faults).toEqual([]);
  });

  test.for<[string, Error, string, (page: Page) => ReturnType<Page["locator"]>]>([
    [
      "the view is gone",
      new DataverseError("view-not-found", "The view is gone."),
      "Choose the accounts anew",
      (page) => step(page, "Which accounts?"),
    ],
    [
      "the view is broken",
      new DataverseError("view-broken", "The view is broken."),
      "Choose the accounts anew",
      (page) => step(page, "Which accounts?"),
    ],
    [
      "too many accounts",
      new TooManyAccountsError(500_000),
      "Choose the accounts anew",
      (page) => step(page, "Which accounts?"),
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
  ])("%s: what happened, what to do, and the way there", async ([, error, way, there]) => {
    const work = await synced();
    await setAttention(work.web.database.kysely, attentionOf(error, 1)!);
    const page = await visit(work.web, "company-admin", PAGE);

    await page.getByRole("alert").getByText(error.message).waitFor();
    expect(await word(page).textContent()).toMatch(/^Needs attention: /);
    await page.getByText("When this is settled").waitFor();
    await page.getByRole("link", { name: way }).press("Enter");

    await there(page).waitFor();
  });

  test("paused while it needs attention, it can be resumed", async () => {
    const work = await synced();
    await work.carol.post("/connection/pause");
    const page = await visit(work.web, "workspace-admin", PAGE);
    await waitFor(page, "paused");
    await setAttention(work.web.database.kysely, attentionOf(new TooManyAccountsError(500_000), 1)!);
    await page.reload();
    await waitFor(page, "needs-attention");

    await page.getByRole("button", { name: "Resume" }).press("Enter");

    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect((await saved(work)).paused).toBe(false);
  });
});

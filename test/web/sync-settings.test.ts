// Settings of a scheduled sync: its schedule, its limits and its recipients.
import { describe, expect, test } from "vitest";
import { DEFAULT_BRAKE_LIMITS } from "../../src/settings/brake.ts";
import { auditPage, visit } from "./harness.ts";
import { savedConnection, syncedConnection } from "./synced-connection.ts";

const PAGE = "/contacts/accounts/sync";

describe("a scheduled sync", () => {
  test("an admin sets its schedule, its limits and its recipients", async () => {
    const connected = await syncedConnection();
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

    expect(await savedConnection(connected)).toMatchObject({
      schedule: {
        changesEveryMinutes: 30,
        fullEveryMinutes: 1440,
        fullAt: "03:30",
        timeZone: "Europe/Berlin",
      },
      brake: { ...DEFAULT_BRAKE_LIMITS, sharePercent: 10 },
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
    const connected = await syncedConnection();
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
    expect((await savedConnection(connected)).schedule).toMatchObject({
      fullAt: "02:30",
      timeZone: "America/New_York",
    });
    expect(violations).toEqual([]);
  });

  test("settings of a connection file are read-only", async () => {
    const connected = await syncedConnection();
    await connected.web.database.kysely.updateTable("connection").set({ from_file: true }).execute();
    const page = await visit(connected.web, "workspace-admin", `${PAGE}?tab=settings`);

    await page.getByText("Schedule and limits are configured in the connection file").waitFor();
    const violations = await auditPage(page, "sync-settings-file");

    expect(await page.getByRole("button", { name: /^Save/ }).allTextContents()).toEqual(["Save recipients"]);
    expect(await page.getByLabel("Full sync every").getAttribute("readonly")).not.toBeNull();
    expect(violations).toEqual([]);
  });
});

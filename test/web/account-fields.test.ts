// Sets a field of every type by hand on an account's page, and checks what the database holds.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { WebWorkspace } from "../harness/web.ts";
import { startApplication, screenshot, visit } from "./harness.ts";

async function accountWith(web: WebWorkspace, fields: Record<string, string>): Promise<number> {
  const admin = await web.as("company-admin");
  for (const [name, type] of Object.entries(fields)) await admin.post("/fields", { name, type });
  return (await admin.post("/accounts", { name: "Acme" })).body.account.id;
}

/** Stored values by the name of the field. */
async function stored({ database }: WebWorkspace): Promise<Record<string, unknown>> {
  const { fields } = await database.kysely.selectFrom("accounts").select("fields").executeTakeFirstOrThrow();
  const known = await database.kysely.selectFrom("custom_fields").select(["id", "name"]).execute();
  return Object.fromEntries(known.map(({ id, name }) => [name, fields[id]]));
}

async function edit(page: Page, name: string, enter: () => Promise<void>): Promise<void> {
  await page.getByRole("button", { name: `Add ${name}` }).click();
  await enter();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: `Edit ${name}` }).waitFor();
}

describe("the fields of an account", () => {
  test("of every type are set by hand, and a teammate field is cleared", async () => {
    const web = await startApplication();
    const types = {
      Tier: "text",
      Seats: "number",
      Partner: "boolean",
      Renewal: "datetime",
      Owner: "teammate",
    };
    const id = await accountWith(web, types);
    const page = await visit(web, "teammate", `/contacts/accounts/${id}`);
    const choose = async (name: string, option: string) => {
      await page.getByRole("combobox", { name }).click();
      await page.getByRole("option", { name: option }).click();
    };
    await edit(page, "Tier", () => page.getByRole("textbox", { name: "Tier" }).fill("Gold"));
    await edit(page, "Seats", () => page.getByRole("spinbutton", { name: "Seats" }).fill("12.5"));
    await edit(page, "Renewal", () => page.getByLabel("Renewal").fill("2026-06-01T12:30"));
    await edit(page, "Partner", () => choose("Partner", "No"));
    await edit(page, "Owner", () => choose("Owner", "company-admin"));
    await screenshot(page, "account-fields");
    const chosen = {
      Tier: "Gold",
      Seats: 12.5,
      Partner: false,
      Renewal: "2026-06-01T12:30:00",
      Owner: await web.idOf("company-admin"),
    };
    expect(await stored(web)).toEqual(chosen);

    await page.getByRole("button", { name: "Edit Owner" }).click();
    await page.getByRole("combobox", { name: "Owner" }).click();
    await page.getByRole("option", { name: "company-admin" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Add Owner" }).waitFor();
    expect(await stored(web)).toEqual({ ...chosen, Owner: undefined });
  });

  test("of dates show a date, a wall clock and an instant by the workspace's clocks, as the list does", async () => {
    const web = await startApplication();
    const { kysely } = web.database;
    // The browser is in Berlin.
    await kysely.updateTable("connection").set({ time_zone: "America/New_York" }).execute();
    const admin = await web.as("company-admin");
    const dates = {
      Renewal: "2015-01-01",
      "Go-live": "2015-01-01T09:30:00",
      "On hold": "2015-01-01T09:30:00Z",
      Campaign: "2015-01-01T05:00:00Z",
      Forever: "9999-12-31T23:59:59Z",
    };
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(dates)) {
      const { body } = await admin.post("/fields", { name, type: "datetime" });
      fields[body.field.id] = value;
    }
    await kysely
      .updateTable("custom_fields")
      .set({ date_format: "date" })
      .where("name", "=", "Campaign")
      .execute();
    const { body } = await admin.post("/accounts", { name: "Acme", fields });

    const page = await visit(web, "teammate", `/contacts/accounts/${body.account.id}`);
    await page.getByText("1 Jan 2015, 04:30 UTC\u22125").waitFor();
    await screenshot(page, "account-dates");
    const shown = async (name: string) => page.locator("dt", { hasText: name }).locator("+ dd").innerText();
    expect(await Promise.all(Object.keys(dates).map(shown))).toEqual([
      "1 Jan 2015",
      "1 Jan 2015, 09:30",
      "1 Jan 2015, 04:30 UTC\u22125",
      "1 Jan 2015",
      "31 Dec 9999, 18:59:59 UTC\u22125",
    ]);
    await page.getByRole("button", { name: "Edit On hold" }).click();
    expect(await page.getByLabel("On hold", { exact: true }).inputValue()).toBe("2015-01-01T04:30");
    await page.goto("/contacts/accounts");
    await page.getByText("1 Jan 2015, 04:30 UTC\u22125").waitFor();
    await screenshot(page, "accounts-dates");
  });

  test("are unchanged when Enter is pressed on Cancel", async () => {
    const web = await startApplication();
    const id = await accountWith(web, { Tier: "text" });
    const page = await visit(web, "teammate", `/contacts/accounts/${id}`);
    await page.getByRole("button", { name: "Add Tier" }).press("Enter");
    await page.getByRole("textbox", { name: "Tier" }).fill("Gold");
    await page.getByRole("button", { name: "Cancel" }).press("Enter");
    await page.getByRole("button", { name: "Add Tier" }).waitFor();
    expect(await stored(web)).toEqual({ Tier: undefined });
  });
});

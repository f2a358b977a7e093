// Reading a plan: scrolling, searching and filtering it, and creating fields for it.
import { describe, expect, test } from "vitest";
import { connectedWeb } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { axeViolations, downloadText, screenshot, visit } from "./harness.ts";
import { step } from "./sync-wizard.ts";

describe("a plan", () => {
  test("is scrolled to its end while only the visible rows are rendered", async () => {
    const { web, plan, changes } = await connectedWeb({ ui: await builtPages(), accounts: 600 });
    const run = await plan();
    const all = await changes(run.id, "limit=200");
    const page = await visit(
      web,
      "workspace-admin",
      `/contacts/accounts?import=dynamics&step=preview&run=${run.id}`,
    );
    const rows = page.getByRole("list", { name: "Accounts of the plan" }).getByRole("listitem");
    await rows.first().waitFor();
    const last = rows.filter({ hasText: all.at(-1)!.explanation }).filter({ hasText: all.at(-1)!.name });
    await page.getByRole("dialog").locator("[data-scroll-container]").hover();
    while ((await last.count()) === 0) await page.mouse.wheel(0, 4000);
    expect(await rows.count()).toBeLessThan(80);
  });

  test("is filtered by action and searched by name", async () => {
    const { web, org, plan, changes } = await connectedWeb({ ui: await builtPages(), accounts: 150 });
    for (const day of ["01", "02"])
      org.createAccount({ name: "Zebra", createdon: `2026-01-${day}T00:00:00Z` });
    const run = await plan();
    const skipped = await changes(run.id, "action=skip");
    const page = await visit(
      web,
      "workspace-admin",
      `/contacts/accounts?import=dynamics&step=preview&run=${run.id}`,
    );
    const rows = page.getByRole("list", { name: "Accounts of the plan" }).getByRole("listitem");
    await page.getByRole("button", { name: /skip$/ }).click();
    await rows.getByText("skip").first().waitFor();
    await rows.nth(skipped.length).waitFor({ state: "detached" });
    expect(await rows.count()).toBe(skipped.length);
    await page.getByRole("button", { name: /skip$/ }).click();
    await page.getByLabel("Search the plan").fill("zebra");
    await rows.filter({ hasText: "Zebra" }).nth(1).waitFor();
    await rows.nth(2).waitFor({ state: "detached" });
    expect(await rows.count()).toBe(2);
    await page.getByLabel("Search the plan").fill("nobody of that name");
    await page.getByText("No account in this plan matches.").waitFor();
  });

  test("makes a domain that blocks many a common one, says what that does, and plans again", async () => {
    const { web, org, plan } = await connectedWeb({ ui: await builtPages() });
    for (let n = 0; n < 12; n++) org.createAccount({ name: `Tenant ${n}`, websiteurl: "shared.com" });
    const run = await plan();
    const at = `/contacts/accounts?import=dynamics&step=preview&run=${run.id}`;
    const page = await visit(web, "workspace-admin", at);
    await page.getByText("shared.com blocks 11 accounts.").waitFor();
    await screenshot(page, "sync-plan-blocking-domain");
    expect(await axeViolations(page)).toEqual([]);

    await page.getByText("11 more accounts would be synced, without the domain shared.com.").waitFor();
    await page.getByRole("button", { name: "Make shared.com a common domain" }).click();

    await page.getByRole("button", { name: "12 create" }).waitFor();
    expect(await page.getByText("shared.com blocks").count()).toBe(0);
  });

  test("keeps its filters in the URL, and is navigated by keyboard", async () => {
    const { web, org, plan, apply } = await connectedWeb({ ui: await builtPages() });
    for (const name of ["Zebra", "Zebra North", "Zebra South", "Other"]) org.createAccount({ name });
    const run = await plan();
    const at = `/contacts/accounts?import=dynamics&step=preview&run=${run.id}`;
    const page = await visit(web, "workspace-admin", at);
    const rows = page.getByRole("list", { name: "Accounts of the plan" }).getByRole("listitem");
    await rows.first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("zebra");
    await rows.nth(3).waitFor({ state: "detached" });
    await page.reload();
    await rows.nth(2).waitFor();
    expect(await rows.count()).toBe(3);
    expect(await page.getByLabel("Search the plan").inputValue()).toBe("zebra");
    await screenshot(page, "sync-plan-searched");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Search the plan").press("Escape");
    await rows.nth(3).waitFor();

    await apply(run.id);
    await page.goto(`/contacts/accounts/sync?tab=runs&run=${run.id}&q=zebra`);
    await rows.nth(2).waitFor();
    await page.getByLabel("Search the plan").press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const second = await rows.nth(1).getByRole("link").innerText();
    const csv = page.getByRole("link", { name: "CSV" });
    expect(await downloadText(page, () => csv.click())).toContain(second);
    await rows.nth(1).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: second, level: 1 }).waitFor();
  });

  test("tells a workspace admin who can create a field", async () => {
    const { web } = await connectedWeb({ ui: await builtPages(), accounts: 3 });
    const page = await visit(web, "workspace-admin", "/contacts/accounts?import=dynamics&step=fields");
    await step(page, "Map fields").waitFor();
    await page.getByLabel("Search Dynamics 365 columns").fill("industry");
    await page.getByLabel("Sync Industry to").selectOption("New field…");
    await page.getByText("ask company-admin (company-admin@ourcompany.example)").waitFor();
    expect(await web.database.kysely.selectFrom("custom_fields").select("name").execute()).toEqual([]);
  });

  test("keeps its mapping when the modal is closed and opened again", async () => {
    const { web } = await connectedWeb({ ui: await builtPages(), accounts: 3 });
    const page = await visit(web, "company-admin", "/contacts/accounts?import=dynamics&step=fields");
    await page.getByRole("button", { name: /^Accept all/ }).click();
    await page.getByRole("button", { name: "Do not sync Owner to Owner (Teammate)" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("menuitem", { name: "Dynamics 365" }).click();
    await step(page, "Map fields").waitFor();
    await page.getByRole("button", { name: "Do not sync Owner to Owner (Teammate)" }).waitFor();
    await page.goBack();
    await page.reload();
    await page.goto("/contacts/accounts?import=dynamics");
    await page.getByRole("button", { name: "Do not sync Owner to Owner (Teammate)" }).waitFor();
    const { settings } = await web.database.kysely
      .selectFrom("connection")
      .select("settings")
      .executeTakeFirstOrThrow();
    expect(settings).toBeNull();
  });
});

// Sets up a sync in a browser, from an empty database to synced accounts.
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { WebWorkspace } from "../harness/web.ts";
import { startApplication, auditPage, visit } from "./harness.ts";
import { logIn, step } from "./sync-wizard.ts";

async function accountsIn({ database }: WebWorkspace): Promise<number> {
  const { count } = await database.kysely
    .selectFrom("accounts")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

function storedIn({ database }: WebWorkspace) {
  return database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
}

/** The link is always there for screen readers, and visible on hover and focus only. */
async function isSeen(link: Locator): Promise<boolean> {
  const opacity = await link.evaluate(
    (element) => element.ownerDocument.defaultView?.getComputedStyle(element).opacity,
  );
  return opacity !== "0";
}

describe("setting up the sync", () => {
  // Every step is audited in four ways, which takes long.
  test("from an empty database to synced accounts", { timeout: 600_000 }, async () => {
    const web = await startApplication({ accounts: 12, demo: false });
    const page = await visit(web, "company-admin", "/contacts/accounts", { allowHttpErrors: true });
    const violations: string[] = [];

    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("menuitem", { name: "Dynamics 365" }).click();
    await step(page, "Connect Dynamics 365").waitFor();
    await page.getByLabel("Your Dynamics 365 URL").fill(web.simulator.origin);
    await page.getByText("sign-in at").waitFor();
    expect(await storedIn(web)).toMatchObject({ sign_in: null, settings: null });
    violations.push(...(await auditPage(page, "sync-1-connect")));

    await logIn(page, web);
    await step(page, "Select accounts").waitFor();
    expect(await storedIn(web)).toMatchObject({ sign_in: "delegated", settings: null });
    expect(web.simulator.org.requireTable("account").rows()).toHaveLength(12);
    await page.getByText("12 accounts").waitFor();
    violations.push(...(await auditPage(page, "sync-2-accounts")));
    await page.getByLabel("The accounts of a view").check();
    await page.getByText("System views").waitFor();
    violations.push(...(await auditPage(page, "sync-2-views")));
    await page.getByLabel("All active accounts").check();
    await page.getByRole("button", { name: "Map fields" }).click();

    await step(page, "Map fields").waitFor();
    await page.getByRole("button", { name: /Accept all \d/ }).waitFor();
    violations.push(...(await auditPage(page, "sync-3-suggestions")));
    await page.getByRole("button", { name: /Accept all \d/ }).click();
    await page.getByRole("button", { name: "Do not sync Owner to Owner (Teammate)" }).waitFor();
    await page.getByLabel("Search Dynamics 365 columns").fill("employees");
    await page.getByLabel("Sync Number of Employees to").selectOption("New field…");
    await page.getByLabel("Name of the new field").fill("Employees");
    violations.push(...(await auditPage(page, "sync-3-new-field")));
    await page.getByRole("button", { name: "Create and map field" }).click();
    await page.getByText("Employees (Number)").first().waitFor();
    await page.getByLabel("Search Dynamics 365 columns").fill("");
    await page.getByText("What does Email domain do?").click();
    violations.push(...(await auditPage(page, "sync-3-fields")));
    const fields = await web.database.kysely.selectFrom("custom_fields").select(["name", "type"]).execute();
    expect(fields).toContainEqual({ name: "Employees", type: "number" });

    await page.getByRole("button", { name: "Preview", exact: true }).last().click();
    await step(page, "Preview").waitFor();
    await page.getByRole("list", { name: "Accounts of the plan" }).getByRole("listitem").first().waitFor();
    expect(await accountsIn(web)).toBe(0);
    violations.push(...(await auditPage(page, "sync-4-preview")));

    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("menuitem", { name: "Dynamics 365" }).click();
    await step(page, "Preview").waitFor();

    await page.getByRole("button", { name: /^Sync \d+ accounts$/ }).click();
    await step(page, "Synced, but not every account").waitFor();
    violations.push(...(await auditPage(page, "sync-5-result")));
    const run = await web.database.kysely.selectFrom("runs").selectAll().executeTakeFirstOrThrow();
    expect(run.status).toBe("done");
    expect(await accountsIn(web)).toBe(run.counts.created);
    expect((await storedIn(web)).settings).toMatchObject({ selection: { kind: "all" } });
    const result = page.getByRole("status").first();
    await expect.poll(() => result.innerText()).toContain(`${run.counts.created} synced`);

    await page.getByRole("link", { name: "View accounts" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText(`${run.counts.created} accounts`).waitFor();
    violations.push(...(await auditPage(page, "sync-6-accounts")));

    await page.locator('[role="row"][data-index="0"]').click();
    await page.getByText("Synced from Dynamics 365 · last synced").waitFor();
    const name = await page.getByRole("heading", { level: 1 }).innerText();
    const { record_id: record } = await web.database.kysely
      .selectFrom("account_links")
      .innerJoin("accounts", "accounts.id", "account_links.account_id")
      .select("record_id")
      .where("accounts.name", "=", name)
      .executeTakeFirstOrThrow();
    const industry = page.getByRole("term").filter({ hasText: /^Industry$/ });
    const edit = page.getByRole("link", { name: /Edit in Dynamics 365.*Industry/ });
    await page.mouse.move(0, 0);
    await expect.poll(() => isSeen(edit)).toBe(false);
    await industry.hover();
    await expect.poll(() => isSeen(edit)).toBe(true);
    violations.push(...(await auditPage(page, "sync-7-account")));
    await page.mouse.move(0, 0);
    await expect.poll(() => isSeen(edit)).toBe(false);
    // Focused by Tab, so that `:focus-visible` applies.
    await edit.focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    await expect.poll(() => isSeen(edit)).toBe(true);
    expect(await edit.getAttribute("href")).toBe(
      `${web.simulator.origin}/main.aspx?etn=account&pagetype=entityrecord&id=${record}`,
    );
    expect(violations).toEqual([]);
  });
});

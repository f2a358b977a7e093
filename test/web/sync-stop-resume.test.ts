// An account that is linked, one that stops syncing and one that resumes: in the plan and on the
// account's page.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { connectedWeb } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { auditPage, visit } from "./harness.ts";

const ACTIVE = { statecode: 0, statuscode: 1 };
const INACTIVE = { statecode: 1, statuscode: 2 };

function planRows(page: Page) {
  return page.getByRole("list", { name: "Accounts of the plan" }).getByRole("listitem");
}

describe("accounts that stop and resume syncing", () => {
  test("are shown in the plan, and on their pages with the reason", { timeout: 300_000 }, async () => {
    const { web, org, carol, plan, apply } = await connectedWeb({ ui: await builtPages() });
    const existing = await carol.post("/accounts", { name: "Bolt", domains: ["bolt.com"] });
    org.createAccount({ name: "Bolt Ltd", websiteurl: "www.bolt.com" });
    const acme = org.createAccount({ name: "Acme" });
    await apply((await plan()).id);
    const { account_id: accountId } = await web.database.kysely
      .selectFrom("account_links")
      .select("account_id")
      .where("record_id", "=", acme)
      .executeTakeFirstOrThrow();
    const runPath = (run: number) => `/contacts/accounts/sync?tab=runs&run=${run}`;

    const page = await visit(web, "workspace-admin", `/contacts/accounts/${existing.body.account.id}`);
    await page.getByText("matched by domain bolt.com").waitFor();
    await page.getByRole("button", { name: "why?" }).click();
    await page.getByText("already had the domain bolt.com").waitFor();
    const violations = await auditPage(page, "account-matched");

    org.updateAccount(acme, INACTIVE);
    const stopPlan = await plan();
    await page.goto(runPath(stopPlan.id));
    await planRows(page).filter({ hasText: "Acme" }).getByText("stop").waitFor();
    violations.push(...(await auditPage(page, "sync-plan-stop")));
    await page.getByRole("button", { name: "Stop syncing 1 account" }).click();
    await page.getByText("1 stopped syncing").first().waitFor();
    await page.goto(`/contacts/accounts/${accountId}`);
    await page.getByText("No longer synced from Dynamics 365: its record was deactivated there").waitFor();
    violations.push(...(await auditPage(page, "account-stopped")));

    org.updateAccount(acme, ACTIVE);
    const resumePlan = await plan();
    await page.goto(runPath(resumePlan.id));
    await planRows(page).filter({ hasText: "Acme" }).getByText("resume").waitFor();
    violations.push(...(await auditPage(page, "sync-plan-resume")));
    await page.getByRole("button", { name: "Sync 1 account" }).click();
    await page.getByText("1 synced").first().waitFor();
    await page.goto(`/contacts/accounts/${accountId}`);
    await page.getByText("Synced from Dynamics 365 · last synced").waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText("Resumed syncing").waitFor();
    await page.getByText("Stopped syncing").waitFor();
    violations.push(...(await auditPage(page, "account-resumed-history")));
    expect(violations).toEqual([]);
  });
});

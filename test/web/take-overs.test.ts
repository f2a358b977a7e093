// Take-overs and merges in the browser: in the plan, on the account's page and in its history.
import { expect, test } from "vitest";
import { builtPages } from "../harness/pages.ts";
import { connectedWeb } from "../jobs/connected.ts";
import { axeViolations, screenshot, visit } from "./harness.ts";

const LATER = { createdon: "2099-01-01T00:00:00Z" };

test("a plan counts its take-overs and lists them alone, and names the account that a merge goes into", async () => {
  const { web, org, plan, apply } = await connectedWeb({ ui: await builtPages() });
  const old = org.createAccount({ name: "Acme old", websiteurl: "acme.net" });
  const loser = org.createAccount({ name: "Bolt Lisbon", websiteurl: "bolt.net" });
  const winner = org.createAccount({ name: "Bolt" });
  await apply((await plan()).id);
  org.updateAccount(old, { statecode: 1, statuscode: 2 });
  org.createAccount({ name: "Acme new", websiteurl: "acme.net", ...LATER });
  org.mergeAccounts(winner, loser);
  const run = await plan();

  const page = await visit(web, "workspace-admin", `/contacts/accounts/sync?tab=runs&run=${run.id}`);
  await page.getByText("Merged into “Bolt” in Dynamics 365").waitFor();
  await screenshot(page, "plan-take-over-and-merge");
  expect(await axeViolations(page)).toEqual([]);
  await page
    .getByRole("button", { name: "1 takes over the account of a deleted or deactivated record" })
    .click();
  await page.getByText("takes over “Acme old”, whose record was deactivated in Dynamics 365").waitFor();
  await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
  await screenshot(page, "plan-take-overs-alone");

  await page.getByRole("button", { name: "Sync 1 account" }).click();
  await page.getByText("1 stopped syncing").waitFor();
  await page.getByText("1 merged").waitFor();
  await screenshot(page, "run-with-merge");
  await page.goto("/contacts/accounts?q=lisbon");
  await page.locator('[role="row"][data-index="0"]').click();
  await page.getByText("its record was merged into that of").waitFor();
  await screenshot(page, "account-merged");
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByText("Its record was merged in Dynamics 365 into that of").waitFor();
  await screenshot(page, "account-merged-history");
  await page.getByRole("link", { name: "Bolt", exact: true }).first().click();
  await page.getByRole("heading", { name: "Bolt", exact: true }).waitFor();
});

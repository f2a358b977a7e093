// Unlinking in the browser: from the issue of a record that an account blocks, all at once, and
// from the account's page.
import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { builtPages } from "../harness/pages.ts";
import { connectedWeb, SETTINGS } from "../jobs/connected.ts";
import { axeViolations, screenshot, visit } from "./harness.ts";

/** "Acme old" left the view, and blocks "Acme new". */
async function blockedByLeftView() {
  const space = await connectedWeb({ ui: await builtPages() });
  const { org, plan, apply, sync } = space;
  const london = { address1_city: "London", websiteurl: "acme.net" };
  const view = org.addView({
    kind: "system",
    name: "London",
    fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter>
      <condition attribute="address1_city" operator="eq" value="London"/></filter></entity></fetch>`,
  });
  const old = org.createAccount({ name: "Acme old", ...london, createdon: "2020-01-01T00:00:00Z" });
  org.createAccount({ name: "Another", address1_city: "London" });
  await apply((await plan({ ...SETTINGS, selection: { kind: "view", view } })).id);
  org.updateAccount(old, { address1_city: "Leeds" });
  org.createAccount({ name: "Acme new", ...london });
  await sync();
  const { id } = await space.web.database.kysely
    .selectFrom("accounts")
    .select("id")
    .where("name", "=", "Acme old")
    .executeTakeFirstOrThrow();
  return { ...space, id };
}

const focused = (page: Page) => page.locator(":focus").textContent();

test("from the issue: it names the record that left the view, and what unlinking its account would do", async () => {
  const { web, sync } = await blockedByLeftView();
  const page = await visit(
    web,
    "workspace-admin",
    "/contacts/accounts/sync?tab=errors&kind=domain-linked-elsewhere",
  );
  await page.getByText("belongs to “Acme old”, whose record left the view.").waitFor();
  await screenshot(page, "unlink-issue");
  await page.getByRole("button", { name: "Unlink Acme old" }).click();
  await page.getByText("The next sync then links 1 account that is skipped now.").waitFor();
  await screenshot(page, "unlink-issue-dialog");
  expect(await axeViolations(page)).toEqual([]);

  await page.getByRole("button", { name: "Unlink the account" }).click();

  await page.getByText("belongs to “Acme old”, which is not linked any more.").waitFor();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await expect.poll(() => focused(page)).toBe("The next sync, or a retry, decides again.");
  await screenshot(page, "unlink-issue-done");
  expect((await sync()).counts).toMatchObject({ linked: 1, skipped: 0 });
});

test("all at once, with how many accounts it concerns", async () => {
  const { web } = await blockedByLeftView();
  const page = await visit(web, "workspace-admin", "/contacts/accounts/sync?tab=errors");
  await page.getByRole("button", { name: "Unlink all that left the view …" }).click();
  await page
    .getByText(
      "Every account whose record left the view is unlinked, whether it is in the way of another or not: 1 account.",
    )
    .waitFor();
  await screenshot(page, "unlink-all-dialog");

  await page.getByRole("button", { name: "Unlink 1 account" }).click();

  await expect
    .poll(() => focused(page))
    .toBe("1 account unlinked. The next sync, or a retry, decides again.");
});

test("from the account's page, by an admin alone, and the history says who did it", async () => {
  const { web, id } = await blockedByLeftView();
  web.clock.advance(1000);
  const asTeammate = await visit(web, "teammate", `/contacts/accounts/${id}`);
  await asTeammate.getByText("its record is no longer in the view that is synced").waitFor();
  expect(await asTeammate.getByRole("button", { name: "Unlink" }).count()).toBe(0);

  const page = await visit(web, "workspace-admin", `/contacts/accounts/${id}`);
  await page.getByRole("button", { name: "Unlink" }).click();
  await page.getByText("The account keeps all its values.").waitFor();
  await screenshot(page, "unlink-account-dialog");
  await page.getByRole("button", { name: "Unlink the account" }).click();

  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await expect.poll(() => focused(page)).toMatch(/^Unlinked\. The account keeps its values/);
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByText("by workspace-admin").waitFor();
  await screenshot(page, "unlink-account-history");
  expect(await page.getByRole("listitem").first().innerText()).toContain("Unlinked");
  expect(await axeViolations(page)).toEqual([]);
});

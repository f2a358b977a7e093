// How an admin resolves what breaks a configured sync.
import type { Page } from "playwright-core";
import { loadConnection } from "../../src/connections/connection.ts";
import { describe, expect, test } from "vitest";
import type { WebWorkspace } from "../harness/web.ts";
import { connectedWeb, SETTINGS } from "../jobs/connected.ts";
import { logIn as logInByRequests } from "../connections/browser-log-in.ts";
import { builtPages } from "../harness/pages.ts";
import { auditPage, visit } from "./harness.ts";
import { logIn, step } from "./sync-wizard.ts";

const PAGE = "/contacts/accounts/sync";

async function settingsIn({ database }: WebWorkspace) {
  const { settings, attention } = await loadConnection(database.kysely);
  return { settings, attention };
}

async function syncNow(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sync now" }).click();
}

async function namesIn({ database }: WebWorkspace): Promise<string[]> {
  const rows = await database.kysely.selectFrom("accounts").select("name").execute();
  return rows.map(({ name }) => name).toSorted();
}

describe("recovering a sync", () => {
  test(
    "the view is deleted: nothing is synced until other accounts are chosen",
    { timeout: 300_000 },
    async () => {
      const { web, org, plan, apply } = await connectedWeb({ ui: await builtPages() });
      org.createAccount({ name: "Acme" });
      const view = org.addView({
        kind: "system",
        name: "Key accounts",
        fetchxml: '<fetch><entity name="account"><attribute name="name"/></entity></fetch>',
      });
      await apply((await plan({ selection: { kind: "view", view } })).id);
      org.deleteView(view);

      const page = await visit(web, "workspace-admin", PAGE);
      await syncNow(page);
      await page.getByRole("alert").getByText("Dynamics 365 view not found").waitFor();
      const violations = await auditPage(page, "sync-recovery-view");
      await page.getByRole("link", { name: "Select accounts again" }).click();
      await page.getByText("The selected view was not found").waitFor();
      await page.getByLabel("All active accounts").check();
      await page.getByRole("button", { name: "Map fields" }).click();
      await page.getByRole("button", { name: "Preview", exact: true }).last().click();
      await step(page, "Preview").waitFor();
      await page.getByRole("button", { name: "Save these settings" }).click();
      await step(page, "Synced").waitFor();

      // The page may show the end of a run a moment before the server clears the attention.
      await expect
        .poll(() => settingsIn(web))
        .toMatchObject({ settings: { selection: { kind: "all" } }, attention: null });
      expect(await namesIn(web)).toEqual(["Acme"]);
      expect(violations).toEqual([]);
    },
  );

  test(
    "a mapped column is deleted: it is reported, its mapping removed, the rest is synced",
    { timeout: 300_000 },
    async () => {
      const { web, org, plan, apply } = await connectedWeb({ ui: await builtPages() });
      org.addColumn({ schemaName: "new_Tier", label: "Tier", type: "String", custom: true });
      org.createAccount({ name: "Acme", new_tier: "Gold" });
      const mapping = {
        ...SETTINGS.mapping,
        fields: [{ column: "new_tier", field: "Tier", type: "text" as const }],
      };
      await apply((await plan({ mapping })).id);
      org.deleteColumn("new_tier");

      const page = await visit(web, "company-admin", PAGE);
      await syncNow(page);
      await page.getByRole("link", { name: "1 issue" }).click();
      await page.getByRole("heading", { name: "Dynamics 365 field not found" }).waitFor();
      const violations = await auditPage(page, "sync-recovery-column");
      await page.getByRole("tab", { name: "Fields" }).click();
      await page.getByRole("button", { name: "Remove the mapping of new_tier" }).click();
      await page.getByRole("button", { name: "Preview changes" }).click();
      await page.getByRole("button", { name: "Save these settings" }).click();
      await page.getByText("1 unchanged").first().waitFor();

      await expect.poll(async () => (await settingsIn(web)).settings?.mapping.fields).toEqual([]);
      const account = await web.database.kysely
        .selectFrom("accounts")
        .select("fields")
        .executeTakeFirstOrThrow();
      expect(Object.values(account.fields)).toEqual(["Gold"]);
      expect(violations).toEqual([]);
    },
  );

  test("the sign-in is revoked: logging in again resolves it", { timeout: 300_000 }, async () => {
    const { web, org, carol, plan, apply } = await connectedWeb({ ui: await builtPages() });
    org.createAccount({ name: "Acme" });
    await logInByRequests(web, carol);
    await apply((await plan()).id);
    web.simulator.entra.revokeSessions(web.simulator.entra.directory.users[0]!.objectId);
    // The access token of before is over, too.
    web.clock.advance(3_600_000);

    const page = await visit(web, "company-admin", PAGE, { allowHttpErrors: true });
    await syncNow(page);
    await page.getByRole("alert").getByText("has to be connected again").waitFor();
    await page.getByRole("link", { name: "Connect Dynamics 365 again" }).click();
    await logIn(page, web);
    await step(page, "Select accounts").waitFor();

    expect((await settingsIn(web)).attention).toBeNull();
  });

  test(
    "conflicting accounts are reported by kind, and a setting that resolves it previews again",
    { timeout: 300_000 },
    async () => {
      const { web, org } = await connectedWeb({ ui: await builtPages() });
      const script = "<img src=x onerror=alert(1)>";
      for (const name of ["Acme", "Acme", script]) org.createAccount({ name });
      org.createAccount({ name: "Bolt", websiteurl: "bolt.com" });
      org.createAccount({ name: "Bolt Lisbon", websiteurl: "bolt.com" });

      const page = await visit(web, "company-admin", "/contacts/accounts?import=dynamics&step=fields");
      await page.getByRole("button", { name: /^Accept all/ }).click();
      await page.getByRole("button", { name: "Do not sync Owner to Owner (Teammate)" }).waitFor();
      await page.getByRole("button", { name: "Preview", exact: true }).last().click();
      await page.getByRole("button", { name: "Sync 3 accounts" }).waitFor();
      await page.getByText(script).waitFor();
      await page.getByText("Account name is already in use").click();
      await page.getByText("What to do:").filter({ visible: true }).waitFor();
      const violations = await auditPage(page, "sync-recovery-conflicts");
      expect(await namesIn(web)).toEqual([]);
      await page
        .getByRole("button", { name: /1 more account created/ })
        .first()
        .click();
      await page.getByRole("button", { name: "Sync 4 accounts" }).waitFor();
      await page
        .getByRole("button", { name: /1 more account created/ })
        .first()
        .click();
      await page.getByRole("button", { name: "Sync 5 accounts" }).click();
      await step(page, "Synced").waitFor();

      expect(await namesIn(web)).toEqual([script, "Acme", "Acme", "Bolt", "Bolt Lisbon"]);
      expect((await settingsIn(web)).settings?.options).toEqual({
        allowDuplicateNames: true,
        onDomainTaken: "without-domain",
      });
      expect(violations).toEqual([]);
    },
  );
});

// The tabs of the sync page: what they show, what their buttons do, and no axe violations.
import { describe, expect, test } from "vitest";
import { connectedWeb } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { downloadText, auditPage, screenshot, visit } from "./harness.ts";

const PAGE = "/contacts/accounts/sync";

/** Synced once, with one account skipped because of its name. */
async function synced() {
  const connected = await connectedWeb({ ui: await builtPages(), accounts: 40 });
  for (const day of ["01", "02"])
    connected.org.createAccount({ name: "Acme", createdon: `2026-01-${day}T00:00:00Z` });
  await connected.apply((await connected.plan()).id);
  return connected;
}

describe("the sync page", () => {
  test("axe finds nothing on any tab", { timeout: 600_000 }, async () => {
    const { web, plan } = await synced();
    await plan();
    const page = await visit(web, "workspace-admin", PAGE);
    const violations: string[] = [];
    const audit = async (name: string, text: string) => {
      await page.getByText(text).first().waitFor();
      await page.waitForLoadState("networkidle");
      violations.push(...(await auditPage(page, `sync-page-${name}`)));
    };
    await audit("overview", "Last sync");
    await page.getByRole("tab", { name: "Fields" }).click();
    await audit("fields", "Account Name");
    await page.getByRole("tab", { name: "Runs" }).click();
    await audit("runs", "Sync 1");
    await page.getByRole("link", { name: "Sync 1" }).click();
    await audit("run", "read from Dynamics 365");
    await page.getByRole("tab", { name: "Errors" }).click();
    await page.getByRole("button", { name: "Show the accounts" }).first().click();
    await audit("errors", "Open in Dynamics 365");
    await page.getByRole("tab", { name: "Connection" }).click();
    await page.getByRole("button", { name: "Check the connection" }).click();
    await audit("connection", "No check failed");
    expect(violations).toEqual([]);
  });

  test("an active run is followed, and continues while the page is closed", async () => {
    const { web } = await synced();
    const fault = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
    const page = await visit(web, "workspace-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("status").getByText("Reading accounts from Dynamics 365").waitFor();
    expect(await auditPage(page, "sync-page-progress")).toEqual([]);
    await page.reload();
    await page.getByRole("status").getByText("Reading accounts from Dynamics 365").waitFor();
    await page.goto("about:blank");
    web.simulator.faults.remove(fault);
    const statuses = async () =>
      (await web.database.kysely.selectFrom("runs").select("status").execute()).map(({ status }) => status);
    await expect.poll(statuses, { timeout: 60_000 }).toEqual(["done", "done"]);
    await page.goBack();
    await page.getByText("39 unchanged").first().waitFor();
  });

  test("a throttled run shows its requests and how long it waited", async () => {
    const { web } = await synced();
    const throttle = { kind: "throttle", limit: "requests", retryAfter: 12 } as const;
    web.simulator.faults.add({ path: String.raw`/accounts\?`, times: 2, fault: throttle });
    web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
    const page = await visit(web, "workspace-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByText(/^\d+ requests to Dynamics 365 · throttled 2 times, \d+ seconds in all$/).waitFor();
    await page.goto(`${web.origin}${PAGE}?tab=runs&run=2`);
    await page.getByText("throttled 2 times").waitFor();
    expect(await auditPage(page, "sync-page-budget")).toEqual([]);
    web.simulator.faults.remove();
    await page.getByText("39 unchanged").first().waitFor();
    await page.getByText(/started by .* throttled 2 times/).waitFor();
  });

  test("a run stopped while it reads writes nothing, and names who stopped it", async () => {
    const { web } = await synced();
    web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
    const page = await visit(web, "workspace-admin", PAGE);
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByText("Cancelled by workspace-admin, nothing written").waitFor();
    const run = await web.database.kysely
      .selectFrom("runs")
      .select(["status", "cancelled_by"])
      .orderBy("id", "desc")
      .executeTakeFirstOrThrow();
    expect(run).toEqual({ status: "interrupted", cancelled_by: "workspace-admin" });
  });

  test("the sync is paused and resumed", async () => {
    const { web } = await synced();
    const page = await visit(web, "workspace-admin", PAGE);
    const paused = async () =>
      (await web.database.kysely.selectFrom("connection").select("paused").executeTakeFirstOrThrow()).paused;
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    expect(await paused()).toBe(true);
    await page.getByRole("button", { name: "Sync now", disabled: true }).waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect(await paused()).toBe(false);
  });

  test("a paused sync is previewed with other fields, and applying them resumes it", async () => {
    const { web, carol } = await synced();
    await carol.post("/connection/pause");
    const page = await visit(web, "company-admin", `${PAGE}?tab=fields`);
    await page.getByRole("checkbox", { name: "Allow duplicate names for accounts" }).check();
    await page.getByRole("button", { name: "Preview changes" }).click();
    await page.getByText("The sync is paused; applying the plan resumes it.").waitFor();
    await page.getByRole("button", { name: /^Resume and sync \d+ account/ }).waitFor();
    const violations = await auditPage(page, "sync-page-paused-plan");
    const run = new URL(page.url()).searchParams.get("run");
    await page.goto(`/contacts/accounts?import=dynamics&step=preview&run=${run}`);
    await page.getByText("The sync is paused; applying the plan resumes it.").waitFor();
    violations.push(...(await auditPage(page, "sync-modal-paused-plan")));

    await page.getByRole("button", { name: /^Resume and sync \d+ account/ }).click();

    await page
      .getByText(/\d+ synced/)
      .first()
      .waitFor();
    const { body } = await carol.get("/connection");
    expect(body).toMatchObject({ paused: false, settings: { options: { allowDuplicateNames: true } } });
    expect(violations).toEqual([]);
  });

  test("a skipped account is listed, exported, corrected in Dynamics 365 and retried", async () => {
    const { web, org, names } = await synced();
    const page = await visit(web, "workspace-admin", `${PAGE}?tab=errors`);
    const section = page.getByRole("region", { name: "Account name is already in use" });
    expect(await downloadText(page, () => section.getByRole("link", { name: "CSV" }).click())).toContain(
      "Acme",
    );

    const issue = await web.database.kysely
      .selectFrom("sync_issues")
      .select("record_id")
      .where("name", "=", "Acme")
      .executeTakeFirstOrThrow();
    org.updateAccount(String(issue.record_id), { name: "Acme Two" });
    await section.getByRole("button", { name: /^Retry \d/ }).click();
    await page
      .getByText(/\d synced/)
      .first()
      .waitFor();
    await expect.poll(() => names()).toContain("Acme Two");
  });

  test("people who are no teammates are listed, and lead to their accounts", async () => {
    const { web, org, plan, apply } = await synced();
    const maya = org.addUser({ fullname: "Maya North", email: "maya@contoso.example" });
    for (const name of ["Bolt", "Cog"]) org.createAccount({ name, ownerid: maya });
    const fields = [{ column: "ownerid", field: "Owner", type: "teammate" as const }];
    await apply((await plan({ mapping: { name: "name", domains: [], fields } })).id);
    const page = await visit(web, "workspace-admin", `${PAGE}?tab=errors`);
    const section = page.getByRole("region", { name: "Teammate not found" });
    const person = section.getByRole("listitem").filter({ hasText: "Maya North (maya@contoso.example)" });

    await page.getByText(/^\d+ notes?$/).click();
    await person.getByRole("button", { name: "2 accounts" }).click();

    await section.getByText("Bolt").first().waitFor();
    await expect.poll(() => section.getByText("Open the account").count()).toBe(2);
    expect(await auditPage(page, "errors by person")).toEqual([]);
  });

  test("notes change no state and are folded below the errors", async () => {
    const { web, org, sync } = await synced();
    org.createAccount({ name: "Bolt", websiteurl: "gmail.com" });
    const run = await sync();
    const { error, note } = run.issuesBySeverity;
    const page = await visit(web, "workspace-admin", `${PAGE}?tab=errors`);
    const common = page.getByRole("region", { name: "Common email domain" });

    await page.getByRole("tab", { name: `Errors ${error}`, exact: true }).waitFor();
    await page.getByText(`up to date, with ${error} issue`).waitFor();
    expect(await common.count()).toBe(0);
    await page.getByText(`${note} note`).click();
    await common.waitFor();
    expect(await auditPage(page, "sync-page-notes")).toEqual([]);
  });

  test("the overview warns of a client secret that expires within a month", async () => {
    const { web } = await synced();
    const expiresAt = new Date(web.clock.now().getTime() + 20 * 86_400_000);
    await web.database.kysely.updateTable("connection").set({ secret_expires_at: expiresAt }).execute();
    const page = await visit(web, "workspace-admin", PAGE);
    await page.getByText(/The client secret expires on \w+ \d+, \d{4}\./).waitFor();
    await screenshot(page, "sync-secret-ends");
    await page.getByRole("link", { name: "Connect with a new secret" }).click();
    await page.getByRole("button", { name: "Log in again" }).waitFor();
    expect(await page.getByText(/The client secret expires/).count()).toBe(1);
  });

  test("disconnecting deletes the sign-in and keeps the accounts", async () => {
    const { web, names } = await synced();
    const before = await names();
    const page = await visit(web, "workspace-admin", `${PAGE}?tab=connection`);
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("Dynamics 365 is not connected").waitFor();
    const stored = await web.database.kysely.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
    expect([stored.sign_in, stored.sealed_client_secret]).toEqual([null, null]);
    expect(await names()).toEqual(before);
  });

  test("a teammate who is no admin is refused", async () => {
    const { web } = await synced();
    const page = await visit(web, "teammate", PAGE, { allowHttpErrors: true });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("button", { name: "Sync now" }).count()).toBe(0);
  });
});

// The language of labels: offered on the overview, chosen with the mapping, named in the plan.
import { expect, test } from "vitest";
import { builtPages } from "../harness/pages.ts";
import { connectedWeb } from "../jobs/connected.ts";
import { auditPage, visit } from "./harness.ts";

const PAGE = "/contacts/accounts/sync";
const GERMAN = 1031;

/** Synced while somebody was signed in who reads German; the base language is English. */
async function syncedInGerman() {
  const connected = await connectedWeb({ ui: await builtPages() });
  const { org, plan, apply } = connected;
  org.provisionLanguage(GERMAN, { industrycode: { label: "Branche", choices: { 1: "Buchhaltung" } } });
  for (const user of org.requireTable("systemuser").rows())
    org.setUiLanguage(String(user["systemuserid"]), GERMAN);
  org.createAccount({ name: "Acme", industrycode: 1 });
  const fields = [{ column: "industrycode", field: "Industry", type: "text" as const }];
  await apply((await plan({ mapping: { name: "name", domains: [], fields } })).id);
  return connected;
}

test("the base language is offered on the overview, and one click previews it", async () => {
  const { web } = await syncedInGerman();
  const page = await visit(web, "workspace-admin", PAGE);
  await page.getByText("The organisation’s base language is English.").waitFor();
  const violations = await auditPage(page, "overview with a language");

  await page.getByRole("button", { name: "Preview labels in English" }).click();

  await page.getByText("Labels in English (was German): 1 account updated for it.").waitFor();
  violations.push(...(await auditPage(page, "plan with a language")));
  expect(violations).toEqual([]);
});

test("another language is chosen with the mapped fields, whose labels follow", async () => {
  const { web, carol } = await syncedInGerman();
  const page = await visit(web, "workspace-admin", `${PAGE}?tab=fields`);
  await page.getByText("Branche", { exact: true }).waitFor();

  await page.getByRole("combobox", { name: "Language of labels" }).click();
  await page.getByRole("option", { name: "English" }).click();

  await page.getByText("Industry", { exact: true }).first().waitFor();
  expect(await auditPage(page, "fields with a language")).toEqual([]);
  await page.getByRole("button", { name: "Preview changes" }).click();
  await page.getByText("Labels in English (was German): 1 account updated for it.").waitFor();
  await page.getByRole("button", { name: "Sync 1 account" }).click();
  await expect
    .poll(async () => (await carol.get("/connection")).body.labels)
    .toMatchObject({ language: { name: "English" }, isChosen: true });
});

// Audits every page with axe, in light and dark, wide and narrow.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { tabs } from "../../web/src/sync/search-params.ts";
import type { Person, WebWorkspace } from "../harness/web.ts";
import { startApplication, auditPage, visit } from "./harness.ts";
import { startSyncedApplication } from "./synced-application.ts";

type PageCase = {
  readonly name: string;
  readonly path: string;
  readonly person?: Person;
  readonly heading: string;
};

const PAGES: readonly PageCase[] = [
  { name: "sign-in", path: "/sign-in", person: "signed-out", heading: "Sign in" },
  { name: "reset", path: "/reset", person: "signed-out", heading: "Set a new password" },
  { name: "not-found", path: "/nowhere", heading: "There is no page at this address" },
  { name: "teammates", path: "/settings/teammates", heading: "Teammates" },
  { name: "mail", path: "/settings/mail", heading: "Mail" },
  { name: "link-gone", path: "/links/gone", person: "signed-out", heading: "This link cannot be used" },
  { name: "sync-none", path: "/contacts/accounts/sync", heading: "Dynamics 365 is not connected" },
];

const PAGES_WITH_ACCOUNTS: readonly PageCase[] = [
  { name: "accounts", path: "/contacts/accounts", heading: "Accounts" },
  { name: "accounts-none", path: "/contacts/accounts?q=nobody+has+this", heading: "No account matches" },
  { name: "account", path: "/contacts/accounts/1", heading: "Brannomont Motors Oy" },
  { name: "account-history", path: "/contacts/accounts/1?tab=history", heading: "Brannomont Motors Oy" },
  { name: "account-contacts", path: "/contacts/accounts/1?tab=contacts", heading: "No contacts" },
  { name: "fields", path: "/settings/fields", heading: "Custom fields" },
  { name: "domains", path: "/settings/domains", heading: "Domains" },
  { name: "excluded", path: "/settings/excluded", heading: "Excluded records" },
  { name: "nothing-there", path: "/contacts/accounts/99999", heading: "Account" },
  ...tabs.map((tab) => ({
    name: `sync-${tab}`,
    path: `/contacts/accounts/sync?tab=${tab}`,
    heading: "Dynamics 365",
  })),
  { name: "sync-run", path: "/contacts/accounts/sync?tab=runs&run=1", heading: "Dynamics 365" },
];

/** Paths of the pages that web/src/app/router.tsx declares, without redirects. */
async function routePaths(): Promise<string[]> {
  const source = await readFile(new URL("../../web/src/app/router.tsx", import.meta.url), "utf8");
  const routes = new Map(
    source.split(/^const (?=\w+ = createRoute\()/m).map((text) => [/^\w+/.exec(text)?.[0], text]),
  );
  const pathOf = (name: string | undefined): string => {
    const text = routes.get(name);
    if (text === undefined) return "";
    return (
      pathOf(/getParentRoute: \(\) => (\w+)/.exec(text)?.[1]) +
      (/^ {2}path: "([^"]+)"/m.exec(text)?.[1] ?? "")
    );
  };
  return [...routes]
    .filter(([, text]) => /^ {2}path: /m.test(text) && text.includes(" component: "))
    .map(([name]) => pathOf(name));
}

/** Audits the pages one after the other in one tab per person. @returns the violations */
async function auditPages(workspace: WebWorkspace, pages: readonly PageCase[]): Promise<string[]> {
  const violations: string[] = [];
  const opened = new Map<Person, Page>();
  for (const { name, path, person = "company-admin", heading } of pages) {
    const page =
      opened.get(person) ?? (await visit(workspace, person, "about:blank", { allowHttpErrors: true }));
    opened.set(person, page);
    await page.goto(path);
    await page.getByRole("heading", { name: heading, exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    violations.push(...(await auditPage(page, name)));
  }
  return violations;
}

test("every page is audited", async () => {
  const all = await routePaths();
  expect(all.length).toBeGreaterThan(10);
  const audited = [...PAGES, ...PAGES_WITH_ACCOUNTS].map(({ path }) => path.split("?")[0] ?? "");
  const missing = all.filter((address) => {
    const pattern = new RegExp(`^${address.replaceAll(/\$\w+/g, "[^/]+")}$`);
    return !audited.some((path) => pattern.test(path));
  });
  expect(missing).toEqual([]);
});

describe("axe", () => {
  test("finds nothing on pages without a session, and on those of an empty installation", async () => {
    const workspace = await startApplication();
    expect(await auditPages(workspace, PAGES)).toEqual([]);
  });

  test("finds nothing on the error page, and a retry renders the page", async () => {
    const workspace = await startApplication();
    const page = await visit(workspace, "teammate", "/settings/fields", {
      allowHttpErrors: true,
      allowRenderErrors: true,
    });
    await page.route("**/api/app/session", (route) => route.fulfill({ status: 500, body: "secret detail" }));
    await page.goto("/settings/domains");
    await page.getByRole("heading", { name: "This page could not be shown" }).waitFor();
    expect(await page.locator("body").innerText()).not.toContain("secret detail");
    expect(await auditPage(page, "problem")).toEqual([]);
    await page.unroute("**/api/app/session");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Domains", exact: true }).waitFor();
  });

  test("finds nothing on pages with accounts", { timeout: 600_000 }, async () => {
    const workspace = await startSyncedApplication();
    await (
      await workspace.as("company-admin")
    ).put("/settings/domains", {
      own: ["ourcompany.com"],
      commonAdded: [],
      commonRemoved: [],
    });
    expect(await auditPages(workspace, PAGES_WITH_ACCOUNTS)).toEqual([]);
  });
});

// Every page in light and dark, wide and narrow: nothing for axe to find, and a screenshot to look at.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { tabs } from "../../web/src/sync/search-params.ts";
import type { Person, WebWorkspace } from "../harness/web.ts";
import { application, lookAt, visit } from "./harness.ts";
import { syncedApplication } from "./synced-application.ts";

type PageToSee = {
  readonly name: string;
  readonly path: string;
  readonly person?: Person;
  readonly shows: string;
};

const PAGES: readonly PageToSee[] = [
  { name: "sign-in", path: "/sign-in", person: "signed-out", shows: "Sign in" },
  { name: "reset", path: "/reset", person: "signed-out", shows: "Set a new password" },
  { name: "not-found", path: "/nowhere", shows: "There is no page at this address" },
  { name: "teammates", path: "/settings/teammates", shows: "Teammates" },
  { name: "mail", path: "/settings/mail", shows: "Mail" },
  { name: "link-gone", path: "/links/gone", person: "signed-out", shows: "This link cannot be used" },
  { name: "sync-none", path: "/contacts/accounts/sync", shows: "Dynamics 365 is not connected" },
];

const WITH_ACCOUNTS: readonly PageToSee[] = [
  { name: "accounts", path: "/contacts/accounts", shows: "Accounts" },
  { name: "accounts-none", path: "/contacts/accounts?q=nobody+has+this", shows: "No account matches" },
  { name: "account", path: "/contacts/accounts/1", shows: "Brannomont Motors Oy" },
  { name: "account-history", path: "/contacts/accounts/1?tab=history", shows: "Brannomont Motors Oy" },
  { name: "account-contacts", path: "/contacts/accounts/1?tab=contacts", shows: "No contacts" },
  { name: "fields", path: "/settings/fields", shows: "Custom fields" },
  { name: "domains", path: "/settings/domains", shows: "Domains" },
  { name: "excluded", path: "/settings/excluded", shows: "Kept out of the sync" },
  { name: "nothing-there", path: "/contacts/accounts/99999", shows: "Account" },
  ...tabs.map((tab) => ({
    name: `sync-${tab}`,
    path: `/contacts/accounts/sync?tab=${tab}`,
    shows: "Dynamics 365",
  })),
  { name: "sync-run", path: "/contacts/accounts/sync?tab=runs&run=1", shows: "Dynamics 365" },
];

/** Addresses of pages as web/src/app/router.tsx has them; what only leads on to another is none. */
async function addresses(): Promise<string[]> {
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

/** Looks at pages in both sizes and schemes, one after the other in the same tab. @returns what axe finds, with where */
async function faultsOf(workspace: WebWorkspace, pages: readonly PageToSee[]): Promise<string[]> {
  const found: string[] = [];
  const opened = new Map<Person, Page>();
  for (const { name, path, person = "company-admin", shows } of pages) {
    const page = opened.get(person) ?? (await visit(workspace, person, "about:blank", { refusals: true }));
    opened.set(person, page);
    await page.goto(path);
    await page.getByRole("heading", { name: shows, exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    found.push(...(await lookAt(page, name)));
  }
  return found;
}

test("axe looks at every page there is", async () => {
  const all = await addresses();
  expect(all.length).toBeGreaterThan(10);
  const seen = [...PAGES, ...WITH_ACCOUNTS].map(({ path }) => path.split("?")[0] ?? "");
  const unseen = all.filter((address) => {
    const pattern = new RegExp(`^${address.replaceAll(/\$\w+/g, "[^/]+")}$`);
    return !seen.some((path) => pattern.test(path));
  });
  expect(unseen).toEqual([]);
});

describe("axe", () => {
  test("finds nothing on pages before one is in, and on those of an empty installation", async () => {
    const workspace = await application();
    expect(await faultsOf(workspace, PAGES)).toEqual([]);
  });

  test("finds nothing on the page that stands for one that cannot be drawn, and that one comes when it can", async () => {
    const workspace = await application();
    const page = await visit(workspace, "teammate", "/settings/fields", {
      refusals: true,
      breaks: true,
    });
    await page.route("**/api/app/session", (route) => route.fulfill({ status: 500, body: "secret detail" }));
    await page.goto("/settings/domains");
    await page.getByRole("heading", { name: "This page could not be shown" }).waitFor();
    expect(await page.locator("body").innerText()).not.toContain("secret detail");
    expect(await lookAt(page, "problem")).toEqual([]);
    await page.unroute("**/api/app/session");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Domains", exact: true }).waitFor();
  });

  test("finds nothing on pages with accounts in them", { timeout: 600_000 }, async () => {
    const workspace = await syncedApplication();
    await (
      await workspace.as("company-admin")
    ).put("/settings/domains", {
      own: ["ourcompany.com"],
      commonAdded: [],
      commonRemoved: [],
    });
    expect(await faultsOf(workspace, WITH_ACCOUNTS)).toEqual([]);
  });
});

// An open page shows the end of a run, whatever happens to its connection or tab meanwhile.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { WebWorkspace } from "../harness/web.ts";
import { connectedWeb } from "../jobs/connected.ts";
import { builtPages } from "../harness/pages.ts";
import { visit } from "./harness.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const PAGE = "/contacts/accounts/sync";

/** Synced once, with a fault that holds the reading of the next run until it is released. */
async function runInProgress() {
  const { web, org, plan, apply } = await connectedWeb({ ui: await builtPages() });
  org.createAccount({ name: "Acme" });
  await apply((await plan()).id);
  org.createAccount({ name: "Bolt" });
  const fault = web.simulator.faults.add({ path: String.raw`/accounts\?`, fault: { kind: "hold" } });
  const start = async () =>
    Number((await (await web.as("company-admin")).post("/runs", { mode: "sync" })).body.run.id);
  const release = () => web.simulator.faults.remove(fault);
  return { web, start, release };
}

async function runEnded({ database }: WebWorkspace): Promise<void> {
  const status = async () =>
    (
      await database.kysely
        .selectFrom("runs")
        .select("status")
        .orderBy("id", "desc")
        .executeTakeFirstOrThrow()
    ).status;
  await expect.poll(status, { timeout: 60_000 }).toBe("done");
}

const readingStatus = (page: Page) =>
  page.getByRole("status").getByText("Reading accounts from Dynamics 365");
/** The result once the run has ended: one account created, the other unchanged. */
async function resultText(page: Page): Promise<string> {
  const result = page.getByRole("status").filter({ hasText: "1 unchanged" });
  await result.waitFor();
  return result.innerText();
}

/** Opens a page that follows no run, so that requests can be intercepted before the first one. */
async function openAccountsPage(web: WebWorkspace): Promise<Page> {
  const page = await visit(web, "workspace-admin", "/contacts/accounts", { allowHttpErrors: true });
  await page.getByRole("grid", { name: "Accounts" }).waitFor();
  return page;
}

async function setHidden(page: Page, hidden: boolean): Promise<void> {
  const state = hidden ? "hidden" : "visible";
  await page.evaluate(
    `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
     document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));`,
  );
}

describe("an open page shows the end of a run", () => {
  test("that it follows", async () => {
    const { web, start, release } = await runInProgress();
    await start();
    const page = await visit(web, "workspace-admin", PAGE);
    await readingStatus(page).waitFor();
    release();
    expect(await resultText(page)).toContain("1 synced");
  });

  test("that somebody else started after the page was opened", async () => {
    const { web, start, release } = await runInProgress();
    const page = await visit(web, "workspace-admin", PAGE);
    await page.getByText("1 synced").first().waitFor();
    await start();
    release();
    await runEnded(web);
    expect(await resultText(page)).toContain("1 synced");
  });

  test("that ended before the page first loaded it", async () => {
    const { web, start, release } = await runInProgress();
    const run = await start();
    const page = await openAccountsPage(web);
    await page.route(`**/api/app/runs/${run}`, async (route) => {
      release();
      await runEnded(web);
      await route.continue();
    });
    await page.goto(PAGE);
    expect(await resultText(page)).toContain("1 synced");
  });

  test("though the server was unreachable meanwhile", async () => {
    const { web, start, release } = await runInProgress();
    await start();
    const proxy = await startTcpProxy(web.origin);
    const page = await visit({ ...web, origin: proxy.origin }, "workspace-admin", PAGE, {
      allowHttpErrors: true,
    });
    await readingStatus(page).waitFor();
    proxy.disconnect();
    release();
    await runEnded(web);
    proxy.reconnect();
    expect(await resultText(page)).toContain("1 synced");
  });

  test("though its event stream is refused from the start", async () => {
    const { web, start, release } = await runInProgress();
    await start();
    const page = await openAccountsPage(web);
    await page.route("**/events", (route) => route.fulfill({ status: 502 }));
    await page.goto(PAGE);
    await readingStatus(page).waitFor();
    release();
    expect(await resultText(page)).toContain("1 synced");
  });

  test("though its tab was hidden, which closes the event stream", async () => {
    const { web, start, release } = await runInProgress();
    await start();
    const page = await visit(web, "workspace-admin", PAGE);
    await readingStatus(page).waitFor();
    const closed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/events"));
    await setHidden(page, true);
    await closed;
    release();
    await runEnded(web);
    await setHidden(page, false);
    expect(await resultText(page)).toContain("1 synced");
  });
});

// The application as an operator runs it: built for production, served by `sluice serve` with a
// connection file, under the strict Content-Security-Policy.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { EXTERNAL_PACKAGES } from "../../scripts/build-parts.ts";
import { runSimulator } from "../../simulator/main.ts";
import { command, connectionYaml } from "../harness/command.ts";
import { testDatabase } from "../harness/database.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { auditPage, visit } from "./harness.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SYNC = "/contacts/accounts/sync";

/**
 * Makes what the image holds: a build, without its sources, and the one package that is no part of
 * it. @returns the command's file
 */
async function installProgram(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-installed-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const part of ["package.json", "bin"])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, "node_modules"));
  for (const scope of new Set(EXTERNAL_PACKAGES.map((name) => name.split("/")[0]!))) {
    const path = join("node_modules", scope);
    await symlink(join(ROOT, path), join(folder, path));
  }
  const build = [join(ROOT, "scripts", "start.js"), "build", join(folder, "dist")];
  await promisify(execFile)(process.execPath, build, { env: { ...process.env, NODE_ENV: "production" } });
  return join(folder, "bin", "sluice.js");
}

/**
 * Syncs once by the command and starts the server. @returns its origin, and the link for the first
 * admin
 */
async function startServer(): Promise<{ origin: string; link: string }> {
  const program = await installProgram();
  const database = await testDatabase();
  const simulator = await runSimulator({ accounts: 30 });
  onTestFinished(() => simulator.close());
  const env = {
    DATABASE_URL: database.url,
    NODE_ENV: "production",
    SLUICE_PORT: "0",
    SLUICE_KEY: "5".repeat(64),
    SLUICE_SIMULATOR: simulator.origin,
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
  };
  const sluice = await command(env, program);
  await sluice.write("sluice.yaml", connectionYaml(simulator));
  expect((await sluice.run(["sync"])).code).toBe(0);
  const { process: server, ended } = sluice.start(["serve", "--admin", "dana@ourcompany.example"]);
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await ended;
  });
  let output = "";
  while (!output.includes("/links/")) output += String((await once(server.stdout!, "data"))[0]);
  const [link = "", origin = ""] = /(http:\/\/127\.0\.0\.1:\d+)\/links\/[\w-]+/.exec(output) ?? [];
  return { origin, link };
}

/** Violations of the Content-Security-Policy so far, eval included. */
function policyViolations(page: Page): Promise<string[]> {
  return page.evaluate<string[]>("window.refused");
}

describe("built for production", () => {
  test(
    "every page opens without a complaint, and a connection file is shown, not changed",
    { timeout: 600_000 },
    async () => {
      const { origin, link } = await startServer();
      const site = { origin, clock: systemClock, as: async () => ({ cookie: "" }) };
      const page = await visit(site, "signed-out", "/sign-in");
      await page.addInitScript(
        `window.refused = [];
         addEventListener("securitypolicyviolation", (event) => {
           window.refused.push(event.violatedDirective + " " + event.blockedURI);
         });`,
      );
      await page.goto(link);
      await page.getByLabel("Your name").fill("Dana");
      await page.getByRole("textbox", { name: "Choose a password" }).fill("water under the bridge");
      await page.getByRole("button", { name: "Join" }).click();
      await page.locator('[role="row"][data-index="0"]').waitFor();
      expect(await policyViolations(page)).toEqual([]);
      for (const [path, text] of [
        ["/contacts/accounts/1", "Synced from Dynamics 365"],
        ["/contacts/accounts/1?tab=history", "Created"],
        [SYNC, "Last sync"],
        [`${SYNC}?tab=runs`, "Sync 1"],
        [`${SYNC}?tab=runs&run=1`, "read from Dynamics 365"],
        [`${SYNC}?tab=errors`, "issues"],
        ["/settings/fields", "Industry"],
        ["/settings/domains", "Your own domains"],
        ["/settings/teammates", "Dana"],
        ["/settings/excluded", "No excluded records"],
        ["/settings/mail", "Mail"],
      ] as const) {
        await page.goto(path);
        await page.getByText(text).first().waitFor();
        expect([path, ...(await policyViolations(page))]).toEqual([path]);
      }

      const violations: string[] = [];
      await page.goto(`${SYNC}?tab=fields`);
      await page.getByText("change the file and restart Sluice").waitFor();
      expect(await page.getByRole("button", { name: "Preview changes" }).count()).toBe(0);
      violations.push(...(await auditPage(page, "sync-file-fields")));
      await page.goto(`${SYNC}?tab=connection`);
      await page.getByRole("button", { name: "Check the connection" }).waitFor();
      expect(await page.getByRole("button", { name: /Log in again|Disconnect/ }).count()).toBe(0);
      violations.push(...(await auditPage(page, "sync-file-connection")));
      await page.goto("/contacts/accounts?import=dynamics&step=fields");
      await page.waitForURL(`${origin}${SYNC}`);
      expect(await policyViolations(page)).toEqual([]);
      expect(violations).toEqual([]);
    },
  );
});

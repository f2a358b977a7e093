// A browser for a test: Debian's Chromium on the real server with the real application, somebody signed in. What the page
// itself complains about (an error, a refused script) fails the test. Screenshots go to screenshots/, to be looked at.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished } from "vitest";
import { webWorkspace, type Person, type WebOptions, type WebWorkspace } from "../harness/web.ts";
import { builtApplication } from "./built-application.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const run = promisify(execFile);

/** The browser's program; root on Debian gets it installed. Apt itself waits while another test file does the same. */
async function findChromium(): Promise<string | undefined> {
  const found = PROGRAMS.find((program) => existsSync(program));
  if (found !== undefined || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return found;
  const wait = ["-qq", "-o", "DPkg::Lock::Timeout=300"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", [...wait, "update"], { env });
    await run(
      "apt-get",
      [...wait, "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-core"],
      {
        env,
      },
    );
  } catch (error) {
    console.error(
      `Chromium could not be installed: ${error instanceof Error ? error.message : "no reason given"}`,
    );
  }
  return PROGRAMS.find((program) => existsSync(program));
}

const program = await findChromium();
if (program === undefined)
  console.error(
    "No Chromium here, so the tests in a browser are skipped. Install it: apt-get install chromium.",
  );

/** Long, since a slow machine is no fault of the application; each wait inside gives up earlier and says for what. */
const STORY_MS = 240_000;
const WAIT_MS = 60_000;

/** Tests in a browser; skipped, and counted as such, where there is none. */
export function inBrowser(name: string, stories: () => void): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- both come with its use
  describe.skipIf(program === undefined)(name, { timeout: STORY_MS }, stories);
}

beforeAll(async () => void (program && (await builtApplication())), STORY_MS);

let launched: Promise<Browser> | undefined;
afterAll(async () => (await launched)?.close());

function browser(): Promise<Browser> {
  // Root has no sandbox of Chromium's, and a container's /dev/shm is often too small for a page.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"];
  launched ??= chromium.launch({ executablePath: program ?? "", args });
  return launched;
}

/** The server with the application as a browser gets it. */
export async function application(options: WebOptions = {}): Promise<WebWorkspace> {
  return webWorkspace({ ui: await builtApplication(), ...options });
}

export const WIDTHS = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;

export type Visit = {
  /** Default: wide. */
  readonly size?: keyof typeof WIDTHS;
  /** Default: light. */
  readonly scheme?: "light" | "dark";
  /** Answers of 4xx are among what the test is about. */
  readonly refusals?: boolean;
  /** A page that cannot be drawn is what the test is about: React tells it in the console. */
  readonly breaks?: boolean;
};

/** Where the application is, its time, and the cookie of who is signed in. */
export type Served = Pick<WebWorkspace, "origin"> & {
  readonly clock: { now(): Date };
  readonly as: (person: Person) => Promise<{ readonly cookie: string }>;
};

/** A page of the application with `person` signed in, at `path`. */
export async function visit(
  workspace: Served,
  person: Person,
  path: string,
  { size = "wide", scheme = "light", refusals = false, breaks = false }: Visit = {},
): Promise<Page> {
  const context = await (
    await browser()
  ).newContext({
    baseURL: workspace.origin,
    viewport: WIDTHS[size],
    colorScheme: scheme,
    reducedMotion: "reduce",
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(WAIT_MS);
  const { cookie } = await workspace.as(person);
  if (person !== "signed-out")
    await context.addCookies([{ name: "sluice", value: cookie, url: workspace.origin }]);
  const page = await context.newPage();
  await page.clock.setFixedTime(workspace.clock.now());
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const isRefusal = message.text().startsWith("Failed to load resource");
    const isBroken = message.text().includes("The above error occurred in one of your React components");
    if (message.type() === "error" && !(refusals && isRefusal) && !(breaks && isBroken))
      complaints.push(`${message.text()} (${message.location().url})`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints, "what the page complained about").toEqual([]);
  });
  await page.goto(path);
  return page;
}

/** Puts what one sees into screenshots/<name>.png. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(join(ROOT, "screenshots"), { recursive: true });
  await page.screenshot({ path: join(ROOT, "screenshots", `${name}.png`) });
}

type Violation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/** What axe finds against the page, a sentence each. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's Content-Security-Policy stays in force.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run()");
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} (${failureSummary})`),
  );
}

// A browser for a test: Debian's Chromium on the real server with the real application, somebody signed in. What the page
// itself complains about (an error, a refused script) fails the test. Nothing is skipped here: vitest.config.ts leaves these files out where there is no Chromium.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import axe, { type RunOptions } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { webWorkspace, type Person, type WebOptions, type WebWorkspace } from "../harness/web.ts";
import { builtPages } from "../harness/pages.ts";
import { chromiumProgram } from "../projects.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Each wait gives up before its test does, and says for what. */
const WAIT_MS = 60_000;

/** Root has no sandbox of Chromium's, and a container's /dev/shm is often too small for a page. */
const ARGS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"];

let launched: Promise<Browser> | undefined;

/** One for all files that this process runs; it ends with the process. */
async function browser(): Promise<Browser> {
  launched ??= chromium.launch({ executablePath: chromiumProgram() ?? "", args: ARGS });
  return launched;
}

/** The server with the application as a browser gets it. */
export async function application(options: WebOptions = {}): Promise<WebWorkspace> {
  return webWorkspace({ ui: await builtPages(), ...options });
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

/** What a file holds that the page gives away. */
export async function downloaded(page: Page, give: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), give()]);
  return text(await download.createReadStream());
}

/** Puts what one sees into screenshots/<name>.png, if SLUICE_TEST_SCREENSHOTS is set. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (!process.env["SLUICE_TEST_SCREENSHOTS"]) return;
  await mkdir(join(ROOT, "screenshots"), { recursive: true });
  await page.screenshot({ path: join(ROOT, "screenshots", `${name}.png`) });
}

type Violation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/** What axe finds against the page, a sentence each. @param options of axe.run */
export async function axeViolations(page: Page, options: RunOptions = {}): Promise<string[]> {
  // Evaluated by the debugger, so that the page's Content-Security-Policy stays in force.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const asked = JSON.stringify({ resultTypes: ["violations"], ...options });
  const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${asked})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} (${failureSummary})`),
  );
}

/** A scheme changes colours alone, so every rule is asked once for each width, and in dark that of contrast. */
const ASKED: Readonly<Record<"dark" | "light", RunOptions>> = {
  dark: { runOnly: ["color-contrast"] },
  light: {},
};

/** What axe finds against what one sees at both widths, in light and dark, and pictures of it on demand. */
export async function lookAt(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const scheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
    for (const size of ["narrow", "wide"] as const) {
      await page.setViewportSize(WIDTHS[size]);
      await shoot(page, `${name}-${size}-${scheme}`);
      const faults = await axeViolations(page, ASKED[scheme]);
      found.push(...faults.map((fault) => `${name}, ${size}, ${scheme}: ${fault}`));
    }
  }
  return found;
}

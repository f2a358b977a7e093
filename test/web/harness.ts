// Opens the real application in Debian's Chromium, on the real server, with somebody signed in. An
// error in the page's console fails the test. vitest.config.ts leaves these files out where there
// is no Chromium.
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

/** Shorter than the timeout of a test, so that the failure names what was waited for. */
const WAIT_MS = 60_000;

/** Chromium has no sandbox for root, and a container's /dev/shm is often too small for a page. */
const CHROMIUM_ARGS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"];

let launched: Promise<Browser> | undefined;

/** One browser for all test files of a process. It ends with the process. */
async function sharedBrowser(): Promise<Browser> {
  launched ??= chromium.launch({ executablePath: chromiumProgram() ?? "", args: CHROMIUM_ARGS });
  return launched;
}

/** Starts the server with the built application. */
export async function startApplication(options: WebOptions = {}): Promise<WebWorkspace> {
  return webWorkspace({ ui: await builtPages(), ...options });
}

export const VIEWPORTS = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;

export type VisitOptions = {
  /** Default: wide. */
  readonly size?: keyof typeof VIEWPORTS;
  /** Default: light. */
  readonly scheme?: "light" | "dark";
  /**
   * Whether the test expects responses with an error status, which Chromium reports in the console.
   */
  readonly allowHttpErrors?: boolean;
  /** Whether the test expects a rendering error, which React reports in the console. */
  readonly allowRenderErrors?: boolean;
};

/** What `visit` needs of a running application. */
export type Site = Pick<WebWorkspace, "origin"> & {
  readonly clock: { now(): Date };
  readonly as: (person: Person) => Promise<{ readonly cookie: string }>;
};

/** Opens `path` with `person` signed in. */
export async function visit(
  workspace: Site,
  person: Person,
  path: string,
  { size = "wide", scheme = "light", allowHttpErrors = false, allowRenderErrors = false }: VisitOptions = {},
): Promise<Page> {
  const context = await (
    await sharedBrowser()
  ).newContext({
    baseURL: workspace.origin,
    viewport: VIEWPORTS[size],
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
  const pageErrors: string[] = [];
  page.on("pageerror", (error) => pageErrors.push(error.message));
  page.on("console", (message) => {
    const isHttpError = message.text().startsWith("Failed to load resource");
    const isRenderError = message.text().includes("The above error occurred in one of your React components");
    if (
      message.type() === "error" &&
      !(allowHttpErrors && isHttpError) &&
      !(allowRenderErrors && isRenderError)
    )
      pageErrors.push(`${message.text()} (${message.location().url})`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(pageErrors, "what the page complained about").toEqual([]);
  });
  await page.goto(path);
  return page;
}

/** Returns the text of the file that `trigger` downloads. */
export async function downloadText(page: Page, trigger: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), trigger()]);
  return text(await download.createReadStream());
}

/** Saves a picture as screenshots/<name>.png if SLUICE_TEST_SCREENSHOTS is set. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!process.env["SLUICE_TEST_SCREENSHOTS"]) return;
  await mkdir(join(ROOT, "screenshots"), { recursive: true });
  await page.screenshot({ path: join(ROOT, "screenshots", `${name}.png`) });
}

type Violation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/** Runs axe on the page. @returns a sentence per violation */
export async function axeViolations(page: Page, options: RunOptions = {}): Promise<string[]> {
  // Evaluated by the debugger, so that the page's Content-Security-Policy stays in force.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const runOptions = JSON.stringify({ resultTypes: ["violations"], ...options });
  const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${runOptions})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} (${failureSummary})`),
  );
}

/** A colour scheme changes colours alone, so the dark one is only audited for contrast. */
const AXE_OPTIONS: Readonly<Record<"dark" | "light", RunOptions>> = {
  dark: { runOnly: ["color-contrast"] },
  light: {},
};

/** Audits the page at both widths, in light and dark, and takes a screenshot of each. */
export async function auditPage(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const scheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
    for (const size of ["narrow", "wide"] as const) {
      await page.setViewportSize(VIEWPORTS[size]);
      await screenshot(page, `${name}-${size}-${scheme}`);
      const violations = await axeViolations(page, AXE_OPTIONS[scheme]);
      found.push(...violations.map((violation) => `${name}, ${size}, ${scheme}: ${violation}`));
    }
  }
  return found;
}

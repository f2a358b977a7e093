// One Chromium for a run of the tests; each test opens a context of its own in it.
import { chromium } from "playwright-core";
import { chromiumProgram } from "../../projects.ts";
import type { SharedService } from "./services.ts";

/** Root has no sandbox of Chromium's, and a container's /dev/shm is often too small for a page. */
const ARGS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"];

/** Gives the address to connect to. */
export async function startBrowser(): Promise<SharedService> {
  const executablePath = chromiumProgram();
  if (executablePath === undefined)
    throw new Error("Chromium is not installed: apt-get install chromium-headless-shell.");
  const server = await chromium.launchServer({ executablePath, args: ARGS });
  return { get: async () => server.wsEndpoint(), close: () => server.close() };
}

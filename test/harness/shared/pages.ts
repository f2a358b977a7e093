// Builds the pages once a run. Under vitest's NODE_ENV they contain the development build of React,
// whose warnings fail the tests.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildPages } from "../../../scripts/build-parts.ts";
import type { SharedService } from "./shared-service.ts";

const CACHE = fileURLToPath(new URL("../../../node_modules/.cache", import.meta.url));

/** The service answers with the directory of the pages. */
export async function buildSharedPages(): Promise<SharedService> {
  const folder = `${CACHE}/sluice-pages-${process.pid}`;
  // Vite would warn of the size of React's development build.
  await buildPages(folder, "error");
  return {
    get: async () => `${folder}/web`,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

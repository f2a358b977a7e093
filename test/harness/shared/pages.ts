// The pages, built once a run. Vitest's NODE_ENV makes it the build of React for development, whose
// complaints then fail the tests.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildPages } from "../../../scripts/build-parts.ts";
import type { SharedService } from "./shared-service.ts";

const CACHE = fileURLToPath(new URL("../../../node_modules/.cache", import.meta.url));

/** Gives the directory they are in. */
export async function buildSharedPages(): Promise<SharedService> {
  const folder = `${CACHE}/sluice-pages-${process.pid}`;
  // React for development is larger than what vite warns of.
  await buildPages(folder, "error");
  return {
    get: async () => `${folder}/web`,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

// The pages, built once a run. Vitest's NODE_ENV makes it the build of React for development, whose complaints then fail the tests.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { SharedService } from "./shared-service.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Gives the directory they are in. */
export async function buildPages(): Promise<SharedService> {
  const outDir = `${ROOT}node_modules/.cache/sluice-pages-${process.pid}`;
  await build({ root: `${ROOT}web`, logLevel: "error", build: { outDir, emptyOutDir: true } });
  return {
    get: async () => outDir,
    close: () => rm(outDir, { recursive: true, force: true }),
  };
}

// The pages that `npm run build` made.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildState } from "../../bin/build-state.js";

/** This file and the built program (`dist/program`) are equally deep, so that one path fits both. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Tells `warn` what an operator should know of them.
 * @returns their folder, or undefined if they have not been built
 */
export function findBuiltPages(warn: (sentence: string) => void, root: string = ROOT): string | undefined {
  const state = buildState(root, "web");
  if (state === "stale")
    warn("The pages were built from other sources than these. Build them again with: npm run build");
  if (state !== "missing") return join(root, "dist/web");
  warn("The pages have not been built, so only the API answers. Build them with: npm run build");
  return undefined;
}

// The pages that `npm run build` makes.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildState } from "../../bin/build-state.js";

/** The path fits both this file and the built program (`dist/program`), which are equally deep. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Warns the operator of pages that are missing or outdated.
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

// The pages that `npm run build` made.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildState } from "../../bin/build-state.js";

/** This file is as deep below the root as the built program in `dist/program`, so that one address fits both. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What an operator should know of them is handed to `warn`. @returns their folder, or undefined if there are none */
export function findPages(warn: (sentence: string) => void, root: string = ROOT): string | undefined {
  const state = buildState(root, "web");
  if (state === "stale")
    warn("The pages were built from other sources than these. Build them again with: npm run build");
  if (state !== "missing") return join(root, "dist/web");
  warn("The pages have not been built, so only the API answers. Build them with: npm run build");
  return undefined;
}

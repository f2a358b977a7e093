#!/usr/bin/env node
// The command `sluice`. It runs the build if that was made from the sources that are here, or if
// there are none, as in an image; else it runs the sources by tsx, which is installed for development
// alone. So nobody runs an old build without knowing it.
import { fileURLToPath } from "node:url";
import { buildState } from "./build-state.js";

const state = buildState(fileURLToPath(new URL("..", import.meta.url)), "program");

async function loadTsx() {
  try {
    return await import("tsx/esm/api");
  } catch (error) {
    if (error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

async function runSources() {
  const tsx = await loadTsx();
  if (tsx) {
    tsx.register();
    await import("../src/cli/main.ts");
  } else {
    const why = state === "stale" ? "was built from other sources than these" : "has not been built";
    console.error(`Sluice ${why}. Run "npm ci" and "npm run build" in its folder; then start this again.`);
    process.exitCode = 2;
  }
}

if (state === "current") {
  // So that stack traces name the sources.
  process.setSourceMapsEnabled(true);
  await import(new URL("../dist/program/main.js", import.meta.url).href);
} else {
  await runSources();
}

#!/usr/bin/env node
// The command `sluice`. It runs the build if that was made from the present sources, or if there
// are no sources, as in an image. Otherwise it runs the sources by tsx, a development dependency,
// so that nobody runs an old build unknowingly.
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
  // Makes stack traces name the sources.
  process.setSourceMapsEnabled(true);
  await import(new URL("../dist/program/main.js", import.meta.url).href);
} else {
  await runSources();
}

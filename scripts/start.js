// The door of `npm run demo | serve | build | test | test:long | check | bench`: installs what the
// lock file names when it is not there yet, builds the pages when they are to be served and older
// than their sources, then hands over. Node built-ins only, since it runs before anything is
// installed.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildState } from "../bin/build-state.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What each door leads to: a script run by tsx, or a program of node_modules/.bin. */
const DOORS = {
  demo: ["bin/sluice.js", "demo"],
  serve: ["bin/sluice.js", "serve"],
  build: ["node_modules/tsx/dist/cli.mjs", "scripts/build.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
  "test:long": ["node_modules/vitest/vitest.mjs", "run"],
  check: ["node_modules/tsx/dist/cli.mjs", "scripts/check.ts"],
  bench: ["node_modules/tsx/dist/cli.mjs", "bench/main.ts"],
};

/** Optional packages are npm's to choose, but those made for exactly this system must be there. */
function mayBeMissing({ optional, os, cpu, libc }) {
  const isForUs = libc === undefined && os?.includes(process.platform) && cpu?.includes(process.arch);
  return optional && !isForUs;
}

function isInstalled() {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(lock, "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || mayBeMissing(entry) || present[path]?.version === entry.version,
  );
}

/** The demo serves on a terminal or when told to, as src/cli/demo.ts has it. */
function servesPages(door, args) {
  if (door === "serve") return true;
  if (door !== "demo" || args.includes("--no-serve")) return false;
  return args.includes("--serve") || process.stdout.isTTY;
}

/** What a long test run is told besides: all counts in full, from a new seed. */
function longRun() {
  const seed = process.env.SLUICE_TEST_SEED ?? String(randomInt(1_000_000));
  console.error(`The seed is ${seed}; SLUICE_TEST_SEED=${seed} npm run test:long repeats this.`);
  return { SLUICE_TEST_FULL: "1", SLUICE_TEST_SEED: seed };
}

const doNothing = () => undefined;

/** Runs a program in our place and returns its exit code; signals are its to answer. */
async function run(command, args, env = {}) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  // The terminal sends Ctrl-C to both of us and the child answers it; what `kill` sends comes to us
  // alone.
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", doNothing).on("SIGTERM", pass).on("SIGHUP", pass);
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? 128 + constants.signals[signal];
  } finally {
    process.off("SIGINT", doNothing).off("SIGTERM", pass).off("SIGHUP", pass);
  }
}

const [door, ...rest] = process.argv.slice(2);
const [program, ...args] = (Object.hasOwn(DOORS, door) && DOORS[door]) || [];
if (!program) {
  console.error(`Say one of: ${Object.keys(DOORS).join(", ")}.`);
  process.exit(2);
}
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Sluice needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(2);
}
if (!isInstalled()) {
  console.error("Installing the packages that package-lock.json names (once) …");
  const failed = await run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  if (failed) process.exit(failed);
}
if (servesPages(door, rest) && buildState(root, "web") !== "current") {
  console.error("Building the pages (when they have changed) …");
  const failed = await run(process.execPath, [...DOORS.build, "--pages"]);
  if (failed) process.exit(failed);
}
const env = door === "test:long" ? longRun() : {};
process.exit(await run(process.execPath, [program, ...args, ...rest], env));

// Runs `npm run sluice | demo | serve | build | test | test:long | check | bench`. Before that, it
// installs the packages of the lock file where they are missing, and builds the pages if they are
// to be served and are not of these sources. It uses Node's own modules alone, since it runs before
// anything is installed.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildState } from "../bin/build-state.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What each command runs, with its arguments behind it. */
const COMMANDS = {
  sluice: ["bin/sluice.js"],
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

/** @param omitsDev true if the packages for development may be missing too */
function isInstalled(omitsDev) {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(lock, "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === "" ||
      mayBeMissing(entry) ||
      (omitsDev && entry.dev) ||
      present[path]?.version === entry.version,
  );
}

/**
 * The demo serves on a terminal or when told to, as src/cli/commands/demo/demo.ts has it.
 * @param words of the command line of `sluice`
 */
function servesPages(words) {
  if (words.includes("serve")) return true;
  if (!words.includes("demo") || words.includes("--no-serve")) return false;
  return words.includes("--serve") || process.stdout.isTTY;
}

/** What a long test run is told besides: all counts in full, from a new seed. */
function longRun() {
  const seed = process.env.SLUICE_TEST_SEED ?? String(randomInt(1_000_000));
  console.error(`The seed is ${seed}; SLUICE_TEST_SEED=${seed} npm run test:long repeats this.`);
  return { SLUICE_TEST_FULL: "1", SLUICE_TEST_SEED: seed };
}

const doNothing = () => undefined;

/** Runs a program in our place and returns its exit code; signals are its to answer. */
async function run(program, args, { env = {}, stdout = "inherit" } = {}) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["inherit", stdout, "inherit"],
    env: { ...process.env, ...env },
  });
  // The terminal sends Ctrl-C to both of us and the child answers it; `kill` reaches us alone.
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", doNothing).on("SIGTERM", pass).on("SIGHUP", pass);
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? 128 + constants.signals[signal];
  } finally {
    process.off("SIGINT", doNothing).off("SIGTERM", pass).off("SIGHUP", pass);
  }
}

/**
 * Runs what has to be done first, and ends with its exit code if it fails. It prints to standard
 * error, since standard output belongs to the command itself.
 */
async function prepare(sentence, program, args) {
  console.error(sentence);
  const failed = await run(program, args, { stdout: 2 });
  if (failed) process.exit(failed);
}

const [name, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, name)) {
  console.error(`Say one of: ${Object.keys(COMMANDS).join(", ")}.`);
  process.exit(2);
}
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Sluice needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(2);
}
const [program, ...args] = [...COMMANDS[name], ...rest];
const isSluice = program === "bin/sluice.js";
const needsPages = isSluice && servesPages(args) && buildState(root, "web") !== "current";
const runsBuild = isSluice && !needsPages && buildState(root, "program") === "current";
if (!isInstalled(runsBuild))
  await prepare("Installing the packages that package-lock.json names (once) …", "npm", [
    "ci",
    "--no-fund",
    "--no-audit",
    "--loglevel=error",
  ]);
if (needsPages)
  await prepare("Building the pages (when they have changed) …", process.execPath, [
    ...COMMANDS.build,
    "--pages",
  ]);
const env = name === "test:long" ? longRun() : {};
process.exit(await run(process.execPath, [program, ...args], { env }));

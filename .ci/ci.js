// The steps of CI: the README's commands in a clean clone, as root in a folder closed to others;
// the check and the tests on outside data; as a plain user on Node 24 with Debian's PostgreSQL 15,
// what depends on those. Failures stop nothing, and each test file that failed is run once more,
// alone, at the end.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { countsOf, failuresOf, mergeRetry, readReport, summaryOf } from "./report.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OUTSIDE_DATA = join(ROOT, "../shared");
const isRoot = process.getuid() === 0;
const started = performance.now();

/** The finished steps, and the test runs among them. */
const steps = [];
const testRuns = [];

const seconds = (since) => Math.round((performance.now() - since) / 1000);

/**
 * Runs a command to its end.
 *
 * @param isBuffered whether to return its output instead of printing it
 * @returns its exit code, null if it was killed, and its output if that is buffered
 */
function run([program, ...args], { cwd = ROOT, env = {}, user } = {}, isBuffered = false) {
  const output = isBuffered ? "pipe" : "inherit";
  const stdio = ["ignore", output, output];
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio, ...user });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => printed.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: null, printed: error.message }));
    child.on("close", (code) => resolve({ code, printed: Buffer.concat(printed).toString() }));
  });
}

/**
 * Runs one command after the other until one fails. A step counts as one failure.
 *
 * @param isBuffered whether to print all output at the end, since another step runs at the same
 * time
 */
async function step(name, commands, { isBuffered = false } = {}) {
  const since = performance.now();
  if (!isBuffered) console.log(`\n=== ${name}`);
  let isOk = true;
  let printed = "";
  for (const [command, where] of commands) {
    const ended = await run(command, where, isBuffered);
    printed += ended.printed;
    isOk &&= ended.code === 0;
    if (!isOk) break;
  }
  if (isBuffered) console.log(`\n=== ${name}\n${printed}`);
  steps.push({ name, seconds: seconds(since), isOk, failures: isOk ? 0 : 1 });
}

/** Runs `npm test` with these arguments in a clone. */
async function runTests(args, clone, { env, report, isBuffered }) {
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const where = { ...clone, env: { ...clone.env, ...env } };
  const { code, printed } = await run(["npm", "test", "--", ...args, ...reporters], where, isBuffered);
  return { ...readReport(report, { root: clone.cwd, exitCode: code }), printed };
}

async function test(name, clone, { args = [], env = {}, isBuffered = false } = {}) {
  const since = performance.now();
  if (!isBuffered) console.log(`\n=== ${name}`);
  const testRun = { name, clone, env };
  testRuns.push(testRun);
  const report = join(clone.folder, `report-${testRuns.indexOf(testRun)}.json`);
  const { printed, ...result } = await runTests(args, clone, { env, report, isBuffered });
  if (isBuffered) console.log(`\n=== ${name}\n${printed}`);
  testRun.result = result;
  testRun.step = { name, seconds: seconds(since), isOk: false, failures: 0 };
  steps.push(testRun.step);
}

/** Runs each file that failed once more, alone. */
async function retry({ name, clone, env, result }) {
  const retries = [];
  for (const { file } of result.files.filter(({ failures }) => failures.length > 0)) {
    console.log(`\n=== Retry, alone: ${file} (${name})`);
    retries.push(await runTests([file], clone, { env, report: join(clone.folder, "retry.json") }));
  }
  return { name, result: mergeRetry(result, retries) };
}

const FROM_DEBIAN = ["/usr/lib/postgresql/15/bin/postgres", "/usr/bin/chromium-headless-shell"];

/** Root installs missing packages. No server is started, since the tests start their own. */
async function installFromDebian() {
  if (FROM_DEBIAN.every((program) => existsSync(program))) return;
  mkdirSync("/etc/postgresql-common", { recursive: true });
  writeFileSync("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");
  const packages = ["postgresql-15", "chromium-headless-shell", "fonts-noto-core", "fonts-noto-cjk"];
  const options = ["-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step("PostgreSQL 15 and Chromium of Debian", [
    [["apt-get", "update", "-qq"]],
    [["apt-get", "install", ...options, ...packages], { env }],
  ]);
}

/**
 * Makes a clone in an empty folder that is closed to other users, with an empty home and npm cache
 * beside it.
 */
async function cloneFor(name, user) {
  const folder = mkdtempSync(join(tmpdir(), `sluice-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o700);
  const cwd = join(folder, "empty", "sluice");
  const home = join(folder, "home");
  mkdirSync(join(folder, "empty"));
  mkdirSync(home);
  await step(`A clone for ${name}`, [[["git", "clone", "--quiet", ROOT, cwd]]]);
  if (user) await run(["chown", "-R", `${user.uid}:${user.gid}`, folder]);
  return { folder, cwd, user, env: { HOME: home, npm_config_cache: join(home, "cache") } };
}

const idOfNobody = (option) => Number(spawnSync("id", [option, "nobody"], { encoding: "utf8" }).stdout);

/** Returns the user "nobody"; undefined if CI itself runs as a plain user. */
function plainUser() {
  return isRoot ? { uid: idOfNobody("-u"), gid: idOfNobody("-g") } : undefined;
}

/** Installs Node 24, which is an npm package, and runs the README's first command on it. */
async function onNode24(clone) {
  const packageName = `node-linux-${process.arch}`;
  const prefix = join(clone.folder, "node-24");
  const install = ["npm", "install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund"];
  const bin = join(prefix, "node_modules", packageName, "bin");
  const withNode = { ...clone, env: { ...clone.env, PATH: `${bin}:${process.env.PATH}` } };
  const commands = [
    [[...install, "--loglevel=error", `${packageName}@24`], clone],
    [["node", "--version"], withNode],
    [["npm", "run", "demo"], withNode],
  ];
  await step("npm run demo, as a plain user on Node 24", commands, { isBuffered: true });
  return withNode;
}

if (isRoot) await installFromDebian();
const cleanClone = await cloneFor(isRoot ? "root" : "user", undefined);
const userClone = await cloneFor("plain-user", plainUser());
const requiredEnv = { SLUICE_TEST_REQUIRE: "browser,postgres-15" };
const postgres15Env = { SLUICE_TEST_REQUIRE: "postgres-15", SLUICE_TEST_POSTGRES: "15" };
const projects = ["pure", "db", "postgres-15"].flatMap((project) => ["--project", project]);
const hasData = existsSync(OUTSIDE_DATA);

// Steps run at the same time where both mostly wait, for the network or for one core.
const [nodeClone] = await Promise.all([
  onNode24(userClone),
  step("npm run demo", [[["npm", "run", "demo"], cleanClone]]),
]);
await test("npm test", cleanClone, { env: requiredEnv });
await Promise.all([
  step("npm run check", [[["npm", "run", "check"], cleanClone]], { isBuffered: true }),
  hasData &&
    test("data", cleanClone, { args: ["--project", "data"], env: { SLUICE_TEST_DATA: OUTSIDE_DATA } }),
  test("the command, on Node 24", nodeClone, {
    args: ["test/cli/program.test.ts"],
    env: postgres15Env,
    isBuffered: true,
  }),
]);
await test("pure, db and postgres-15, on Node 24 with PostgreSQL 15", nodeClone, {
  args: projects,
  env: postgres15Env,
});

const results = [];
for (const testRun of testRuns) {
  const retried = await retry(testRun);
  results.push(retried);
  testRun.step.isOk = countsOf(retried.result).failed === 0;
}
const absent = hasData ? [] : [`Not run: the project data, since there is no ${OUTSIDE_DATA}.`];
console.log(summaryOf({ steps, results, seconds: seconds(started), absent }).join("\n"));
process.exitCode = failuresOf(steps, results) === 0 ? 0 : 1;

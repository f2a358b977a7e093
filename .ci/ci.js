// What CI does: README's two commands in a clone with nothing beside it and nothing installed, as root under a closed folder; then the
// check and the tests on outside data; then, as a plain user on Node 24 with Debian's PostgreSQL 15, what depends on those. A test file that
// fails is run once more, alone, at the end. Goes on after a failure, so that one run tells all of them; the last line counts.
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

/** Steps as they ended, and the test runs among them. */
const steps = [];
const testRuns = [];

const seconds = (since) => Math.round((performance.now() - since) / 1000);

/** Runs a command to its end. @returns its exit code, null if it was killed, and what it printed if that is kept */
function run([program, ...args], { cwd = ROOT, env = {}, user } = {}, keeps = false) {
  const output = keeps ? "pipe" : "inherit";
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
 * One command after the other, until one fails. A step counts as one failure.
 * @param keeps true where others run beside it: then it prints all at its end
 */
async function step(name, commands, { keeps = false } = {}) {
  const since = performance.now();
  if (!keeps) console.log(`\n=== ${name}`);
  let isOk = true;
  let printed = "";
  for (const [command, where] of commands) {
    const ended = await run(command, where, keeps);
    printed += ended.printed;
    isOk &&= ended.code === 0;
    if (!isOk) break;
  }
  if (keeps) console.log(`\n=== ${name}\n${printed}`);
  steps.push({ name, seconds: seconds(since), isOk, failures: isOk ? 0 : 1 });
}

/** `npm test` with these arguments in a clone. */
async function runTests(args, clone, { env, report, keeps }) {
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const where = { ...clone, env: { ...clone.env, ...env } };
  const { code, printed } = await run(["npm", "test", "--", ...args, ...reporters], where, keeps);
  return { ...readReport(report, { root: clone.cwd, exitCode: code }), printed };
}

async function test(name, clone, { args = [], env = {}, keeps = false } = {}) {
  const since = performance.now();
  if (!keeps) console.log(`\n=== ${name}`);
  const testRun = { name, clone, env };
  testRuns.push(testRun);
  const report = join(clone.folder, `report-${testRuns.indexOf(testRun)}.json`);
  const { printed, ...result } = await runTests(args, clone, { env, report, keeps });
  if (keeps) console.log(`\n=== ${name}\n${printed}`);
  testRun.result = result;
  testRun.step = { name, seconds: seconds(since), isOk: false, failures: 0 };
  steps.push(testRun.step);
}

/** Each file that failed once more, alone. */
async function retry({ name, clone, env, result }) {
  const retries = [];
  for (const { file } of result.files.filter(({ failures }) => failures.length > 0)) {
    console.log(`\n=== Once more, alone: ${file} (${name})`);
    retries.push(await runTests([file], clone, { env, report: join(clone.folder, "retry.json") }));
  }
  return { name, result: mergeRetry(result, retries) };
}

const FROM_DEBIAN = ["/usr/lib/postgresql/15/bin/postgres", "/usr/bin/chromium-headless-shell"];

/** Root installs what is missing; no server is started, since the tests start their own. */
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

/** A clone in an empty folder that is closed to others, with an empty home and an empty npm cache beside it. */
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

/** Whoever starts CI without being root is a plain user already. */
function plainUser() {
  return isRoot ? { uid: idOfNobody("-u"), gid: idOfNobody("-g") } : undefined;
}

/** Node 24, which npm brings as a package, and README's first command on it. */
async function onNode24(clone) {
  const packageName = `node-linux-${process.arch}`;
  const prefix = join(clone.folder, "node-24");
  const install = ["npm", "install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund"];
  const bin = join(prefix, "node_modules", packageName, "bin");
  const other = { ...clone, env: { ...clone.env, PATH: `${bin}:${process.env.PATH}` } };
  const commands = [
    [[...install, "--loglevel=error", `${packageName}@24`], clone],
    [["node", "--version"], other],
    [["npm", "run", "demo"], other],
  ];
  await step("npm run demo, as a plain user on Node 24", commands, { keeps: true });
  return other;
}

if (isRoot) await installFromDebian();
const bare = await cloneFor(isRoot ? "root" : "user", undefined);
const other = await cloneFor("plain-user", plainUser());
const need = { SLUICE_TEST_REQUIRE: "browser,postgres-15" };
const on15 = { SLUICE_TEST_REQUIRE: "postgres-15", SLUICE_TEST_POSTGRES: "15" };
const projects = ["pure", "db", "postgres-15"].flatMap((project) => ["--project", project]);
const hasData = existsSync(OUTSIDE_DATA);

// Beside each other where both mostly wait, for the network or for one core.
const [onNode] = await Promise.all([onNode24(other), step("npm run demo", [[["npm", "run", "demo"], bare]])]);
await test("npm test", bare, { env: need });
await Promise.all([
  step("npm run check", [[["npm", "run", "check"], bare]], { keeps: true }),
  hasData && test("data", bare, { args: ["--project", "data"], env: { SLUICE_TEST_DATA: OUTSIDE_DATA } }),
  test("the command, on Node 24", onNode, { args: ["test/cli/shell.test.ts"], env: on15, keeps: true }),
]);
await test("pure, db and postgres-15, on Node 24 with PostgreSQL 15", onNode, { args: projects, env: on15 });

const results = [];
for (const testRun of testRuns) {
  const retried = await retry(testRun);
  results.push(retried);
  testRun.step.isOk = countsOf(retried.result).failed === 0;
}
const absent = hasData ? [] : [`Not run: the project data, since there is no ${OUTSIDE_DATA}.`];
console.log(summaryOf({ steps, results, seconds: seconds(started), absent }).join("\n"));
process.exitCode = failuresOf(steps, results) === 0 ? 0 : 1;

// Runs `npm run check`: all checks that need no tests, one line each, then the output of those that
// failed. Names as arguments run only those: `npm run check -- rooms schema`.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PROGRAMS = "node_modules/.bin";

type Check = { name: string; looksAt: string; command: readonly string[] };

const CHECKS: readonly Check[] = [
  { name: "types", looksAt: "tsc, strict", command: ["tsc", "--noEmit", "-p", "."] },
  {
    name: "web",
    looksAt: "tsc, strict, of the browser application",
    command: ["tsc", "--noEmit", "-p", "web"],
  },
  { name: "lint", looksAt: "oxlint with types", command: ["oxlint", "--type-aware"] },
  { name: "format", looksAt: "oxfmt", command: ["oxfmt", "--check"] },
  { name: "unused", looksAt: "knip: files, exports, packages", command: ["knip", "--no-progress"] },
  { name: "rooms", looksAt: "who imports whom, and import cycles", command: ["tsx", "scripts/rooms.ts"] },
  {
    name: "lines",
    looksAt: "comments of 100, code of 120 characters",
    command: ["tsx", "scripts/line-lengths.ts"],
  },
  { name: "schema", looksAt: "src/db/schema.sql = the migrations", command: ["tsx", "scripts/schema.ts"] },
  {
    name: "env",
    looksAt: ".env.example = src/config/settings.ts",
    command: ["tsx", "scripts/env-example.ts"],
  },
  { name: "lock", looksAt: "no host in package-lock.json", command: ["tsx", "scripts/lock-file.ts"] },
];

type Done = Check & { passed: boolean; seconds: number; said: string };

async function run(check: Check): Promise<Done> {
  const started = performance.now();
  const [program = "", ...args] = check.command;
  const child = spawn(join(PROGRAMS, program), args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
  const [out, err, passed] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...check, passed, seconds: (performance.now() - started) / 1000, said: `${out}${err}`.trim() };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no check ${unknown.join(", ")}. Say ${CHECKS.map((check) => check.name).join(", ")}.`,
  );
  process.exit(2);
}
const failed: Done[] = [];
// Checks run one after the other, because each uses all cores and the times would mean nothing.
for (const check of CHECKS) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue;
  const done = await run(check);
  if (!done.passed) failed.push(done);
  const time = `${done.seconds.toFixed(1)} s`.padStart(7);
  console.log(`${done.passed ? "ok    " : "FAILED"} ${time}  ${check.name.padEnd(7)} ${check.looksAt}`);
}
for (const { name, command, said } of failed) console.error(`\n${name} (npx ${command.join(" ")}):\n${said}`);
process.exitCode = failed.length > 0 ? 1 : 0;

// `npm run bench -- startup`: measures what the command takes to show its help, or to refuse what
// it was asked for, against what Node itself takes (`node -e 0`). The cases take turns, so that
// other work on the machine slows all of them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildState } from "../bin/build-state.js";
import { buildProgram } from "../scripts/build-parts.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUILD = [join(ROOT, "bin/sluice.js")];
const SOURCES = ["--import", import.meta.resolve("tsx"), join(ROOT, "src/cli/main.ts")];

type Case = {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  /** Times the floor's seconds, and memory; a case without a limit is shown for comparison. */
  readonly limit?: { readonly ratio: number; readonly megabytes: number };
};

/** Where `node -e 0` takes 0.05 s, these are 0.4 s and 1 s. */
const HELP = { ratio: 8, megabytes: 90 };
const REFUSED = { ratio: 20, megabytes: 160 };

const CASES: readonly Case[] = [
  { name: "node -e 0", args: ["-e", "0"], code: 0 },
  { name: "--help", args: [...BUILD, "--help"], code: 0, limit: HELP },
  { name: "an unknown option", args: [...BUILD, "sync", "--fast"], code: 2, limit: HELP },
  { name: "no connection file", args: [...BUILD, "sync"], code: 2, limit: REFUSED },
  {
    name: "no database",
    args: [...BUILD, "runs"],
    env: { DATABASE_URL: "postgres://127.0.0.1:1/none" },
    code: 5,
    limit: REFUSED,
  },
  { name: "--help, from sources", args: [...SOURCES, "--help"], code: 0 },
];

/**
 * Loaded by each process: writes its peak memory where only we read it. Not
 * `resourceUsage().maxRSS`, which begins with the memory of the process that started it. Linux has
 * the file.
 */
const REPORT_PEAK = `process.on("exit", () => {
  const { readFileSync, writeSync } = require("node:fs");
  writeSync(3, /VmHWM:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
});`;

type Sample = { readonly ms: number; readonly megabytes: number };

async function sampleOf({ name, args, env = {}, code }: Case, cwd: string): Promise<Sample> {
  const started = performance.now();
  const child = spawn(process.execPath, ["--require", "./report-peak.cjs", ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const pipe = child.stdio[3];
  if (pipe === null || pipe === undefined || !("read" in pipe)) throw new Error("There is no pipe.");
  const [peak, [ended]] = await Promise.all([text(pipe), once(child, "exit")]);
  if (ended !== code) throw new Error(`${name} ended with ${ended}, and not with ${code}.`);
  return { ms: performance.now() - started, megabytes: (Number(peak) * 1024) / 1e6 };
}

function line(...cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(22) : cell.padStart(12))).join("");
}

/** @returns the exit code: 0, 1 if a case exceeds its limit, 2 if the arguments make no sense */
export async function benchmarkStartup(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { repeat: { type: "string", default: "9" } } });
  if (!/^[1-9]\d{0,3}$/.test(values.repeat)) {
    console.error(
      "npm run bench -- startup [--repeat N]\n\n  --repeat N   rounds, of which the fastest counts",
    );
    return 2;
  }
  if (buildState(ROOT, "program") !== "current") await buildProgram(join(ROOT, "dist"));
  const empty = await mkdtemp(join(tmpdir(), "sluice-startup-"));
  await writeFile(join(empty, "report-peak.cjs"), REPORT_PEAK);
  const samples = new Map(CASES.map((one) => [one, [] as Sample[]]));
  try {
    for (let round = 0; round < Number(values.repeat); round += 1)
      for (const [one, taken] of samples) taken.push(await sampleOf(one, empty));
  } finally {
    await rm(empty, { recursive: true });
  }
  return report(samples);
}

function report(samples: ReadonlyMap<Case, readonly Sample[]>): number {
  console.log(line("", "seconds", "ratio", "memory, MB", "ratio"));
  let floor: Sample | undefined;
  let isTooMuch = false;
  for (const [{ name, limit }, taken] of samples) {
    // The least of all rounds: other work on the machine only adds.
    const ms = Math.min(...taken.map((sample) => sample.ms));
    const megabytes = Math.max(...taken.map((sample) => sample.megabytes));
    floor ??= { ms, megabytes };
    const ratio = ms / floor.ms;
    const memoryRatio = megabytes / floor.megabytes;
    isTooMuch ||= limit !== undefined && (ratio > limit.ratio || megabytes > limit.megabytes);
    const figures = [(ms / 1000).toFixed(2), times(ratio), megabytes.toFixed(0), times(memoryRatio)];
    console.log(line(name, ...figures));
  }
  return isTooMuch ? 1 : 0;
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} ×`;
}

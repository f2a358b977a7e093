// Runs the command `sluice` in a process of its own, as an operator does.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { requestShared } from "./shared/request.ts";

/**
 * Returns the path of the built command, which has no sources beside it; one build serves all test
 * files.
 */
export function builtCommand(): Promise<string> {
  return requestShared("command", z.string());
}

export type ProcessResult = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Command = {
  /** Runs the command to its end. */
  readonly run: (args: readonly string[], env?: Record<string, string>) => Promise<ProcessResult>;
  /** Starts the command; the process is killed at the end of the test if it still runs. */
  readonly start: (
    args: readonly string[],
    env?: Record<string, string>,
  ) => { process: ChildProcess; ended: Promise<ProcessResult> };
  /** The working directory of the command, empty at first. */
  readonly folder: string;
  /** Writes a file into the folder; returns its path. */
  readonly write: (name: string, content: string) => Promise<string>;
};

/** The process gets `env` and PATH alone, so that no setting of the machine leaks into a test. */
export async function command(env: Record<string, string> = {}, programPath?: string): Promise<Command> {
  const program = programPath ?? (await builtCommand());
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  const start: Command["start"] = (args, more = {}) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<ProcessResult>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    // The folder is removed next, and the process could still write into it.
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await ended.catch(() => undefined);
    });
    return { process: child, ended };
  };
  return {
    folder,
    start,
    run: (args, more) => start(args, more).ended,
    async write(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
  };
}

/** Returns a connection file for a running simulator; the secret is in DYNAMICS_CLIENT_SECRET. */
export function connectionYaml(simulator: { origin: string; clientId: string }, rest?: string): string {
  return `address: ${simulator.origin}
signIn: { kind: client-credentials, clientId: ${simulator.clientId}, clientSecret: { env: DYNAMICS_CLIENT_SECRET } }
${
  rest ??
  `selection: all
mapping:
  description: description
  domains: [websiteurl, emailaddress1]
  fields:
    Industry: { column: industrycode, type: text }
    Employees: { column: numberofemployees, type: number }
    City: { column: address1_city, type: text }`
}
`;
}

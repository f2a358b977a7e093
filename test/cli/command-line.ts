// The command line in the test's process: a simulator, an empty store, a connection file, and
// captured output.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { runSimulator, type RunningSimulator } from "../../simulator/main.ts";
import type { CommandContext, Output } from "../../src/cli/context.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { describeError, type ErrorMessage } from "../../src/cli/error-message.ts";
import { readConfig } from "../../src/config.ts";
import { testDatabase, type TestDatabase } from "../harness/database.ts";

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly error?: ErrorMessage;
}

export interface CommandLine {
  readonly simulator: RunningSimulator;
  readonly database: TestDatabase;
  /** Runs `sluice …` as typed, with the last written connection file. */
  readonly run: (line: string, env?: Readonly<Record<string, string>>) => Promise<CommandResult>;
  /** Writes the connection file; undefined removes it. */
  readonly writeConnectionFile: (text: string | undefined) => void;
}

export function connectionText({ origin, clientId }: RunningSimulator): string {
  return `
address: ${origin}
signIn: { kind: client-credentials, clientId: ${clientId}, clientSecret: { env: DYNAMICS_CLIENT_SECRET } }
selection: all
mapping:
  domains: [websiteurl, emailaddress1]
  fields:
    Owner: { column: ownerid, type: teammate }
    Employees: { column: numberofemployees, type: number }
teammates: [{ email: maya.lindqvist@contoso.example }]
`;
}

export async function commandLine(accounts: number): Promise<CommandLine> {
  const database = await testDatabase();
  const simulator = await runSimulator({ accounts });
  const directory = mkdtempSync(join(tmpdir(), "sluice-cli-"));
  onTestFinished(async () => {
    rmSync(directory, { recursive: true });
    await simulator.close();
  });
  const file = join(directory, "sluice.yaml");
  const writeConnectionFile = (text: string | undefined) =>
    text === undefined ? rmSync(file) : writeFileSync(file, text);
  writeConnectionFile(connectionText(simulator));
  const environment = {
    DATABASE_URL: database.url,
    SLUICE_SIMULATOR: simulator.origin,
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
  };
  return {
    simulator,
    database,
    writeConnectionFile,
    run: (line, env = {}) =>
      runInProcess(`--connection ${file} ${line}`.split(" "), { ...environment, ...env }),
  };
}

async function runInProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const written = { stdout: "", stderr: "" };
  let result: Omit<CommandResult, "stdout" | "stderr"> = { exitCode: -1 };
  const program = buildProgram(async (global, work) => {
    const context: CommandContext = {
      config: readConfig(env),
      json: global.json === true,
      connectionFile: global.connection,
      stdout: outputInto((text) => (written.stdout += text)),
      stderr: outputInto((text) => (written.stderr += text)),
      signal: new AbortController().signal,
    };
    result = await work(context).then(
      (exitCode) => ({ exitCode }),
      (thrown: unknown) => {
        const error = describeError(thrown);
        return { exitCode: error.exitCode, error };
      },
    );
  });
  await program.parseAsync([...args], { from: "user" });
  return { ...result, ...written };
}

function outputInto(onText: (text: string) => void): Output {
  return new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      onText(text);
      done();
    },
  });
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";

const directory = mkdtempSync(join(tmpdir(), "sluice-shell-"));
afterAll(() => rmSync(directory, { recursive: true }));
const program = fileURLToPath(new URL("../../bin/sluice.js", import.meta.url));

function start(...args: string[]) {
  return spawn(process.execPath, [program, ...args], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
}

async function sluice(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code: z.number().parse(code) };
}

describe("the program as the shell sees it", () => {
  it("helps, and says what its exit codes mean", async () => {
    const help = await sluice("--help");
    expect(help.code).toBe(0);
    for (const command of [
      "sync",
      "plan",
      "apply",
      "accounts",
      "runs",
      "issues",
      "fields",
      "views",
      "migrate",
      "simulator",
      "demo",
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    }
    expect(help.stdout).toContain("Exit codes:");
  });

  it("tells errors on standard error, and with --json on standard output too", async () => {
    expect(await sluice("sink")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("Did you mean sync?"),
    });
    const failed = await sluice("sync", "--json");
    expect(failed.code).toBe(2);
    expect(failed.stderr).toContain("The connection file sluice.yaml cannot be used. There is no such file.");
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { kind: "ConnectionFileError", exitCode: 2 } });
  });

  it("refuses CSV files and ports that the simulator cannot have", async () => {
    const file = join(directory, "empty.csv");
    writeFileSync(file, "");
    expect(await sluice("simulator", "--csv", file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is empty"),
    });
    writeFileSync(file, "name\n");
    expect(await sluice("simulator", "--csv", file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no rows"),
    });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const taken = await sluice("simulator", "--accounts", "1", "--port", String(port));
    server.close();
    expect(taken).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Port ${port} of 127.0.0.1 is taken.`),
    });
  });

  it("runs a simulator until it is told to stop", async () => {
    const child = start("--json", "simulator", "--accounts", "7", "--port", "0");
    const [line] = z.tuple([z.instanceof(Buffer)]).parse(await once(child.stdout, "data"));
    const { origin, accounts } = z
      .object({ origin: z.string(), accounts: z.number() })
      .parse(JSON.parse(line.toString()));
    expect(accounts).toBe(7);
    expect((await fetch(`${origin}/api/data/v9.2/WhoAmI`)).status).toBe(401);
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });
});

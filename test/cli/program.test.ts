import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { command } from "../harness/command.ts";

async function sluice(...args: string[]) {
  return (await command()).run(args);
}

describe("the program as the shell sees it", () => {
  it("helps, and says what its exit codes mean", async () => {
    const help = await sluice("--help");
    expect(help.code).toBe(0);
    for (const name of [
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
      expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    }
    expect(help.stdout).toContain("Exit codes:");
  });

  it("prints its version", async () => {
    expect(await sluice("--version")).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  });

  it("prints errors on standard error, and with --json on standard output too", async () => {
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
    const { run, write } = await command();
    await write("empty.csv", "");
    expect(await run(["simulator", "--csv", "empty.csv"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is empty"),
    });
    await write("header.csv", "name\n");
    expect(await run(["simulator", "--csv", "header.csv"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no rows"),
    });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const taken = await run(["simulator", "--accounts", "1", "--port", String(port)]);
    server.close();
    expect(taken).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Port ${port} of 127.0.0.1 is taken.`),
    });
  });

  it("runs a simulator until it is told to stop", async () => {
    const { start } = await command();
    const { process, ended } = start(["--json", "simulator", "--accounts", "7", "--port", "0"]);
    const [line] = await once(process.stdout!, "data");
    const { origin, accounts } = z
      .object({ origin: z.string(), accounts: z.number() })
      .parse(JSON.parse(String(line)));
    expect(accounts).toBe(7);
    expect((await fetch(`${origin}/api/data/v9.2/WhoAmI`)).status).toBe(401);
    process.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { newToken } from "../../src/access/tokens.ts";
import { builtCommand } from "../harness/command.ts";
import { browserAt } from "../harness/web.ts";

const story = z.object({
  runs: z.tuple([
    z.object({
      status: z.literal("done"),
      created: z.number().min(2000),
      linked: z.literal(2),
      failed: z.literal(0),
    }),
    z.object({
      status: z.literal("done"),
      created: z.literal(1),
      updated: z.literal(3),
      stopped: z.literal(2),
    }),
    z.object({
      status: z.literal("done"),
      created: z.literal(0),
      updated: z.literal(0),
      stopped: z.literal(0),
    }),
  ]),
});

async function demo(...args: string[]) {
  const home = mkdtempSync(join(tmpdir(), "sluice-demo-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const child = spawn(process.execPath, [await builtCommand(), ...args, "--home", home], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", SLUICE_PORT: "0" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

it(
  "shows the whole line as the shell runs it, and ends where there is no terminal",
  { timeout: 180_000 },
  async () => {
    const child = await demo("demo", "--json");
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    expect({ code: z.number().parse(code), stderr }).toMatchObject({ code: 0 });
    expect(story.safeParse(JSON.parse(stdout)).error).toBeUndefined();
  },
);

it(
  "ends in the web application when told to, connected and with somebody to be",
  { timeout: 180_000 },
  async () => {
    const child = await demo("demo", "--serve");
    let output = "";
    for await (const some of child.stdout.setEncoding("utf8")) {
      output += String(some);
      if (output.includes("Dynamics 365 is connected")) break;
    }
    const [, origin = "", token = ""] = /(http:\/\/127\.0\.0\.1:\d+)\/links\/([\w-]{43})/.exec(output) ?? [];
    const maya = browserAt(origin, newToken());
    expect((await maya.post(`/links/${token}`, {})).body.teammate.role).toBe("company-admin");
    expect((await maya.get("/connection")).body).toMatchObject({
      state: "with-issues",
      environment: { region: "simulator" },
    });
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  },
);

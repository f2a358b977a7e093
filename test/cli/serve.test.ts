import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { newToken } from "../../src/access/tokens.ts";
import { command, type Command, type ProcessResult } from "../harness/command.ts";
import { testDatabase } from "../harness/database.ts";
import { browserAt } from "../harness/web.ts";

type Serving = ReturnType<Command["start"]> & { readonly output: string };

/** Waits until it has printed its address. */
async function serving(started: ReturnType<Command["start"]>): Promise<Serving> {
  const { stdout } = started.process;
  let output = "";
  const ready = new Promise<void>((resolve) => {
    stdout?.on("data", (text: string) => {
      output += text;
      if (output.endsWith("\n")) resolve();
    });
  });
  const early = await Promise.race([ready, started.ended]);
  if (early) throw new Error(`It ended: ${early.stderr}`);
  return { ...started, output };
}

async function stopped({ process, ended }: Serving): Promise<ProcessResult> {
  process.kill("SIGTERM");
  return ended;
}

const ADMIN = "dana@ourcompany.example";

it("serves until it is stopped, and lets the first company admin in by the link it prints", async () => {
  const database = await testDatabase();
  const sluice = await command({ DATABASE_URL: database.url, SLUICE_PORT: "0", SLUICE_KEY: "5".repeat(64) });
  const first = await serving(sluice.start(["serve", "--admin", ADMIN]));
  const [, origin = "", token = ""] =
    /(http:\/\/127\.0\.0\.1:\d+)\/links\/([\w-]{43})/.exec(first.output) ?? [];
  const dana = browserAt(origin, newToken());
  const { body } = await dana.post(`/links/${token}`, { name: "Dana", password: "a fine long password" });
  expect(body.teammate).toMatchObject({ email: ADMIN, role: "company-admin" });
  expect(await stopped(first)).toMatchObject({ code: 0, stderr: expect.not.stringContaining(token) });

  const second = await serving(sluice.start(["serve"]));
  expect(second.output).not.toContain("Nobody can sign in");
  await stopped(second);
});

it("says how to get in while nobody can", async () => {
  const database = await testDatabase();
  const sluice = await command({ DATABASE_URL: database.url, SLUICE_PORT: "0", SLUICE_KEY: "5".repeat(64) });
  const started = await serving(sluice.start(["serve"]));
  expect(started.output).toContain("sluice serve --admin");
  await stopped(started);
});

it("says which address is taken", async () => {
  const database = await testDatabase();
  const holder = createServer();
  holder.listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = String(typeof address === "object" && address ? address.port : 0);
  const sluice = await command({ DATABASE_URL: database.url, SLUICE_PORT: port, SLUICE_KEY: "5".repeat(64) });
  const { code, stderr } = await sluice.run(["serve"]);
  holder.close();
  expect(code).toBe(2);
  expect(stderr).toContain(`127.0.0.1:${port} is taken`);
});

it("runs a worker without pages with --only worker", async () => {
  const database = await testDatabase();
  const token = "a-token-of-this-test-alone";
  const env = { DATABASE_URL: database.url, SLUICE_PORT: "0", SLUICE_KEY: "5".repeat(64) };
  const sluice = await command({ ...env, METRICS_TOKEN: token });
  const worker = await serving(sluice.start(["serve", "--only", "worker", "--json"]));
  const { url } = JSON.parse(worker.output);
  const ask = (path: string) => fetch(url + path, { headers: { authorization: `Bearer ${token}` } });

  expect(JSON.parse(worker.output)).toMatchObject({ worker: true });
  expect((await ask("/healthz")).status).toBe(200);
  expect((await ask("/readyz")).status).toBe(200);
  expect(await (await ask("/metrics")).text()).toContain("\nsluice_database_up 1\n");
  expect((await ask("/api/app/session")).status).toBe(404);
  expect(await stopped(worker)).toMatchObject({ code: 0, stderr: "" });
});

it("makes no link for an admin in a worker, which has no pages to sign in to", async () => {
  const sluice = await command();
  const { code, stderr } = await sluice.run(["serve", "--only", "worker", "--admin", "ada@contoso.example"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Give --admin to the process that serves them");
});

it("says what is wrong with an invalid key", async () => {
  const database = await testDatabase();
  const sluice = await command({ DATABASE_URL: database.url, SLUICE_PORT: "0", SLUICE_HOME: "." });
  await sluice.write("sealing.key", "short");
  const { code, stderr } = await sluice.run(["serve"]);
  expect(code).toBe(2);
  expect(stderr).toContain("sealing.key should hold the key");
  expect(stderr).not.toContain("unexpected");
});

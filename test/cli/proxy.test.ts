// Commands behind a proxy: every request to Dynamics 365 and Microsoft Entra ID goes through it.
import { get } from "node:http";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { command, connectionYaml } from "../harness/command.ts";
import { AUTHORITY, startConnectProxy, startMicrosoftHosts } from "../harness/connect-proxy.ts";
import { testDatabase } from "../harness/database.ts";
import { until } from "../harness/stages.ts";

const PASSWORD = "m4rked-proxy-password";

/** A command whose only way to Microsoft is a proxy. */
async function behindProxy(refuse?: number) {
  const simulator = await runSimulator({ accounts: 5 });
  onTestFinished(() => simulator.close());
  const hosts = await startMicrosoftHosts(simulator.origin);
  const proxy = await startConnectProxy(hosts.port, refuse);
  const sluice = await command({
    DATABASE_URL: (await testDatabase()).url,
    HTTPS_PROXY: `http://sluice:${PASSWORD}@${proxy.host}`,
    NODE_EXTRA_CA_CERTS: AUTHORITY,
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
    SLUICE_LOG_LEVEL: "debug",
  });
  const { clientId } = simulator;
  await sluice.write(
    "sluice.yaml",
    connectionYaml({ origin: "https://contoso.crm4.dynamics.com", clientId }),
  );
  return { hosts, proxy, sluice };
}

it("a sync reads Dynamics 365 through the proxy, and shows nobody its password", async () => {
  const { hosts, proxy, sluice } = await behindProxy();

  const { code, stdout, stderr } = await sluice.run(["sync"]);

  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/created +5\b/);
  expect(new Set(proxy.targets)).toEqual(
    new Set(["contoso.crm4.dynamics.com:443", "login.microsoftonline.com:443"]),
  );
  expect(hosts.requests.length).toBeGreaterThan(3);
  expect(stdout + stderr).not.toContain(PASSWORD);
});

it("a proxy that refuses is told with exit code 3, and shows nobody its password", async () => {
  const { sluice, proxy } = await behindProxy(407);

  const { code, stdout, stderr } = await sluice.run(["sync"]);

  expect(code).toBe(3);
  expect(stderr).toContain(
    `The proxy ${proxy.host} does not accept the user name and password of HTTPS_PROXY`,
  );
  expect(stdout + stderr).not.toContain(PASSWORD);
});

it("what is no proxy of http is a wrong setting, and shows nobody its password", async () => {
  const { sluice } = await behindProxy();

  for (const address of [
    `socks5://sluice:${PASSWORD}@10.0.0.1:1080`,
    `http://sluice:${PASSWORD}/x@10.0.0.1`,
  ]) {
    const { code, stdout, stderr } = await sluice.run(["sync"], { HTTPS_PROXY: address });
    expect([code, stderr]).toEqual([2, expect.stringContaining("HTTPS_PROXY is not the address of a proxy")]);
    expect(stdout + stderr).not.toContain("m4rked");
  }
});

it("the web application uses the proxy for its connection and for signing in with Microsoft", async () => {
  const { sluice, proxy } = await behindProxy(403);
  const { process } = sluice.start(["serve"], {
    SLUICE_PORT: "0",
    SLUICE_KEY: "5".repeat(64),
    SLUICE_ENTRA_TENANT: "0c9d3e5a-1111-4222-8333-444455556666",
    SLUICE_ENTRA_CLIENT_ID: "app",
    SLUICE_ENTRA_CLIENT_SECRET: "secret",
  });
  let output = "";
  process.stdout?.on("data", (text: string) => (output += text));
  await until(async () => /http:\/\/127\.0\.0\.1:\d+/.test(output));
  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? "";

  const [response] = await once(get(`${origin}/api/app/session/microsoft`), "response");
  response.resume();

  expect(proxy.targets).toContain("contoso.crm4.dynamics.com:443");
  expect(proxy.targets).toContain("login.microsoftonline.com:443");
});

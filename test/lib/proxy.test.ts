// Requests of https go through the proxy that the operator sets, and those of http do not.
import { expect, test } from "vitest";
import { createEntraSignIn, MicrosoftError } from "../../src/access/entra.ts";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openHttp } from "../../src/lib/http.ts";
import { startConnectProxy, startMicrosoftHosts } from "../harness/connect-proxy.ts";
import { testDatabase } from "../harness/database.ts";
import { startTestServer } from "./test-server.ts";

const PASSWORD = "m4rked pässword";
const CREDENTIALS = `sluice:${encodeURIComponent(PASSWORD)}`;

/** Sends one request with the settings; returns the error it ends with, or its status. */
async function send(url: string, env: Record<string, string>): Promise<unknown> {
  const http = openHttp({ proxy: readConfig(env).proxy });
  try {
    return (await http.send({ url })).status;
  } catch (error) {
    return error;
  } finally {
    await http.close();
  }
}

test("the proxy gets the host and the credentials, and a certificate that is not valid gets nothing", async () => {
  const { port, requests } = await startMicrosoftHosts();
  const proxy = await startConnectProxy(port);

  const error = await send("https://contoso.crm4.dynamics.com/api", {
    HTTPS_PROXY: `http://${CREDENTIALS}@${proxy.host}`,
  });

  expect(error).toMatchObject({ kind: "tls", message: expect.stringContaining("contoso.crm4.dynamics.com") });
  expect(proxy.targets).toEqual(["contoso.crm4.dynamics.com:443"]);
  expect(proxy.authorizations).toEqual([`Basic ${Buffer.from(`sluice:${PASSWORD}`).toString("base64")}`]);
  expect(requests).toEqual([]);
});

test.each([
  ["https_proxy", "NO_PROXY", "", 1],
  ["HTTPS_PROXY", "NO_PROXY", "example.com, .crm4.dynamics.com", 1],
  ["HTTPS_PROXY", "NO_PROXY", "example.com,localhost", 0],
  ["HTTPS_PROXY", "no_proxy", "localhost", 0],
  ["HTTPS_PROXY", "NO_PROXY", "*", 0],
])(
  "%s with %s=%j decides, and not that the host is this machine",
  async (name, exceptName, except, count) => {
    const { port } = await startMicrosoftHosts();
    const proxy = await startConnectProxy(port);

    const error = await send(`https://localhost:${port}/`, { [name]: proxy.host, [exceptName]: except });

    expect(error).toMatchObject({ kind: "tls" });
    expect(proxy.targets).toHaveLength(count);
  },
);

test("a request of http goes to the simulator on this machine directly", async () => {
  await using server = await startTestServer((_asked, response) => void response.writeHead(200).end());
  const proxy = await startConnectProxy(1);

  expect(await send(server.origin, { HTTPS_PROXY: proxy.host })).toBe(200);

  expect(proxy.targets).toEqual([]);
});

test.each([
  [407, "proxy", /wants a user name and a password \(407\), and HTTPS_PROXY has none/],
  [403, "proxy", /refuses to connect to contoso\.crm4\.dynamics\.com \(HTTP 403\)/],
  [502, "proxy", /could not connect to contoso\.crm4\.dynamics\.com \(HTTP 502\)/],
])("a proxy that answers %i is named, with what to do", async (status, kind, message) => {
  const proxy = await startConnectProxy(1, status);

  const error = await send("https://contoso.crm4.dynamics.com/", { HTTPS_PROXY: proxy.host });

  expect(error).toMatchObject({ kind, proxyStatus: status, message: expect.stringMatching(message) });
  expect(error).toMatchObject({
    message: expect.stringContaining(proxy.host),
    fix: expect.stringMatching(/HTTPS_PROXY|NO_PROXY/),
  });
});

test("a proxy that refuses its credentials, or is not there, is named without them", async () => {
  const refusing = await startConnectProxy(1, 407);
  const refused = await send("https://contoso.crm4.dynamics.com/", {
    HTTPS_PROXY: `http://${CREDENTIALS}@${refusing.host}/`,
  });
  const missing = await send("https://contoso.crm4.dynamics.com/", {
    HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:1`,
  });

  expect(refused).toMatchObject({ message: expect.stringContaining("does not accept the user name") });
  expect(missing).toMatchObject({
    kind: "unreachable",
    message: "The proxy 127.0.0.1:1, which HTTPS_PROXY names, could not be reached (ECONNREFUSED).",
  });
  for (const error of [refused, missing])
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/m4rked|sluice:/);
});

test("signing in with Microsoft goes through the proxy, too", async () => {
  const proxy = await startConnectProxy(1, 403);
  const http = openHttp({ proxy: readConfig({ HTTPS_PROXY: proxy.host }).proxy });
  const app = { tenant: "0c9d3e5a-1111-4222-8333-444455556666", clientId: "app", clientSecret: "secret" };
  const deps = { app, simulator: undefined, database: await testDatabase(), clock: systemClock, http };

  const failed = createEntraSignIn(deps).begin("browser", "https://sluice.example/return");

  await expect(failed).rejects.toThrow(MicrosoftError);
  await http.close();
  expect(proxy.targets).toEqual(["login.microsoftonline.com:443"]);
});

import { expect, test } from "vitest";
import { AddressError, normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { authorizationUri, discoverSignIn } from "../../src/dataverse/auth/discovery.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { openHttp } from "../../src/lib/http.ts";
import { startTestServer } from "../lib/test-server.ts";
import type { RequestHandler } from "../lib/test-server.ts";

const TENANT = "1dab20d6-5aef-4d18-ab11-59afc8e3106a";
const uri = `https://login.microsoftonline.com/${TENANT}/oauth2/authorize`;

async function discover(answer: RequestHandler) {
  await using server = await startTestServer(answer);
  const http = openHttp();
  const clock = createSettableClock("2026-03-01T00:00:00Z");
  try {
    const environment = normaliseAddress(server.origin, { simulatorOrigin: server.origin });
    const authority = await discoverSignIn(environment, { http, clock }).catch((error: unknown) => error);
    return { authority, clock, requests: server.requests, origin: server.origin };
  } finally {
    await http.close();
  }
}

const challenge =
  (...values: string[]): RequestHandler =>
  (_request, response) => {
    response.writeHead(401, { "www-authenticate": values }).end();
  };

test.each([
  [`Bearer authorization_uri=${uri}, resource_id=https://contoso.crm11.dynamics.com/`],
  [`Bearer resource_id="https://contoso.crm11.dynamics.com/", authorization_uri="${uri}"`],
  [`bearer error=invalid_token,Authorization_Uri = ${uri},resource_id=x`],
])("the authority is found in %s", (header) => {
  expect(authorizationUri([header])).toBe(uri);
});

test("the authority and tenant come from the environment's 401, without a token being sent", async () => {
  const { authority, requests } = await discover(
    challenge("Negotiate", `Bearer authorization_uri=${uri}, resource_id=x`),
  );
  expect(authority).toEqual({ origin: "https://login.microsoftonline.com", tenant: TENANT });
  expect(requests[0]).toMatchObject({ url: "/api/data/v9.2/" });
  expect(requests[0]?.headers.authorization).toBeUndefined();
});

test.each([
  ["https://login.microsoftonline.us", true],
  ["https://login.partner.microsoftonline.cn", true],
  ["https://login.windows.net", true],
  ["https://login.microsoftonline.com.evil.example", false],
  ["http://login.microsoftonline.com", false],
  ["https://login.microsoftonline.com:8443", false],
  ["https://evil.example", false],
])("an authority at %s: accepted is %s", async (origin, accepted) => {
  const { authority } = await discover(
    challenge(`Bearer authorization_uri=${origin}/${TENANT}/oauth2/authorize`),
  );
  expect(authority).toMatchObject(accepted ? { origin } : { name: "ProtocolError", code: "protocol" });
});

test("the simulator signs in at its own origin, and at no other on this machine", async () => {
  const own = await discover(({ headers }, response) => {
    response.writeHead(401, {
      "www-authenticate": `Bearer authorization_uri=http://${headers.host}/${TENANT}/oauth2/authorize`,
    });
    response.end();
  });
  expect(own.authority).toEqual({ origin: own.origin, tenant: TENANT });
  const other = await discover(
    challenge(`Bearer authorization_uri=http://127.0.0.1:9/${TENANT}/oauth2/authorize`),
  );
  expect(other.authority).toMatchObject({ code: "protocol" });
});

test.each([
  ["AD on premises", ["Negotiate", "NTLM"]],
  [
    "AD FS",
    [
      "Bearer authorization_uri=https://adfs.example.com/adfs/oauth2/authorize, resource_id=https://org.example.com/",
    ],
  ],
  ["nothing at all", []],
])("%s is reported as self-hosted", async (_what, values) => {
  const { authority } = await discover(challenge(...values));
  expect(authority).toBeInstanceOf(AddressError);
  expect(authority).toMatchObject({ code: "self-hosted" });
});

test("discovery waits for an environment under maintenance", async () => {
  const { authority, clock } = await discover((request, response, count) => {
    if (count < 3) response.writeHead(503, { "retry-after": "60" }).end();
    else challenge(`Bearer authorization_uri=${uri}`)(request, response, count);
  });
  expect(authority).toMatchObject({ tenant: TENANT });
  expect(clock.sleeps.map((ms) => Math.floor(ms / 60_000))).toEqual([1, 1]);
});

test("an environment that does not respond is reported after a few attempts", async () => {
  const { authority, requests } = await discover((_request, response) => response.destroy());
  expect(authority).toMatchObject({ name: "AddressError", code: "unreachable" });
  expect(requests).toHaveLength(4);
});

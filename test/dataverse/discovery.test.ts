import { expect, test } from "vitest";
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { authorizationUri, discoverSignIn } from "../../src/dataverse/auth/discovery.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { explainNoAnswer } from "../../src/dataverse/http/intermediary.ts";
import { HttpError, openHttp } from "../../src/lib/http.ts";
import { describeError } from "../../src/cli/error-message.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
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

// The host is one of Microsoft's, so whoever else answers stands in between.
const page = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>…</body></html>`;
type Answer = [status: number, headers: Record<string, string | string[]>, body?: string];
const HTML = { "content-type": "text/html; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json" };

test.each<[string, Answer, string, RegExp]>([
  [
    "a refusal with a page",
    [403, HTML, page("Access Denied")],
    "intermediary",
    /firewall .*HTTP 403, "Access Denied".*IP firewall allows/,
  ],
  ["a refusal without a word", [403, {}], "intermediary", /\(HTTP 403\)/],
  [
    "a gateway's JSON",
    [403, JSON_TYPE, '{"statusCode":403,"message":"IP not allowed"}'],
    "intermediary",
    /HTTP 403, "IP not allowed"/,
  ],
  ["a refusal for legal reasons", [451, HTML, page("Blocked")], "intermediary", /HTTP 451, "Blocked"/],
  [
    "Dynamics' own refusal",
    [
      403,
      JSON_TYPE,
      '{"error":{"code":"0x80095ffe","message":"The request you are trying to make is rejected as access to your ip is blocked."}}',
    ],
    "ip-blocked",
    /IP firewall blocks the address of this server\. Dynamics 365 says: "The request .* is blocked\." \(0x80095ffe\)\./,
  ],
  [
    "a disabled environment",
    [
      404,
      JSON_TYPE,
      '{"error":{"code":"0x8004a104","message":"The Dynamics 365 organization you are attempting to access is currently disabled."}}',
    ],
    "environment-disabled",
    /The environment is disabled\. Have it enabled/,
  ],
  [
    "a page",
    [200, HTML, page("Welcome to the guest network")],
    "intermediary",
    /a web page .*\(HTTP 200, "Welcome to the guest network"\)/,
  ],
  [
    "JSON that asks for nothing",
    [200, JSON_TYPE, '{"value":[]}'],
    "intermediary",
    /something that is not from Dynamics 365 \(HTTP 200\)/,
  ],
  ["no content", [204, {}], "intermediary", /HTTP 204/],
  [
    "a captive portal",
    [302, { location: "https://portal.example/login?token=MARKED" }],
    "intermediary",
    /redirects to portal\.example \(HTTP 302\)/,
  ],
  [
    "a redirect to itself",
    [307, { location: "/home?x=MARKED" }],
    "intermediary",
    /redirects to another page \(HTTP 307\)/,
  ],
  [
    "a renamed environment",
    [301, { location: "https://fabrikam.crm4.dynamics.com/" }],
    "environment-not-found",
    /redirects to fabrikam\.crm4\.dynamics\.com \(HTTP 301\): the environment has another address/,
  ],
  [
    "no environment",
    [404, HTML, page("404 - File or directory not found.")],
    "environment-not-found",
    /There is no Dynamics 365 environment at 127.* \(HTTP 404, "404 - File.*deleted, disabled or renamed/,
  ],
  ["a deleted environment", [410, {}], "environment-not-found", /\(HTTP 410\)/],
  [
    "a proxy that wants a password",
    [407, { "proxy-authenticate": "Basic" }],
    "proxy-authentication",
    /asks for a user name and a password \(HTTP 407\)\. Put them into HTTPS_PROXY/,
  ],
  [
    "a network that wants a sign-in",
    [511, HTML, page("Sign in")],
    "intermediary",
    /asks this server to sign in on a page .*HTTP 511/,
  ],
  [
    "a proxy's sign-in",
    [401, { "www-authenticate": ["Negotiate", "NTLM"] }],
    "intermediary",
    /another sign-in than Microsoft's \(HTTP 401, Negotiate, NTLM\)/,
  ],
  ["a sign-in without a word", [401, {}], "intermediary", /\(HTTP 401\)/],
  ["another refusal", [418, {}], "intermediary", /HTTP 418/],
  [
    "a gateway",
    [502, { ...HTML, server: "Microsoft-Azure-Application-Gateway/v2" }, page("502 Bad Gateway")],
    "unavailable",
    /does not reach Dynamics 365 \(HTTP 502, "502 Bad Gateway", from Microsoft-Azure-Application-Gateway\/v2\)/,
  ],
  ["a gateway that waited", [504, HTML, page("Gateway Timeout")], "unavailable", /HTTP 504/],
  [
    "maintenance",
    [503, HTML, page("Service Unavailable")],
    "unavailable",
    /not available at the moment \(HTTP 503/,
  ],
  ["a failure", [500, {}], "unavailable", /not available at the moment \(HTTP 500/],
])(
  "%s says what stands in between, and exits with 3",
  async (_what, [status, headers, body], code, words) => {
    const { authority } = await discover((_request, response) =>
      response.writeHead(status, headers).end(body),
    );
    expect(authority).toMatchObject({
      name: "DataverseError",
      code,
      status,
      message: expect.stringMatching(words),
    });
    expect(describeError(authority).exitCode).toBe(exitCodes.source);
    expect(JSON.stringify(describeError(authority))).not.toMatch(/MARKED|self-hosted/);
  },
);

test("AD FS, which Microsoft's cloud does not use, is nowhere to sign in", async () => {
  const adfs = "Bearer authorization_uri=https://adfs.example.com/adfs/oauth2/authorize";
  const { authority } = await discover(challenge(adfs));
  expect(authority).toMatchObject({
    code: "protocol",
    message: expect.stringMatching(/sign in at https:\/\/adfs\.example\.com.*Nothing was sent there/),
  });
});

test("the words of a page are quoted without markup, invisible characters and end", async () => {
  const title = `Access &lt;b&gt;denied&lt;/b&gt;<br>\u0007\u202e by&nbsp;&#82;ules ${"x".repeat(500)}`;
  const { authority } = await discover((_request, response) =>
    response.writeHead(403, HTML).end(`<!-- <title>no</title> --><title lang="en">\n${title}\n</title>`),
  );
  expect(String(authority)).toMatch(/"Access denied by Rules x{90,110}…"/);
});

const unreachable = async (origin: string) => {
  const http = openHttp();
  const environment = { origin, apiRoot: `${origin}/api/data/v9.2/`, region: "crm4" };
  const clock = createSettableClock("2026-03-01T00:00:00Z");
  const error: unknown = await discoverSignIn(environment, { http, clock }).catch(
    (reason: unknown) => reason,
  );
  await http.close();
  expect(error).toMatchObject({ name: "AddressError", code: "unreachable" });
  return String(error);
};

test("an address that nobody answers at says what to look at: name, firewall, proxy, certificate", async () => {
  await using plain = await startTestServer((_request, response) => response.end());
  expect(await unreachable("https://no-such-host.invalid")).toMatch(
    /no server named .*deleted or renamed.*DNS/,
  );
  expect(await unreachable("http://127.0.0.1:9")).toMatch(/could not be reached.*firewall.*HTTPS_PROXY/);
  expect(await unreachable(plain.origin.replace("http:", "https:"))).toMatch(
    /certificate .*NODE_EXTRA_CA_CERTS/,
  );
});

test.each([
  [407, "proxy-authentication"],
  [403, "intermediary"],
  [502, "unavailable"],
])("a proxy that answers %i instead of connecting has the code of such an answer", (proxyStatus, code) => {
  const told = { message: "The proxy does not connect.", fix: "Ask whoever runs it." };
  const error = new HttpError("proxy", told.message, { proxyStatus, fix: told.fix });
  const host = "contoso.crm4.dynamics.com";
  const explanation = explainNoAnswer(error, { host, service: "Dynamics 365", secrets: [] });
  expect(explanation).toEqual({ code, finding: told.message, fix: told.fix });
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

import { expect, test } from "vitest";
import type { FaultRuleInput } from "../../simulator/faults/rule.ts";
import type { RequestStats } from "../../src/dataverse/model.ts";
import { createLog } from "../../src/lib/log.ts";
import { sendJson } from "../lib/test-server.ts";
import type { RequestHandler } from "../lib/test-server.ts";
import { allOf, connectSimulated, connectTo, row } from "./test-client.ts";

const refuse = (code: string, message: string) => ({ error: { code, message } });

test("a throttled request waits as long as Retry-After says and continues", async () => {
  await using connected = await connectTo((_request, response, count) => {
    if (count <= 3)
      sendJson(response, refuse("0x80072321", "Combined execution time"), 429, { "retry-after": "30" });
    else sendJson(response, { value: [row("a")] });
  });
  expect(await allOf(connected.client.readAccounts({ kind: "all" }, []))).toHaveLength(1);
  expect(connected.clock.sleeps).toHaveLength(3);
  expect(Math.min(...connected.clock.sleeps)).toBeGreaterThanOrEqual(30_000);
  expect(connected.client.usage).toMatchObject({ retries: 3, throttledMs: expect.any(Number) });
});

test("an environment that throttles for more than an hour is an error", async () => {
  await using connected = await connectTo((_request, response) => {
    sendJson(response, refuse("0x80072322", "Number of requests"), 429, { "retry-after": "300" });
  });
  await expect(connected.client.whoAmI()).rejects.toMatchObject({
    code: "throttled",
    status: 429,
    serverCode: "0x80072322",
  });
  expect(connected.client.usage.throttledMs).toBeGreaterThan(50 * 60_000);
});

test.each([
  ["a gateway's page in HTML", 502, "<html>Bad Gateway</html>", "text/html", "unavailable"],
  [
    "SQL timeouts, whatever their status",
    400,
    JSON.stringify(refuse("0x80044151", "Sql error")),
    "application/json",
    "unavailable",
  ],
  ["a body that is not whole", 200, '{"value":[{"accoun', "application/json", "unavailable"],
  ["HTML with 200", 200, "<html>Sign in</html>", "text/html", "unavailable"],
])("%s is attempted six times", async (_what, status, body, type, code) => {
  await using connected = await connectTo((_request, response) => {
    response.writeHead(status, { "content-type": type }).end(body);
  });
  const reading = allOf(connected.client.readAccounts({ kind: "all" }, []));
  await expect(reading).rejects.toMatchObject({ name: "DataverseError", code });
  expect(connected.requests()).toHaveLength(6);
});

test.each([
  [
    400,
    "0x80060888",
    "Could not find a property named 'new_gone' on type 'Microsoft.Dynamics.CRM.account'.",
    "column-not-found",
    "new_gone",
  ],
  [
    403,
    "0x80040220",
    "Principal user (Id=1, type=8) is missing prvReadAccount privilege (Id=2) on OTC=1",
    "missing-privilege",
    "prvReadAccount",
  ],
  [403, "0x80040225", "The specified user is disabled.", "user-disabled", undefined],
  [403, "0x80042f09", "The user has not been assigned any roles.", "no-roles", undefined],
  [403, "0x8004D24B", "UserNotAssignedLicense", "no-licence", undefined],
  [403, "", "", "access-denied", undefined],
  [404, "0x80040217", "Entity 'x' With Id = 1 Does Not Exist", "record-not-found", undefined],
  [400, "0x80060888", "Syntax error at position 12", "refused", undefined],
])("%i %s is final, and code %#", async (status, serverCode, message, code, subject) => {
  await using connected = await connectTo((_request, response) => {
    sendJson(response, refuse(serverCode, message), status, { "x-ms-service-request-id": "f00d" });
  });
  const error: unknown = await connected.client.whoAmI().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, status, serverCode, requestId: "f00d" });
  expect(error).toHaveProperty("subject", ...(subject === undefined ? [] : [subject]));
  expect(connected.requests()).toHaveLength(1);
});

test("a refusal in Dynamics' own words shows them and their code", async () => {
  const ip = "The request you are trying to make is rejected as access to your ip is blocked.";
  const refusals = [
    [
      "0x80095ffe",
      ip,
      "ip-blocked",
      /IP firewall blocks .*rejected as access to your ip is blocked\." \(0x80095ffe\)/,
    ],
    [
      "0x80049999",
      "Not today\u0000.",
      "access-denied",
      /denies .* Dynamics 365 says: "Not today \." \(0x80049999\)/,
    ],
    [
      "0x80040220",
      "is missing prvReadAccount privilege (Id=2)",
      "missing-privilege",
      /prvReadAccount .*says: .*\(0x80040220\)/,
    ],
  ] as const;
  for (const [serverCode, text, code, words] of refusals) {
    await using connected = await connectTo((_request, response) => {
      sendJson(response, refuse(serverCode, text), 403);
    });
    const error: unknown = await connected.client.whoAmI().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, serverCode, message: expect.stringMatching(words) });
  }
});

test.each([
  [403, "intermediary", /A proxy, gateway or firewall .*\(HTTP 403, "Blocked …"/],
  [404, "environment-not-found", /There is no Dynamics 365 environment/],
  [400, "intermediary", /a web page that is not from Dynamics 365 \(HTTP 400/],
  [302, "intermediary", /redirects to portal\.example \(HTTP 302/],
  [401, "intermediary", /another sign-in than Microsoft's \(HTTP 401/],
  [407, "proxy-authentication", /asks for a user name and a password/],
])(
  "a page with status %i in the middle of a run is something in between, without its token",
  async (status, code, words) => {
    await using connected = await connectTo((_request, response, count) => {
      if (count === 1) return sendJson(response, { OrganizationId: "o", UserId: "u", BusinessUnitId: "b" });
      response.writeHead(status, {
        "content-type": "text/html",
        location: "https://portal.example/?a=token-1",
      });
      return response.end("<html><title>Blocked token-1</title></html>");
    });
    await connected.client.whoAmI();
    const error: unknown = await connected.client.whoAmI().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "DataverseError",
      code,
      status,
      message: expect.stringMatching(words),
    });
    expect(String(error)).not.toContain("token-1");
    expect(connected.requests()).toHaveLength(2);
  },
);

test("what stayed away until the retries were over names the page that came instead", async () => {
  for (const [status, words] of [
    [200, /a web page that is not from Dynamics 365 \(HTTP 200, "Sign in"\)/],
    [502, /does not reach Dynamics 365 \(HTTP 502, "Sign in"\)/],
    [503, /not available .*\(HTTP 503, "Sign in"\)/],
  ] as const) {
    await using connected = await connectTo((_request, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end("<title>Sign in</title>");
    });
    const expected = { code: "unavailable", message: expect.stringMatching(words) };
    await expect(connected.client.whoAmI()).rejects.toMatchObject(expected);
  }
});

test("a user who is not a member yet is retried once", async () => {
  await using connected = await connectTo((_request, response) => {
    sendJson(response, refuse("0x80072560", "The user is not a member of the organization."), 403);
  });
  await expect(connected.client.whoAmI()).rejects.toMatchObject({ code: "not-a-member" });
  expect(connected.requests()).toHaveLength(2);
});

test("a refused token is renewed once, and a second refusal asks to reconnect", async () => {
  await using connected = await connectTo((request, response) => {
    if (request.headers.authorization === "Bearer token-2") sendJson(response, { value: [row("a")] });
    else response.writeHead(401).end();
  });
  expect(await allOf(connected.client.readAccounts({ kind: "all" }, []))).toHaveLength(1);
  await using refused = await connectTo((_request, response) => {
    response.writeHead(401).end();
  });
  await expect(refused.client.whoAmI()).rejects.toMatchObject({ name: "SignInError", category: "reconnect" });
  expect(refused.requests()).toHaveLength(2);
});

const throttledOnce: RequestHandler = (_request, response, count) => {
  if (count === 1) sendJson(response, refuse("0x80072326", "Number of concurrent requests"), 429);
  else sendJson(response, { value: [row("a")] });
};

test("each attempt is reported, and the log says why, without token or query", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  const tries: RequestStats[] = [];
  const onRequest = (stats: RequestStats) => void tries.push(stats);
  await using connected = await connectTo(throttledOnce, { log, onRequest });
  await allOf(connected.client.readAccounts({ kind: "all" }, ["name"]));
  const ofAccounts = tries.filter(({ path }) => path === "/api/data/v9.2/accounts");
  expect(ofAccounts.map(({ status }) => status)).toEqual([429, 200]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("0x80072326");
  expect(lines[0]).not.toMatch(/token-1|select/);
});

test("a client that is aborted stops waiting", async () => {
  const controller = new AbortController();
  await using connected = await connectTo(
    (_request, response) => {
      controller.abort(new Error("the program ends"));
      sendJson(response, refuse("0x80072322", ""), 429);
    },
    { signal: controller.signal },
  );
  await expect(connected.client.whoAmI()).rejects.toThrow("the program ends");
});

const EMPTY_END = {
  kind: "answer",
  status: 200,
  headers: { "content-type": "application/json", "odata-version": "4.0" },
  body: '{"value":[]}',
} as const;

const FAULTS: readonly FaultRuleInput[] = [
  { path: "accounts\\?", times: 3, fault: { kind: "throttle", retryAfter: 5 } },
  { path: "accounts\\?", skip: 1, fault: { kind: "throttle", limit: "concurrency", retryAfter: "absent" } },
  { path: "accounts\\?", skip: 1, times: 2, fault: { kind: "unavailable" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "bad-gateway" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "cut", when: "before-headers" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "cut", when: "in-body" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "malformed-json" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "expired-token" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "empty-page" } },
  { path: "accounts\\?", skip: 1, fault: { kind: "repeat-page" } },
  { path: "accounts\\?", skip: 1, fault: EMPTY_END },
  { path: "accounts\\?", skip: 2, fault: EMPTY_END },
];

test("a read is complete after any fault, of all accounts or of a view", async () => {
  await using connected = await connectSimulated({ accounts: 400, client: { pageSize: 100 } });
  const { client, simulator } = connected;
  const views = await client.views();
  const active = views.find(({ name }) => name === "Active Accounts");
  if (active === undefined) throw new Error("The simulator has no view Active Accounts.");
  const idsOf = async (selection: Parameters<typeof client.readAccounts>[0]) => {
    const rows = await allOf(client.readAccounts(selection, ["name"]));
    return new Set(rows.map((one) => one["accountid"]));
  };
  const undisturbed = await idsOf({ kind: "all" });
  for (const fault of FAULTS) {
    for (const selection of [{ kind: "all" }, { kind: "view", view: active }] as const) {
      // The simulator can add this fault only to a nextLink.
      if (fault.fault.kind === "empty-page" && selection.kind === "view") continue;
      simulator.faults.add(fault);
      expect(await idsOf(selection), `${fault.fault.kind} ${selection.kind}`).toEqual(undisturbed);
      expect(simulator.faults.list()[0]?.applied, `${fault.fault.kind} ${selection.kind}`).toBe(
        fault.times ?? 1,
      );
      simulator.faults.remove();
    }
  }
});

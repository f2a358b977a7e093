import { expect, test } from "vitest";
import { normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";
import { clientCredentialTokens, storedRefreshTokens } from "../../src/dataverse/auth/tokens.ts";
import { createSettableClock } from "../../src/lib/clock.ts";
import { openHttp } from "../../src/lib/http.ts";
import { sendJson, startTestServer } from "../lib/test-server.ts";
import type { RequestHandler } from "../lib/test-server.ts";

const SECRET = "m4rked~sécret&=+";
const TENANT = "1dab20d6-5aef-4d18-ab11-59afc8e3106a";

/** Issues access-1, access-2 …, each for an hour, with refresh-1 … */
const granting: RequestHandler = (_request, response, count) => {
  sendJson(response, {
    token_type: "Bearer",
    access_token: `access-${count}`,
    refresh_token: `refresh-${count}`,
    expires_in: 3599,
  });
};

const refusing =
  (status: number, error: string, description: string): RequestHandler =>
  (_request, response) => {
    sendJson(response, { error, error_description: description }, status);
  };

async function signInAt(answer: RequestHandler) {
  const server = await startTestServer(answer);
  const http = openHttp();
  const clock = createSettableClock("2026-03-01T00:00:00Z");
  const environment = normaliseAddress(server.origin, { simulatorOrigin: server.origin });
  const context = { environment, authority: { origin: server.origin, tenant: TENANT }, http, clock };
  const saved: string[] = [];
  const saveRefreshToken = async (token: string) => {
    saved.push(token);
  };
  const stored = { clientId: "app", clientSecret: SECRET, refreshToken: "refresh-0", saveRefreshToken };
  return {
    clock,
    context,
    saved,
    stored,
    byApp: clientCredentialTokens(context, { clientId: "app", clientSecret: SECRET }),
    byPerson: storedRefreshTokens(context, stored),
    forms: () => server.requests.map(({ body }) => new URLSearchParams(body)),
    paths: () => server.requests.map(({ url }) => url),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("an application sends its secret in the body, to its tenant, for this environment only", async () => {
  await using signIn = await signInAt(granting);
  expect(await signIn.byApp.token()).toBe("access-1");
  expect(signIn.paths()).toEqual([`/${TENANT}/oauth2/v2.0/token`]);
  expect(Object.fromEntries(signIn.forms()[0] ?? [])).toEqual({
    grant_type: "client_credentials",
    scope: `${signIn.context.environment.origin}/.default`,
    client_id: "app",
    client_secret: SECRET,
  });
});

test("a token is cached until shortly before it expires", async () => {
  await using signIn = await signInAt(granting);
  await signIn.byApp.token();
  signIn.clock.advance(54 * 60_000);
  expect(await signIn.byApp.token()).toBe("access-1");
  signIn.clock.advance(60_000);
  expect(await signIn.byApp.token()).toBe("access-2");
});

test("many callers at once, or with the same stale token, cause one request", async () => {
  await using signIn = await signInAt(granting);
  const first = await Promise.all([signIn.byApp.token(), signIn.byApp.token(), signIn.byApp.token()]);
  const renewed = await Promise.all([signIn.byApp.renew("access-1"), signIn.byApp.renew("access-1")]);
  const late = await signIn.byApp.renew("access-1");
  expect([first, renewed, late]).toEqual([
    ["access-1", "access-1", "access-1"],
    ["access-2", "access-2"],
    "access-2",
  ]);
  expect(signIn.forms()).toHaveLength(2);
});

test("a new refresh token is saved before its access token is returned, and used next", async () => {
  await using signIn = await signInAt(granting);
  const order: string[] = [];
  const tokens = storedRefreshTokens(signIn.context, {
    ...signIn.stored,
    saveRefreshToken: async (token) => {
      await new Promise(setImmediate);
      order.push(`saved ${token}`);
    },
  });
  order.push(await tokens.token());
  order.push(await tokens.renew("access-1"));
  expect(order).toEqual(["saved refresh-1", "access-1", "saved refresh-2", "access-2"]);
  expect(signIn.forms().map((form) => form.get("refresh_token"))).toEqual(["refresh-0", "refresh-1"]);
  expect(signIn.forms()[0]?.get("scope")).toBe(
    `${signIn.context.environment.origin}/user_impersonation offline_access`,
  );
});

test("a refresh token that was not saved is not lost: it is saved before the next request", async () => {
  await using signIn = await signInAt(granting);
  let broken = true;
  const saved: string[] = [];
  const tokens = storedRefreshTokens(signIn.context, {
    ...signIn.stored,
    saveRefreshToken: async (token) => {
      if (broken) throw new Error("The database is gone.");
      saved.push(token);
    },
  });
  await expect(tokens.token()).rejects.toThrow("The database is gone.");
  broken = false;
  expect(await tokens.token()).toBe("access-2");
  expect(saved).toEqual(["refresh-1", "refresh-2"]);
});

test("a stale token that cannot be renewed is not returned again", async () => {
  await using signIn = await signInAt((request, response, count) =>
    (count === 2 ? refusing(400, "invalid_grant", "AADSTS50173: It was revoked.") : granting)(
      request,
      response,
      count,
    ),
  );
  await signIn.byApp.token();
  await expect(signIn.byApp.renew("access-1")).rejects.toMatchObject({ category: "reconnect" });
  expect(await signIn.byApp.token()).toBe("access-3");
});

test("an authority that does not respond fails after the request timeout", async () => {
  await using signIn = await signInAt(() => undefined);
  const tokens = clientCredentialTokens(
    { ...signIn.context, requestSeconds: 0.3 },
    { clientId: "app", clientSecret: SECRET },
  );
  await expect(tokens.token()).rejects.toMatchObject({
    category: "retry",
    message: expect.stringContaining("did not answer in time."),
  });
  expect(signIn.paths()).toHaveLength(4);
});

test("a source that is aborted does not wait for a retry", async () => {
  await using signIn = await signInAt(refusing(503, "temporarily_unavailable", "AADSTS90055"));
  const tokens = clientCredentialTokens(
    { ...signIn.context, signal: AbortSignal.abort(new Error("closed")) },
    { clientId: "app", clientSecret: SECRET },
  );
  await expect(tokens.token()).rejects.toThrow("closed");
  expect(signIn.paths()).toHaveLength(1);
});

test("a caller that stops waiting does not abort the others", async () => {
  await using signIn = await signInAt(granting);
  const impatient = new AbortController();
  const [gone, stays] = [signIn.byApp.token(impatient.signal), signIn.byApp.token()];
  impatient.abort(new Error("gone"));
  await expect(gone).rejects.toThrow("gone");
  expect(await stays).toBe("access-1");
});

test.each([
  ["AADSTS7000215: Invalid client secret provided.", 401, "invalid_client", "configuration"],
  ["AADSTS7000222: The provided client secret keys are expired.", 401, "invalid_client", "configuration"],
  ["AADSTS700016: Application with identifier was not found.", 400, "unauthorized_client", "configuration"],
  ["AADSTS500011: The resource principal was not found.", 400, "invalid_resource", "configuration"],
  ["AADSTS70008: The refresh token has expired.", 400, "invalid_grant", "reconnect"],
  ["AADSTS50173: The provided grant has expired due to it being revoked.", 400, "invalid_grant", "reconnect"],
  ["AADSTS50076: You must use multi-factor authentication.", 400, "interaction_required", "reconnect"],
  ["AADSTS65001: The user has not consented.", 400, "invalid_grant", "reconnect"],
  [
    "AADSTS53003: Access has been blocked by Conditional Access policies.",
    400,
    "interaction_required",
    "blocked",
  ],
  ["AADSTS50105: The signed in user is blocked.", 400, "access_denied", "blocked"],
  ["AADSTS999999: Something new.", 400, "invalid_grant", "reconnect"],
  ["AADSTS999999: Something new.", 400, "invalid_client", "configuration"],
])("%s → %i %s → %s", async (description, status, oauthError, category) => {
  await using signIn = await signInAt(refusing(status, oauthError, description));
  const serverCode = /AADSTS\d+/.exec(description)?.[0];
  await expect(signIn.byPerson.token()).rejects.toMatchObject({ name: "SignInError", serverCode, category });
  expect(signIn.forms()).toHaveLength(1);
});

test("an error says what to do and repeats nothing that was sent, even if the server does", async () => {
  const echo = `AADSTS7000215: Invalid client secret '${SECRET}' for refresh-0. Correlation ID: ${TENANT}`;
  await using signIn = await signInAt(refusing(401, "invalid_client", echo));
  const error: unknown = await signIn.byPerson.token().catch((reason: unknown) => reason);
  const seen: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause) seen.push(one.message, JSON.stringify(one));
  expect(seen.join("\n")).toContain("Certificates & secrets");
  expect(seen.join("\n")).toContain(TENANT);
  expect(seen.join("\n")).not.toMatch(/m4rked|refresh-0/);
});

test.each([
  [
    403,
    "text/html",
    /A proxy, gateway or firewall between this server and Microsoft Entra ID .*\(HTTP 403, "Blocked … … …"\)/,
  ],
  [200, "text/html", /a web page that is not from Microsoft Entra ID \(HTTP 200/],
  [404, "text/html", /a web page that is not from Microsoft Entra ID \(HTTP 404/],
  [302, "text/html", /redirects to portal\.example \(HTTP 302/],
  [407, "text/html", /asks for a user name and a password \(HTTP 407/],
  [403, "application/json", /refuses requests .*\(HTTP 403, "Blocked/],
  [200, "application/json", /something that is not from Microsoft Entra ID \(HTTP 200/],
])(
  "an answer of %i as %s is from something in between, and nothing that was sent is repeated",
  async (status, type, words) => {
    const echo = `Blocked refresh-0 ${SECRET} ${new URLSearchParams({ a: SECRET }).toString().slice(2)}`;
    await using signIn = await signInAt((_request, response) => {
      response.writeHead(status, { "content-type": type, location: "https://portal.example/?t=refresh-0" });
      response.end(
        type === "text/html"
          ? `<title>${echo.replaceAll("&", "&amp;")}</title>`
          : JSON.stringify({ error: "Forbidden", message: echo }),
      );
    });
    const error: unknown = await signIn.byPerson.token().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "SignInError",
      category: "retry",
      message: expect.stringMatching(words),
    });
    expect(String(error)).not.toMatch(/m4rked|refresh-0/);
    expect(signIn.forms()).toHaveLength(1);
  },
);

test.each([
  ["an overloaded server", 503],
  ["too many requests", 429],
  ["a server error", 500],
])("%s is retried", async (_what, status) => {
  await using signIn = await signInAt((request, response, count) => {
    if (count < 3) response.writeHead(status, { "retry-after": "7" }).end("busy");
    else granting(request, response, count);
  });
  expect(await signIn.byApp.token()).toBe("access-3");
  expect(signIn.clock.sleeps).toHaveLength(2);
  expect(Math.min(...signIn.clock.sleeps)).toBeGreaterThanOrEqual(7_000);
});

test("a cut connection is attempted four times, and then reported as transient", async () => {
  await using signIn = await signInAt((_request, response) => response.destroy());
  await expect(signIn.byApp.token()).rejects.toMatchObject({ name: "SignInError", category: "retry" });
  expect(signIn.forms()).toHaveLength(4);
});

test("a refresh token whose successor could not be saved is not exchanged", async () => {
  await using signIn = await signInAt(granting);
  const assertSavable = () => {
    throw new Error("The disk is read-only.");
  };
  const byPerson = storedRefreshTokens(signIn.context, { ...signIn.stored, assertSavable });

  await expect(byPerson.token()).rejects.toThrow("The disk is read-only.");

  expect(signIn.forms()).toEqual([]);
});

import * as oidc from "openid-client";
import { describe, expect, test } from "vitest";
import { CLIENT, SECRET, startAuthority } from "./entra-authority.ts";

const DAY = 86_400_000;

describe("client credentials", () => {
  test("openid-client gets a token that its own environment accepts and any other refuses", async () => {
    await using authority = await startAuthority();
    const response = await oidc.clientCredentialsGrant(await authority.client(), { scope: authority.scope });

    expect(response.expires_in).toBe(3599);
    expect(response.refresh_token).toBeUndefined();
    const bearer = `Bearer ${response.access_token}`;
    expect(authority.entra.check(bearer, authority.origin)).toMatchObject({
      ok: true,
      userId: authority.app.userId,
    });
    expect(authority.entra.check(bearer, "https://other.crm4.dynamics.com")).toEqual({
      ok: false,
      reason: "wrong-audience",
    });
  });

  test("a token expires, and a forged one is refused", async () => {
    await using authority = await startAuthority();
    const response = await oidc.clientCredentialsGrant(await authority.client(), { scope: authority.scope });
    const bearer = `Bearer ${response.access_token}`;
    const forged = `${bearer.slice(0, -4)}AAAA`;

    expect(authority.entra.check(forged, authority.origin)).toEqual({ ok: false, reason: "malformed" });
    expect(authority.entra.check(undefined, authority.origin)).toEqual({ ok: false, reason: "missing" });
    authority.advance(3_600_000);
    expect(authority.entra.check(bearer, authority.origin)).toEqual({ ok: false, reason: "expired" });
  });

  test.each([
    ["wrong secret", { client_secret: "guess" }, 401, "invalid_client", 7000215],
    ["no secret", { client_secret: "" }, 401, "invalid_client", 7000215],
    [
      "unknown app",
      { client_id: "00000000-0000-4000-8000-000000000000" },
      400,
      "unauthorized_client",
      700016,
    ],
    [
      "unknown resource",
      { scope: "https://gone.crm.dynamics.com/.default" },
      400,
      "invalid_resource",
      500011,
    ],
    ["a delegated scope", { scope: "https://x.example/user_impersonation" }, 400, "invalid_scope", 1002012],
    ["unknown grant", { grant_type: "password" }, 400, "unsupported_grant_type", 70003],
  ])("%s is refused with its AADSTS number", async (_, change, status, error, code) => {
    await using authority = await startAuthority();
    const response = await authority.token({
      grant_type: "client_credentials",
      client_id: CLIENT,
      client_secret: SECRET,
      scope: authority.scope,
      ...change,
    });

    expect(response.status).toBe(status);
    const body: unknown = await response.json();
    expect(body).toMatchObject({ error, error_codes: [code] });
    expect(body).toMatchObject({
      error_description: expect.stringMatching(
        new RegExp(
          `^AADSTS${code}: .+ Trace ID: .{36} Correlation ID: .{36} Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
        ),
      ),
    });
  });

  test("an expired secret is distinguished from a wrong one", async () => {
    await using authority = await startAuthority();
    authority.app.secrets = [{ value: SECRET, expiresAt: authority.entra.now() + DAY }];
    authority.advance(DAY);
    const response = await authority.token({
      grant_type: "client_credentials",
      client_id: CLIENT,
      client_secret: SECRET,
      scope: authority.scope,
    });
    expect(await response.json()).toMatchObject({ error: "invalid_client", error_codes: [7000222] });
  });

  test("the token endpoint takes POST alone", async () => {
    await using authority = await startAuthority();
    const response = await fetch(`${authority.origin}/common/oauth2/v2.0/token`);
    expect(await response.json()).toMatchObject({ error_codes: [900561] });
  });

  test("an unknown tenant, and no tenant at all", async () => {
    await using authority = await startAuthority();
    const form = {
      grant_type: "client_credentials",
      client_id: CLIENT,
      client_secret: SECRET,
      scope: authority.scope,
    };
    const codes = await Promise.all(
      ["fabrikam.example", "common"].map(async (tenant) => (await authority.token(form, tenant)).json()),
    );
    expect(codes).toMatchObject([{ error_codes: [90002] }, { error_codes: [50059] }]);
  });
});

describe("refresh", () => {
  test("each use gives a new refresh token; the old one still works unless the switch says no", async () => {
    for (const [oldRefreshTokens, status] of [
      ["accepted", 200],
      ["refused", 400],
    ] as const) {
      await using authority = await startAuthority({ oldRefreshTokens });
      const first = authority.entra.issueRefreshToken(CLIENT, "ada@contoso.example", authority.scope);
      const response = await oidc.refreshTokenGrant(await authority.client(), first);
      expect(response.refresh_token).not.toBe(first);
      const again = await authority.token({
        grant_type: "refresh_token",
        client_id: CLIENT,
        client_secret: SECRET,
        refresh_token: first,
      });
      expect(again.status).toBe(status);
      expect(authority.entra.check(`Bearer ${response.access_token}`, authority.origin)).toMatchObject({
        ok: true,
        userId: authority.user.userId,
      });
    }
  });

  test("it expires after 90 days without use, and each use starts them again", async () => {
    await using authority = await startAuthority();
    const client = await authority.client();
    const first = authority.entra.issueRefreshToken(CLIENT, "ada@contoso.example", authority.scope);
    authority.advance(89 * DAY);
    const second = (await oidc.refreshTokenGrant(client, first)).refresh_token ?? "";
    authority.advance(89 * DAY);

    await expect(oidc.refreshTokenGrant(client, first)).rejects.toMatchObject({
      error: "invalid_grant",
      error_description: expect.stringMatching(/^AADSTS700082: .* was inactive for 90\.00:00:00\./),
    });
    expect((await oidc.refreshTokenGrant(client, second)).refresh_token).toBeDefined();
  });

  test("the user's state decides", async () => {
    await using authority = await startAuthority();
    const { entra, user, app } = authority;
    const token = entra.issueRefreshToken(CLIENT, "ada@contoso.example", authority.scope);
    const outcomes: [() => void, () => void, number][] = [
      [() => (user.disabled = true), () => (user.disabled = false), 50057],
      [() => (user.mfaRequired = true), () => (user.mfaRequired = false), 50076],
      [
        () => (user.blockedByConditionalAccess = true),
        () => (user.blockedByConditionalAccess = false),
        53003,
      ],
      [() => (app.assignedUsers = []), () => (app.assignedUsers = [user.objectId]), 50105],
      [
        () => entra.withdrawConsent(CLIENT, user.objectId),
        () => entra.recordConsent(CLIENT, user.objectId),
        65001,
      ],
      [() => entra.forceError(70043, { grant: "refresh_token" }), () => undefined, 70043],
      [() => entra.revokeSessions(user.objectId), () => undefined, 50173],
    ];
    for (const [happens, isUndone, code] of outcomes) {
      happens();
      const form = {
        grant_type: "refresh_token",
        client_id: CLIENT,
        client_secret: SECRET,
        refresh_token: token,
      };
      expect(await (await authority.token(form)).json()).toMatchObject({ error_codes: [code] });
      isUndone();
    }
    const fresh = entra.issueRefreshToken(CLIENT, "ada@contoso.example", authority.scope);
    expect((await oidc.refreshTokenGrant(await authority.client(), fresh)).access_token).toBeDefined();
  });

  test("one token can be revoked alone, and an authority with the same seed knows the tokens of another", async () => {
    await using before = await startAuthority({ seed: "same" });
    await using after = await startAuthority({ seed: "same" });
    const scope = `${after.origin}/.default`;
    const kept = before.entra.issueRefreshToken(CLIENT, "ada@contoso.example", scope);
    const revoked = before.entra.issueRefreshToken(CLIENT, "ada@contoso.example", scope);
    after.entra.revokeRefreshToken(revoked);
    const client = await after.client();
    await expect(oidc.refreshTokenGrant(client, revoked)).rejects.toMatchObject({
      error_description: expect.stringContaining("AADSTS50173"),
    });
    expect((await oidc.refreshTokenGrant(client, kept)).access_token).toBeDefined();
  });
});

import * as oidc from "openid-client";
import { describe, expect, test } from "vitest";
import { CLIENT, REDIRECT, SECRET, startAuthority, TENANT, type Authority } from "./entra-authority.ts";

async function signInUrl(authority: Authority, extra: Record<string, string> = {}) {
  const client = await authority.client();
  const verifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: REDIRECT,
    scope: `openid profile offline_access ${authority.origin}/user_impersonation`,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: "st4te",
    nonce: "n0nce",
    ...extra,
  });
  return { client, verifier, url };
}

async function redirectOf(url: URL, init: RequestInit = {}): Promise<URL> {
  const response = await fetch(url, { redirect: "manual", ...init });
  expect(response.status).toBe(302);
  return new URL(response.headers.get("location") ?? "");
}

const checks = (verifier: string) => ({
  pkceCodeVerifier: verifier,
  expectedState: "st4te",
  expectedNonce: "n0nce",
});

describe("authorization code with PKCE", () => {
  test("openid-client signs a person in: tokens for the environment and an id_token it can verify", async () => {
    await using authority = await startAuthority();
    const { client, verifier, url } = await signInUrl(authority, { simulator_user: "ada@contoso.example" });
    oidc.enableNonRepudiationChecks(client);
    const response = await oidc.authorizationCodeGrant(client, await redirectOf(url), checks(verifier));

    expect(response.claims()).toMatchObject({
      tid: TENANT,
      oid: authority.user.objectId,
      name: "Ada Admin",
      iss: `${authority.origin}/${TENANT}/v2.0`,
    });
    expect(authority.entra.check(`Bearer ${response.access_token}`, authority.origin)).toMatchObject({
      userId: authority.user.userId,
    });
    const renewed = await oidc.refreshTokenGrant(client, response.refresh_token ?? "");
    expect(renewed.access_token).not.toBe(response.access_token);
  });

  test("without offline_access there is no refresh token, without openid no id_token", async () => {
    await using authority = await startAuthority();
    const { client, verifier, url } = await signInUrl(authority, {
      scope: `${authority.origin}/user_impersonation`,
      simulator_user: "ada@contoso.example",
    });
    const response = await oidc.authorizationCodeGrant(client, await redirectOf(url), {
      pkceCodeVerifier: verifier,
      expectedState: "st4te",
    });
    expect(Object.keys(response)).not.toContain("refresh_token");
    expect(response.id_token).toBeUndefined();
  });

  test("a code can be redeemed once, within ten minutes, with its own verifier and redirect URI", async () => {
    await using authority = await startAuthority();
    const redeem = async (code: string, verifier: string, redirect = REDIRECT): Promise<unknown> => {
      const response = await authority.token({
        grant_type: "authorization_code",
        client_id: CLIENT,
        client_secret: SECRET,
        code,
        code_verifier: verifier,
        redirect_uri: redirect,
      });
      return response.json();
    };
    const { verifier, url } = await signInUrl(authority, { simulator_user: "ada@contoso.example" });
    const code = (await redirectOf(url)).searchParams.get("code") ?? "";
    expect(await redeem(code, "x".repeat(43))).toMatchObject({ error_codes: [501481] });
    expect(await redeem(code, verifier, `${REDIRECT}/else`)).toMatchObject({ error_codes: [500112] });
    expect(await redeem(code, verifier)).toMatchObject({ token_type: "Bearer" });
    expect(await redeem(code, verifier)).toMatchObject({ error: "invalid_grant", error_codes: [54005] });

    const late = (await redirectOf(url)).searchParams.get("code") ?? "";
    authority.advance(600_000);
    expect(await redeem(late, verifier)).toMatchObject({ error_codes: [70008] });
  });
});

describe("the sign-in page", () => {
  test("asks for name, password and consent; a second visit needs none of them", async () => {
    await using authority = await startAuthority();
    const { url } = await signInUrl(authority);
    const page = await (await fetch(url)).text();
    expect(page).toContain("ada@contoso.example");
    expect(page).toContain("user_impersonation");

    const wrong = new URLSearchParams({ login: "ada@contoso.example", passwd: "no", consent: "yes" });
    expect(await (await fetch(url, { method: "POST", body: wrong })).text()).toContain("AADSTS50126");
    const right = new URLSearchParams({
      login: "ADA@contoso.example",
      passwd: "correct horse",
      consent: "yes",
    });
    const signedIn = await fetch(url, { method: "POST", body: right, redirect: "manual" });
    expect(signedIn.headers.get("location")).toMatch(
      /^http:\/\/localhost\/callback\?code=1\..+&state=st4te$/,
    );
    const cookie = signedIn.headers.get("set-cookie") ?? "";
    expect((await redirectOf(url, { headers: { cookie } })).searchParams.has("code")).toBe(true);
  });

  test.each([
    [{ simulator_user: "ada@contoso.example", simulator_consent: "no" }, "access_denied", 65004],
    [{ prompt: "none" }, "login_required", 50058],
    [{ scope: "https://elsewhere.crm.dynamics.com/user_impersonation" }, "invalid_resource", 500011],
    [{ response_type: "token" }, "unsupported_response_type", 700051],
  ])("%j comes back to the application as an error", async (extra, error, code) => {
    await using authority = await startAuthority();
    const back = await redirectOf((await signInUrl(authority, extra)).url);
    expect(back.searchParams.get("error")).toBe(error);
    expect(back.searchParams.get("error_description")).toContain(`AADSTS${code}`);
    expect(back.searchParams.get("state")).toBe("st4te");
  });

  test("an unknown redirect URI or application is shown to the person and never redirected to", async () => {
    await using authority = await startAuthority();
    for (const [extra, code] of [
      [{ redirect_uri: "https://evil.example/" }, "AADSTS50011"],
      [{ client_id: "someone-else" }, "AADSTS700016"],
    ] as const) {
      const response = await fetch((await signInUrl(authority, extra)).url, { redirect: "manual" });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(code);
    }
  });

  test("an app that needs an administrator gets one at /adminconsent", async () => {
    await using authority = await startAuthority();
    authority.app.needsAdminConsent = true;
    const { url } = await signInUrl(authority, { simulator_user: "ada@contoso.example" });
    expect((await redirectOf(url)).searchParams.get("error_description")).toContain("AADSTS90094");

    const consent = new URL(`${authority.origin}/${TENANT}/adminconsent?client_id=${CLIENT}&state=7`);
    consent.searchParams.set("redirect_uri", REDIRECT);
    const declined = await redirectOf(new URL(`${consent.href}&simulator_consent=no`));
    expect(declined.searchParams.get("error")).toBe("permission_denied");
    const accepted = await redirectOf(new URL(`${consent.href}&simulator_consent=yes`));
    expect(accepted.search).toBe(`?tenant=${TENANT}&state=7&admin_consent=True`);
    expect((await redirectOf(url)).searchParams.has("code")).toBe(true);
  });
});
